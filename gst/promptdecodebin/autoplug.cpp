// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptdecodebin/autoplug.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/ref.h"

namespace prompt::element {
namespace {

using std::literals::operator""sv;

// Text, and what is made of text: it may say where to fetch something.
constexpr std::array refused_types = {
    "application/x-hls"sv,
    "application/dash+xml"sv,
    "application/sdp"sv,
    "application/vnd.ms-sstr+xml"sv,
    "application/smil"sv,
    "application/xml"sv,
    "application/ttml+xml"sv,
    "application/x-ass"sv,
    "application/x-ssa"sv,
    "application/x-subtitle"sv,
    "application/x-mcc"sv,
    "application/x-scc"sv,
    "application/x-kate"sv,
    "application/kate"sv,
    "application/x-ogm-text"sv,
    "application/xges"sv,
    "application/x-rtp"sv,
    "application/x-rtsp"sv,
    "application/x-wms-logs"sv,
    "application/vnd.apple"sv,
    "application/vnd.pixar"sv,
    "application/x-subtitle-vtt"sv,
    "image/svg"sv,
    "text/"sv,
    "subtitle/"sv,
    "subpicture/"sv,
    "closedcaption/"sv,
};

// Demuxers that open what a file names, by whatever plugin they come: libav's have no words for it
// in their klass.
constexpr std::array refused_names = {
    "hls"sv,      "dash"sv,     "mss"sv,         "sdp"sv,      "rtsp"sv,
    "rtp"sv,      "concat"sv,   "imf"sv,         "image2"sv,   "applehttp"sv,
    "vobsub"sv,   "avisynth"sv, "vapoursynth"sv, "svg"sv,      "adaptive"sv,
    "playlist"sv, "uri"sv,      "webm_dash"sv,   "splitmux"sv,
};

bool begins_with(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}

bool has_word(std::string_view klass, std::string_view word) {
  while (!klass.empty()) {
    const std::size_t end = klass.find('/');
    if (klass.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    klass.remove_prefix(end + 1);
  }
  return false;
}

bool is_refused_type(const char* name) {
  return std::any_of(refused_types.begin(), refused_types.end(),
                     [name](std::string_view refused) { return begins_with(name, refused); });
}

bool is_refused_name(std::string_view name) {
  if (begins_with(name, "avdemux_")) name.remove_prefix(8);
  return std::any_of(refused_names.begin(), refused_names.end(),
                     [name](std::string_view refused) { return begins_with(name, refused); });
}

// Whether something in a bin, at any depth, is a source or can be given an address.
bool holds_source(GstElement* element) {
  if (GST_IS_URI_HANDLER(element) || GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE))
    return true;
  if (!GST_IS_BIN(element)) return false;
  GstIterator* children = gst_bin_iterate_elements(GST_BIN_CAST(element));
  const auto look = [](const GValue* item, gpointer found) {
    if (holds_source(GST_ELEMENT_CAST(g_value_get_object(item)))) *static_cast<bool*>(found) = true;
  };
  bool found = false;
  while (gst_iterator_foreach(children, look, &found) == GST_ITERATOR_RESYNC)
    gst_iterator_resync(children);
  gst_iterator_free(children);
  return found;
}

// Decoders for pictures with alpha are bins of two decoders; adaptive demuxers are bins, too.
bool is_harmless_bin(GstElementFactory* factory, std::string_view klass) {
  if (has_word(klass, "Demuxer")) return false;
  GstElement* made = gst_element_factory_create(factory, nullptr);
  if (made == nullptr) return false;
  const Ref<GstElement> bin = Ref<GstElement>::adopt(GST_ELEMENT_CAST(gst_object_ref_sink(made)));
  return !holds_source(bin.get());
}

}  // namespace

bool is_text(const GstCaps* caps) {
  const guint count = caps != nullptr && !gst_caps_is_any(caps) ? gst_caps_get_size(caps) : 0;
  for (guint i = 0; i < count; ++i)
    if (is_refused_type(gst_structure_get_name(gst_caps_get_structure(caps, i)))) return true;
  return false;
}

bool may_plug(GstElementFactory* factory, const GstCaps* caps) {
  if (caps == nullptr || gst_caps_is_any(caps) || gst_caps_is_empty(caps) || is_text(caps))
    return false;
  const char* name = gst_plugin_feature_get_name(GST_PLUGIN_FEATURE_CAST(factory));
  const char* klass = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  if (name == nullptr || klass == nullptr || is_refused_name(name)) return false;
  for (const std::string_view word :
       {"Source"sv, "Network"sv, "Adaptive"sv, "Sink"sv, "Generic"sv, "Subtitle"sv})
    if (has_word(klass, word)) return false;
  if (!has_word(klass, "Demuxer") && !has_word(klass, "Parser") && !has_word(klass, "Decoder"))
    return false;
  if (gst_element_factory_get_uri_type(factory) != GST_URI_UNKNOWN) return false;

  const Ref<GstPluginFeature> loaded =
      Ref<GstPluginFeature>::adopt(gst_plugin_feature_load(GST_PLUGIN_FEATURE_CAST(factory)));
  if (!loaded) return false;
  auto* known = GST_ELEMENT_FACTORY_CAST(loaded.get());
  const GType type = gst_element_factory_get_element_type(known);
  if (g_type_is_a(type, GST_TYPE_URI_HANDLER) != FALSE) return false;
  return g_type_is_a(type, GST_TYPE_BIN) == FALSE || is_harmless_bin(known, klass);
}

}  // namespace prompt::element
