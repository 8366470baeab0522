// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/refused_kind.h"

#include <glib.h>

#include <algorithm>
#include <array>

namespace prompt::clip {
namespace {

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  const char* name;
};

using namespace std::string_view_literals;

constexpr std::array binary_signatures = {
    Signature{0, "\x1F\x8B"sv, "data compressed with gzip"},
    Signature{0, "PK\x03\x04"sv, "a ZIP archive"},
    Signature{0, "%PDF"sv, "a PDF document"},
    Signature{0, "RIFF"sv, "a RIFF file of an unknown kind"},
    Signature{0, "\x1A\x45\xDF\xA3"sv, "an EBML file of an unknown kind"},
    Signature{4, "styp"sv, "a segment of a DASH or HLS stream"},
    Signature{4, "moof"sv, "a segment of a DASH or HLS stream"},
    Signature{4, "mdat"sv, "QuickTime data without a file type box"},
    Signature{0, "\xFF\xFE"sv, "a text in UTF-16"},
    Signature{0, "\xFE\xFF"sv, "a text in UTF-16"},
};

struct Brand {
  std::string_view brand;
  const char* name;
};

// Compared in lower case behind white space and a byte order mark.
constexpr std::array text_signatures = {
    Brand{"#extm3u", "an HLS playlist"},
    Brand{"#ext-x-", "an HLS playlist"},
    Brand{"[playlist]", "a PLS playlist"},
    Brand{"[reference]", "an ASX playlist"},
    Brand{"<asx", "an ASX playlist"},
    Brand{"<mpd", "a DASH manifest"},
    Brand{"<smil", "a SMIL document"},
    Brand{"<smoothstreamingmedia", "a Smooth Streaming manifest"},
    Brand{"<playlist", "an XSPF playlist"},
    Brand{"<svg", "an SVG image"},
    Brand{"<!doctype html", "an HTML page"},
    Brand{"<!doctype svg", "an SVG image"},
    Brand{"<!doctype smil", "a SMIL document"},
    Brand{"<html", "an HTML page"},
    Brand{"<head", "an HTML page"},
    Brand{"<body", "an HTML page"},
    Brand{"<title", "an HTML page"},
    Brand{"<script", "an HTML page"},
    Brand{"<error", "an XML document (an error of the storage service?)"},
    Brand{"v=0\n", "an SDP description"},
    Brand{"v=0\r", "an SDP description"},
    Brand{"rtsptext", "an RTSP reference"},
    Brand{"{", json_text},
    Brand{"[", json_text},
};

std::string_view trim_front(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\f\v"sv);
  return first == text.npos ? ""sv : text.substr(first);
}

bool starts_like(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         g_ascii_strncasecmp(text.data(), lower.data(), lower.size()) == 0;
}

// Steps over what may stand before the element that says what a document is.
std::string_view root_of(std::string_view text) {
  for (int i = 0; i < 16; ++i) {
    text = trim_front(text);
    std::string_view end;
    if (starts_like(text, "<?"sv))
      end = "?>"sv;
    else if (starts_like(text, "<!--"sv))
      end = "-->"sv;
    else
      return text;
    const std::size_t at = text.find(end);
    if (at == text.npos) return ""sv;
    text.remove_prefix(at + end.size());
  }
  return text;
}

// "scheme://" at the beginning of a line, as text/uri-list (RFC 2483) and simple M3U files have it.
bool is_uri_line(std::string_view line) {
  const std::size_t colon = line.find("://"sv);
  if (colon == line.npos || colon < 2 || colon > 20) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_uri_list(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim_front(text.substr(0, end));
    if (!line.empty() && line[0] != '#') return is_uri_line(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

bool is_printable(std::string_view text) {
  // The piece may end within a character, which is no reason to call it binary.
  const char* end = nullptr;
  if (g_utf8_validate_len(text.data(), text.size(), &end) == FALSE &&
      text.data() + text.size() - end > 3)
    return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n' && c != '\f';
  });
}

const char* name_text(std::string_view text) {
  text = trim_front(text);
  if (text.empty()) return "a file of nothing but white space";
  const std::string_view root = root_of(text);
  for (const Brand& signature : text_signatures)
    if (starts_like(text, signature.brand) || starts_like(root, signature.brand))
      return signature.name;
  if (starts_like(text, "<"sv)) return "an XML document";
  if (is_uri_list(text)) return "a list of addresses";
  return "plain text";
}

}  // namespace

const char* name_refused(Bytes beginning) {
  if (beginning.empty()) return "an empty file";
  beginning = beginning.first(std::min(beginning.size(), naming_size));
  if (has_at(beginning, 4, "ftyp"sv)) {
    if (has_at(beginning, 8, "crx "sv)) return "a raw camera image";
    return "a damaged MP4 file";
  }
  for (const Signature& signature : binary_signatures)
    if (has_at(beginning, signature.offset, signature.bytes)) return signature.name;
  std::string_view text = as_text(beginning);
  if (text.substr(0, 3) == "\xEF\xBB\xBF"sv) text.remove_prefix(3);
  if (is_printable(text)) return name_text(text);
  return "data of an unknown kind";
}

}  // namespace prompt::clip
