// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/faults/hostile_bodies.h"

#include <gio/gio.h>

#include <vector>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

// Feeds bytes to a compressor and takes all that comes out of it.
std::string convert(GConverter* converter, std::string_view bytes, GConverterFlags flags) {
  std::string out;
  std::vector<char> piece(64 * 1024);
  for (;;) {
    gsize read = 0;
    gsize written = 0;
    GErrorPtr error;
    const GConverterResult result =
        g_converter_convert(converter, bytes.data(), bytes.size(), piece.data(), piece.size(),
                            flags, &read, &written, error.out());
    if (result == G_CONVERTER_ERROR) return out;
    out.append(piece.data(), written);
    bytes.remove_prefix(read);
    if (result != G_CONVERTER_CONVERTED) return out;
  }
}

}  // namespace

std::string web_page() {
  return "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n"
         "<body><center><h1>502 Bad "
         "Gateway</h1></center><hr><center>nginx</center></body></html>\n";
}

std::string playlist(std::string_view kind, int port) {
  const std::string base = format("http://127.0.0.1:%d", port);
  if (kind == "hls")
    return "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n"
           "#EXTINF:5.0,\n" +
           base + "/segment0.ts\n#EXT-X-ENDLIST\n";
  if (kind == "dash")
    return "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
           "mediaPresentationDuration=\"PT5S\" minBufferTime=\"PT1S\" "
           "profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\">\n<BaseURL>" +
           base +
           "/</BaseURL>\n<Period><AdaptationSet mimeType=\"video/mp4\">"
           "<Representation id=\"1\" bandwidth=\"1000000\" width=\"864\" height=\"496\">"
           "<SegmentList duration=\"5\"><Initialization sourceURL=\"init.mp4\"/>"
           "<SegmentURL media=\"segment0.m4s\"/></SegmentList>"
           "</Representation></AdaptationSet></Period>\n</MPD>\n";
  if (kind == "smil")
    return "<smil>\n<head><meta base=\"" + base + "/\"/></head>\n<body><video src=\"" + base +
           "/clip.mp4\"/></body>\n</smil>\n";
  if (kind == "sdp")
    return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=clip\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
           "a=control:" +
           format("rtsp://127.0.0.1:%d/clip", port) +
           "\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
  if (kind == "urilist") return "# a list\r\n" + base + "/clip.mp4\r\n";
  return {};
}

std::string gzipped(std::string_view bytes) {
  const Ref<GConverter> converter =
      Ref<GConverter>::adopt(G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9)));
  return convert(converter.get(), bytes, G_CONVERTER_INPUT_AT_END);
}

void add_gzip_bomb(Script& script, int status, std::string_view content_type) {
  // All but the first of the flushed pieces of an endless run of zeros are the same bytes, so one
  // of them can be repeated instead of compressing a gigabyte.
  const Ref<GConverter> converter =
      Ref<GConverter>::adopt(G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9)));
  const std::string zeros(mebibyte, '\0');
  const std::string first = convert(converter.get(), zeros, G_CONVERTER_FLUSH);
  const std::string next = convert(converter.get(), zeros, G_CONVERTER_FLUSH);
  constexpr std::uint64_t repetitions = 1023;
  // An empty last block, then the CRC-32 and the size of 2^30 zeros.
  const std::string last("\x03\x00\xb0\xc2\x64\x5b\x00\x00\x00\x40", 10);
  const std::uint64_t size = first.size() + repetitions * next.size() + last.size();
  script.steps.emplace_back(Say{write_head(status, {{"Content-Type", std::string(content_type)},
                                                    {"Content-Encoding", "gzip"},
                                                    {"Content-Length", std::to_string(size)}})});
  script.steps.emplace_back(Say{first, true});
  script.steps.emplace_back(SayRepeatedly{next, repetitions});
  script.steps.emplace_back(Say{last, true});
}

std::string digest_challenge() {
  return "Digest realm=\"x\", nonce=\"n\", qop=\"auth\", algorithm=MD5, "
         "domain=\"http:/x https:/x\"";
}

}  // namespace prompt::rehearsal
