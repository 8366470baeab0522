// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The part of PromptBin that has to do with the elements inside.
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "promptdecodebin/prompt_bin.h"
#include "promptdecodebin/prompt_run.h"
#include "promptdecodebin/short_gif.h"
#include "promptsrc/gstpromptsrc.h"
#include "promptsrc/prompt_source.h"
#include "shared/debug.h"
#include "shared/still_image.h"

#define GST_CAT_DEFAULT debug_category_bin()

namespace prompt::element {
namespace {

// An element that is ours alone until it is added to a bin.
struct Sunk {
  void operator()(GstElement* element) const { gst_object_unref(element); }
};
using OwnElement = std::unique_ptr<GstElement, Sunk>;

OwnElement make(const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  return OwnElement(element != nullptr ? GST_ELEMENT_CAST(gst_object_ref_sink(element)) : nullptr);
}

void set_caps(GstElement* element, const char* property, const char* text) {
  GstCaps* caps = gst_caps_from_string(text);
  g_object_set(element, property, caps, nullptr);
  gst_caps_unref(caps);
}

// Where it can pull, aiffparse begins before decodebin has linked it (1.22).
bool must_be_pushed(std::string_view caps) { return caps == "audio/x-aiff"; }

bool to_paused(GstElement* element) {
  return gst_element_set_state(element, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
}

}  // namespace

void PromptBin::build(Run& run) {
  const engine::ReadableClip clip = run.reader->facts();
  const bool is_image = clip.medium == Media::image;

  // Loading plugins takes its time, so that is done before the state lock is taken.
  const OwnElement source = make("promptsrc");
  const OwnElement front = must_be_pushed(clip.caps) ? make("queue") : nullptr;
  const OwnElement decoder = make("decodebin");
  // imagefreeze answers the first picture with "end", which some decoders take for an error.
  const OwnElement gate = is_image ? make("queue") : nullptr;
  const OwnElement freeze = is_image ? make("imagefreeze") : nullptr;
  const OwnElement rate = is_image ? make("capsfilter") : nullptr;
  if (source == nullptr || decoder == nullptr || (is_image && freeze == nullptr)) {
    has_failed_.store(true);
    GST_ELEMENT_ERROR(element_, CORE, MISSING_PLUGIN,
                      ("An element that plays the clip is missing: %s. Install GStreamer's base "
                       "and good plugins.",
                       source == nullptr    ? "promptsrc"
                       : decoder == nullptr ? "decodebin"
                                            : "imagefreeze"),
                      (nullptr));
    return;
  }

  const Run::Opened opened = *run.opened.lock();
  gst_prompt_src_source(GST_PROMPT_SRC(source.get())).use_job(opened.job, opened.result);
  set_caps(decoder.get(), "sink-caps", clip.caps.c_str());
  if (clip.caps == "image/gif" && clip.size) end_gif_twice(source.get(), *clip.size);
  face_.dress(decoder.get());
  g_signal_connect(decoder.get(), "pad-added", G_CALLBACK(on_pad_added), this);
  g_signal_connect(decoder.get(), "pad-removed", G_CALLBACK(on_pad_removed), this);
  g_signal_connect(decoder.get(), "no-more-pads", G_CALLBACK(on_no_more_pads), this);
  if (is_image)
    set_caps(rate.get(), "caps", "video/x-raw(ANY), framerate=(fraction)24/1; video/x-raw(ANY)");

  face_.set_source(source.get());
  GST_STATE_LOCK(element_);
  const bool is_up = run.is_over.load() || plug(run, {source.get(), front.get(), decoder.get(),
                                                      gate.get(), freeze.get(), rate.get()});
  const bool is_over = run.is_over.load();
  GST_STATE_UNLOCK(element_);
  if (is_over) face_.set_source(nullptr);
  if (!is_up)
    fail(run, Error{ErrorKind::wrong_media,
                    format("The clip is %s, which no decoder here could be started for.",
                           clip.caps.c_str())});
}

bool PromptBin::plug(Run& run, const std::array<GstElement*, 6>& elements) {
  const auto [source, front, decoder, gate, freeze, rate] = elements;
  run.source = source;
  run.front = front;
  run.gate.store(gate);
  run.decoder = decoder;
  run.rate = rate;
  run.freeze.store(freeze);
  for (GstElement* element : elements)
    if (element != nullptr) gst_bin_add(element_, element);
  // From the last element to the first, as bins do.
  bool is_up = front == nullptr ? gst_element_link(source, decoder) != FALSE
                                : gst_element_link_many(source, front, decoder, nullptr) != FALSE;
  if (freeze != nullptr)
    is_up = is_up && gst_element_link_many(gate, freeze, rate, nullptr) != FALSE &&
            to_paused(rate) && to_paused(freeze) && show_for(freeze, rate, run.still_duration) &&
            to_paused(gate);
  is_up =
      is_up && to_paused(decoder) && (front == nullptr || to_paused(front)) && to_paused(source);
  async_done();
  return is_up;
}

void PromptBin::tear_down() {
  std::shared_ptr<Run> last;
  std::swap(*run_.lock(), last);
  if (last == nullptr) return;
  // Streaming has stopped, so pads may go.
  GList* pads = nullptr;
  GST_OBJECT_LOCK(element_);
  for (GList* item = GST_ELEMENT_CAST(element_)->srcpads; item != nullptr; item = item->next)
    pads = g_list_prepend(pads, gst_object_ref(item->data));
  GST_OBJECT_UNLOCK(element_);
  for (GList* item = pads; item != nullptr; item = item->next) {
    gst_pad_set_active(GST_PAD_CAST(item->data), FALSE);
    gst_element_remove_pad(GST_ELEMENT_CAST(element_), GST_PAD_CAST(item->data));
  }
  g_list_free_full(pads, gst_object_unref);

  for (GstElement* child : {last->source, last->front, last->decoder, last->gate.load(),
                            last->freeze.load(), last->rate}) {
    if (child == nullptr) continue;
    g_signal_handlers_disconnect_by_data(child, this);
    g_signal_handlers_disconnect_by_data(child, &face_);
    gst_element_set_state(child, GST_STATE_NULL);
    gst_bin_remove(element_, child);
  }
  if (last->source != nullptr) face_.set_source(nullptr);
  job_.detach();
}

void PromptBin::on_pad_added(GstElement*, GstPad* pad, gpointer self) {
  if (GST_PAD_IS_SRC(pad)) static_cast<PromptBin*>(self)->expose(pad);
}

void PromptBin::expose(GstPad* pad) {
  const std::shared_ptr<Run> now = run();
  if (now == nullptr) return;
  GstElement* freeze = now->freeze.load();
  if (freeze == nullptr) {
    add_ghost_pad(pad, pad, format("src_%u", now->pads.fetch_add(1)).c_str());
    return;
  }
  if (now->pads.fetch_add(1) == 0) expose_image(pad);
}

void PromptBin::expose_image(GstPad* pad) {
  const std::shared_ptr<Run> now = run();
  GstPad* sink = gst_element_get_static_pad(now->gate.load(), "sink");
  GstPad* source = gst_element_get_static_pad(now->rate, "src");
  // First the way out, so that the frame rate is negotiated with what is linked there.
  add_ghost_pad(source, pad, "src_0");
  const GstPadLinkReturn linked = gst_pad_link(pad, sink);
  if (GST_PAD_LINK_FAILED(linked))
    GST_ELEMENT_ERROR(element_, STREAM, WRONG_TYPE, ("The image cannot be shown as a video."),
                      ("linking to imagefreeze: %s", gst_pad_link_get_name(linked)));
  gst_object_unref(source);
  gst_object_unref(sink);
}

// What whoever links in pad-added asks first: the caps, and which stream it is. Of an image, whose
// rate is settled only with what is linked there, the rate that it has if nobody minds.
gboolean PromptBin::store_event(GstPad* from, GstEvent** event, gpointer data) {
  const auto& [pad, is_image] = *static_cast<std::pair<GstPad*, bool>*>(data);
  Ref<GstEvent> stored = Ref<GstEvent>::share(*event);
  if (is_image && GST_EVENT_TYPE(*event) == GST_EVENT_SEGMENT) return TRUE;
  if (is_image && GST_EVENT_TYPE(*event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(*event, &caps);
    caps = gst_caps_copy(caps);
    gst_caps_set_simple(caps, "framerate", GST_TYPE_FRACTION, 24, 1, nullptr);
    stored = Ref<GstEvent>::adopt(gst_event_new_caps(caps));
    gst_caps_unref(caps);
  }
  if (gst_pad_store_sticky_event(pad, stored.get()) != GST_FLOW_OK)
    GST_DEBUG_OBJECT(from, "%s is not stored", GST_EVENT_TYPE_NAME(*event));
  return TRUE;
}

void PromptBin::add_ghost_pad(GstPad* target, GstPad* decoded, const char* name) {
  GstPadTemplate* pad_template =
      gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(element_), "src_%u");
  GstPad* ghost = gst_ghost_pad_new_from_template(name, target, pad_template);
  gst_pad_set_active(ghost, TRUE);
  std::pair<GstPad*, bool> into(ghost, target != decoded);
  gst_pad_sticky_events_foreach(decoded, store_event, &into);
  gst_element_add_pad(GST_ELEMENT_CAST(element_), ghost);
}

void PromptBin::on_pad_removed(GstElement*, GstPad* pad, gpointer self) {
  auto* bin = static_cast<PromptBin*>(self);
  GstElement* element = GST_ELEMENT_CAST(bin->element_);
  GstPad* ghost = nullptr;
  GST_OBJECT_LOCK(element);
  for (GList* item = element->srcpads; item != nullptr && ghost == nullptr; item = item->next) {
    GstPad* target = gst_ghost_pad_get_target(GST_GHOST_PAD_CAST(item->data));
    if (target == pad) ghost = GST_PAD_CAST(gst_object_ref(item->data));
    if (target != nullptr) gst_object_unref(target);
  }
  GST_OBJECT_UNLOCK(element);
  if (ghost == nullptr) return;
  gst_pad_set_active(ghost, FALSE);
  gst_element_remove_pad(element, ghost);
  gst_object_unref(ghost);
}

void PromptBin::on_no_more_pads(GstElement*, gpointer self) {
  gst_element_no_more_pads(GST_ELEMENT_CAST(static_cast<PromptBin*>(self)->element_));
}

}  // namespace prompt::element
