// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors

/**
 * SECTION:element-promptdecodebin
 * @title: promptdecodebin
 * @see_also: promptsrc, uridecodebin
 *
 * Makes a prompt raw audio and video, as uridecodebin does with a URL: a promptsrc and a decodebin,
 * which are plugged in when the clip arrives. A still image becomes a video stream of
 * #GstPromptDecodeBin:duration (5 seconds if that is 0) at 24 frames per second, or at the frame
 * rate that is asked for downstream; music becomes an audio stream.
 *
 * What filesrc and decodebin play on the same machine is decoded. The clip comes from somebody
 * else's server, though, so playlists, manifests and other files that make a player open further
 * addresses are refused, and no element that could open any is plugged.
 *
 * Pads appear when the clip is here, and a clip may have no sound: link in `pad-added`, and
 * treat `no-more-pads` as the moment to drop what was not linked. In gst-launch-1.0 use playbin
 * with a `prompt:` URI where it is not known whether there will be sound.
 *
 * Pads have caps and a stream-start event when they are added. The signals and properties that
 * uridecodebin has for what is decoded and how (`caps`, `autoplug-select` and the like) are here,
 * too; they can leave out and order what is admitted, not admit more.
 *
 * A property that is set while a job uses it counts from the next start; that is logged as a
 * warning.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 promptdecodebin provider=rehearsal prompt="a city at sunset" duration=5 !
 * videoconvert ! autovideosink
 * ]| Shows a clip.
 * |[
 * gst-launch-1.0 promptdecodebin provider=rehearsal prompt="a city at sunset" generate-audio=true
 * name=d d. ! queue ! videoconvert ! autovideosink d. ! queue ! audioconvert ! autoaudiosink
 * ]| The same with sound.
 * |[
 * gst-launch-1.0 promptdecodebin provider=rehearsal prompt="a city at sunset" ! fakesink
 * ]| Without a window.
 * |[
 * gst-launch-1.0 promptdecodebin provider=rehearsal prompt="a city at sunset" caps=video/x-h264 !
 * h264parse ! mp4mux ! filesink location=city.mp4
 * ]| Without decoding, into a file of its own.
 *
 * Since: 0.1
 */
#include "promptdecodebin/gstpromptdecodebin.h"

#include "promptdecodebin/prompt_bin.h"
#include "shared/debug.h"
#include "shared/forked.h"

#define GST_CAT_DEFAULT prompt::element::debug_category_bin()

using prompt::element::DecodeFace;
using prompt::element::forget_parents_threads;
using prompt::element::JobProperties;
using prompt::element::PromptBin;
using prompt::element::RequestProperties;

struct _GstPromptDecodeBin {
  GstBin parent;
  PromptBin* bin;
};

G_DEFINE_TYPE(GstPromptDecodeBin, gst_prompt_decode_bin, GST_TYPE_BIN)
GST_ELEMENT_REGISTER_DEFINE(promptdecodebin, "promptdecodebin", GST_RANK_NONE,
                            GST_TYPE_PROMPT_DECODE_BIN)

static GstStaticPadTemplate bin_template =
    GST_STATIC_PAD_TEMPLATE("src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

static PromptBin& bin_of(gpointer self) { return *GST_PROMPT_DECODE_BIN(self)->bin; }

static void gst_prompt_decode_bin_set_property(GObject* object, guint id, const GValue* value,
                                               GParamSpec* spec) {
  if (!bin_of(object).set_property(id, value, spec))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_prompt_decode_bin_get_property(GObject* object, guint id, GValue* value,
                                               GParamSpec* spec) {
  if (!bin_of(object).get_property(id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_prompt_decode_bin_finalize(GObject* object) {
  delete GST_PROMPT_DECODE_BIN(object)->bin;
  G_OBJECT_CLASS(gst_prompt_decode_bin_parent_class)->finalize(object);
}

static GstStateChangeReturn gst_prompt_decode_bin_change_state(GstElement* element,
                                                               GstStateChange transition) {
  return bin_of(element).change_state(
      transition, GST_ELEMENT_CLASS(gst_prompt_decode_bin_parent_class)->change_state);
}

static gboolean gst_prompt_decode_bin_send_event(GstElement* element, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && bin_of(element).end_waiting()) {
    gst_event_unref(event);
    return TRUE;
  }
  return GST_ELEMENT_CLASS(gst_prompt_decode_bin_parent_class)->send_event(element, event);
}

// GstBin asks its sinks, of which there are none.
static gboolean gst_prompt_decode_bin_query(GstElement* element, GstQuery* query) {
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_DURATION:
    case GST_QUERY_POSITION:
    case GST_QUERY_SEEKING:
      break;
    default:
      return GST_ELEMENT_CLASS(gst_prompt_decode_bin_parent_class)->query(element, query);
  }
  gboolean is_answered = FALSE;
  const auto ask = [](GstElement*, GstPad* pad, gpointer data) -> gboolean {
    auto* asked = static_cast<std::pair<GstQuery*, gboolean*>*>(data);
    *asked->second = gst_pad_query(pad, asked->first);
    return !*asked->second;  // Until one answers.
  };
  std::pair<GstQuery*, gboolean*> data(query, &is_answered);
  gst_element_foreach_src_pad(element, ask, &data);
  return is_answered;
}

static void gst_prompt_decode_bin_handle_message(GstBin* bin, GstMessage* message) {
  message = bin_of(bin).filter(message);
  if (message != nullptr)
    GST_BIN_CLASS(gst_prompt_decode_bin_parent_class)->handle_message(bin, message);
}

static void gst_prompt_decode_bin_class_init(GstPromptDecodeBinClass* klass) {
  GObjectClass* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_prompt_decode_bin_set_property;
  object_class->get_property = gst_prompt_decode_bin_get_property;
  object_class->finalize = gst_prompt_decode_bin_finalize;
  RequestProperties::install(object_class);
  JobProperties::install(object_class);
  DecodeFace::install(object_class);

  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_prompt_decode_bin_change_state);
  element_class->send_event = GST_DEBUG_FUNCPTR(gst_prompt_decode_bin_send_event);
  element_class->query = GST_DEBUG_FUNCPTR(gst_prompt_decode_bin_query);
  gst_element_class_add_static_pad_template(element_class, &bin_template);
  gst_element_class_set_static_metadata(
      element_class, "Prompt decoder", "Generic/Bin/Decoder",
      "Asks a generation API for what a prompt describes and decodes it to raw media",
      "the gst-prompt authors");

  GST_BIN_CLASS(klass)->handle_message = GST_DEBUG_FUNCPTR(gst_prompt_decode_bin_handle_message);
}

static void gst_prompt_decode_bin_init(GstPromptDecodeBin* self) {
  forget_parents_threads();
  self->bin = new PromptBin(GST_BIN_CAST(self));
  // A source whatever is inside, so that the application's EOS reaches it.
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags(
      GST_BIN_CAST(self),
      static_cast<GstElementFlags>(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
}
