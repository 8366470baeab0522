// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "autoplug.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace prompt::element {
namespace {

using std::literals::operator""sv;

// The kinds of clip/kind.h and what is found in them. Text, playlists, manifests, SVG and
// sub-streams of an unknown sort are missing on purpose.
constexpr std::array media_types = {
    // Containers.
    "video/quicktime"sv,
    "audio/x-m4a"sv,
    "application/x-3gp"sv,
    "video/webm"sv,
    "audio/webm"sv,
    "video/x-matroska"sv,
    "audio/x-matroska"sv,
    "video/x-msvideo"sv,
    "application/ogg"sv,
    "audio/ogg"sv,
    "video/ogg"sv,
    "audio/x-wav"sv,
    "application/x-id3"sv,
    "application/x-apetag"sv,
    // Pictures.
    "image/png"sv,
    "image/jpeg"sv,
    "image/webp"sv,
    "image/gif"sv,
    // Video.
    "video/x-raw"sv,
    "video/x-h264"sv,
    "video/x-h265"sv,
    "video/x-h263"sv,
    "video/x-vp8"sv,
    "video/x-vp9"sv,
    "video/x-av1"sv,
    "video/mpeg"sv,
    "video/x-theora"sv,
    "video/x-prores"sv,
    "video/x-xvid"sv,
    "video/x-divx"sv,
    // Audio.
    "audio/x-raw"sv,
    "audio/mpeg"sv,
    "audio/x-opus"sv,
    "audio/x-vorbis"sv,
    "audio/x-flac"sv,
    "audio/x-alac"sv,
    "audio/x-ac3"sv,
    "audio/x-eac3"sv,
    "audio/x-speex"sv,
    "audio/x-adpcm"sv,
    "audio/x-alaw"sv,
    "audio/x-mulaw"sv,
};

constexpr std::array demuxers = {
    "qtdemux"sv,  "matroskademux"sv, "avidemux"sv, "oggdemux"sv,
    "wavparse"sv, "id3demux"sv,      "apedemux"sv,
};

bool has_word(std::string_view klass, std::string_view word) {
  while (!klass.empty()) {
    const std::size_t end = klass.find('/');
    if (klass.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    klass.remove_prefix(end + 1);
  }
  return false;
}

template <std::size_t size>
bool is_in(const std::array<std::string_view, size>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool are_media_types(const GstCaps* caps) {
  const guint count = gst_caps_get_size(caps);
  for (guint i = 0; i < count; ++i)
    if (!is_in(media_types, gst_structure_get_name(gst_caps_get_structure(caps, i)))) return false;
  return count > 0;
}

}  // namespace

bool may_plug(GstElementFactory* factory, const GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_any(caps) || !are_media_types(caps)) return false;
  const char* name = gst_plugin_feature_get_name(GST_PLUGIN_FEATURE_CAST(factory));
  const char* klass = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  if (name == nullptr || klass == nullptr) return false;
  // A bin or source could do anything inside.
  for (const std::string_view word : {"Bin"sv, "Source"sv, "Network"sv, "Adaptive"sv, "Sink"sv})
    if (has_word(klass, word)) return false;
  if (has_word(klass, "Demuxer")) return is_in(demuxers, name);
  return has_word(klass, "Parser") || has_word(klass, "Decoder");
}

}  // namespace prompt::element
