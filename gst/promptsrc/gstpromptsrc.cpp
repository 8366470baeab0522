// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors

/**
 * SECTION:element-promptsrc
 * @title: promptsrc
 * @see_also: promptdecodebin, souphttpsrc
 *
 * Makes a prompt a media source: asks a provider's generation API for a clip, waits, and gives the
 * clip's untouched bytes, as souphttpsrc gives those of a URL. It works in push and in pull mode
 * and can be sought in. It also handles URIs of the form `prompt:TEXT?provider=vibegen&duration=5`,
 * so that playbin, uridecodebin, gst-play and gst-discoverer can open a prompt. A still image that
 * such a URI asks for (`media=image`) lasts for the URI's `duration`, or 5 seconds.
 *
 * The job belongs to the process's engine, not to the element: it goes on when the element stops
 * (unless #GstPromptSrc:on-stop is `cancel`), and the same request is never paid for twice.
 *
 * The wait can be watched: PROGRESS messages with the code `generate`, element messages named
 * `prompt-job`, and the read-only properties.
 *
 * A property that is set while a job uses it counts from the next start; that is logged as a
 * warning.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 promptsrc provider=rehearsal prompt="a city at sunset" ! filesink location=a.mp4
 * ]| Saves the clip as the provider made it.
 * |[
 * gst-launch-1.0 promptsrc provider=rehearsal prompt="a city at sunset" ! decodebin ! videoconvert
 * ! autovideosink
 * ]| Shows it.
 * |[
 * gst-launch-1.0 playbin uri="prompt:a city at sunset?provider=rehearsal"
 * ]| The same by URI.
 *
 * Since: 0.1
 */
#include "promptsrc/gstpromptsrc.h"

#include <new>
#include <string>

#include "promptsrc/prompt_source.h"
#include "shared/debug.h"
#include "shared/forked.h"

#define GST_CAT_DEFAULT prompt::element::debug_category_source()

using prompt::element::forget_parents_threads;
using prompt::element::JobProperties;
using prompt::element::PromptSource;
using prompt::element::RequestProperties;

struct _GstPromptSrc {
  GstBaseSrc parent;
  PromptSource* source;
};

static void gst_prompt_src_uri_handler_init(gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE(GstPromptSrc, gst_prompt_src, GST_TYPE_BASE_SRC,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER,
                                              gst_prompt_src_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE(promptsrc, "promptsrc", GST_RANK_PRIMARY, GST_TYPE_PROMPT_SRC)

PromptSource& gst_prompt_src_source(GstPromptSrc* self) { return *self->source; }

static GstStaticPadTemplate source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static PromptSource& source_of(gpointer self) { return *GST_PROMPT_SRC(self)->source; }

static void gst_prompt_src_set_property(GObject* object, guint id, const GValue* value,
                                        GParamSpec* spec) {
  if (!source_of(object).set_property(id, value, spec))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_prompt_src_get_property(GObject* object, guint id, GValue* value,
                                        GParamSpec* spec) {
  if (!source_of(object).get_property(id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_prompt_src_finalize(GObject* object) {
  delete GST_PROMPT_SRC(object)->source;
  G_OBJECT_CLASS(gst_prompt_src_parent_class)->finalize(object);
}

static gboolean gst_prompt_src_start(GstBaseSrc* src) { return source_of(src).start(); }
static gboolean gst_prompt_src_stop(GstBaseSrc* src) { return source_of(src).stop(); }

static gboolean gst_prompt_src_unlock(GstBaseSrc* src) {
  source_of(src).unlock();
  return TRUE;
}

static gboolean gst_prompt_src_unlock_stop(GstBaseSrc* src) {
  source_of(src).unlock_stop();
  return TRUE;
}

// Byte seeks work at any time: what is not here yet is waited for.
static gboolean gst_prompt_src_is_seekable(GstBaseSrc*) { return TRUE; }

static gboolean gst_prompt_src_get_size(GstBaseSrc* src, guint64* size) {
  const std::optional<guint64> known = source_of(src).size();
  if (known) *size = *known;
  return known.has_value();
}

static GstFlowReturn gst_prompt_src_create(GstBaseSrc* src, guint64 offset, guint length,
                                           GstBuffer** buffer) {
  return source_of(src).create(offset, length, buffer);
}

static gboolean gst_prompt_src_query(GstBaseSrc* src, GstQuery* query) {
  return source_of(src).answer(query) ||
         GST_BASE_SRC_CLASS(gst_prompt_src_parent_class)->query(src, query);
}

static gboolean gst_prompt_src_event(GstBaseSrc* src, GstEvent* event) {
  const bool is_seek = GST_EVENT_TYPE(event) == GST_EVENT_SEEK;
  if (is_seek && !source_of(src).before_seek(event)) return FALSE;
  const gboolean done = GST_BASE_SRC_CLASS(gst_prompt_src_parent_class)->event(src, event);
  if (is_seek) source_of(src).after_seek();
  return done;
}

// Called with the stream lock.
static gboolean gst_prompt_src_do_seek(GstBaseSrc* src, GstSegment* segment) {
  source_of(src).seeking_has_begun();
  if (source_of(src).seek_in_still(*segment)) return TRUE;
  return GST_BASE_SRC_CLASS(gst_prompt_src_parent_class)->do_seek(src, segment);
}

// Events that the application sends to the element itself. Called with the state lock.
static gboolean gst_prompt_src_send_event(GstElement* element, GstEvent* event) {
  const GstEventType type = GST_EVENT_TYPE(event);
  if (type == GST_EVENT_EOS) source_of(element).before_eos();
  if (type == GST_EVENT_SEEK && !source_of(element).before_seek(event)) {
    gst_event_unref(event);
    return FALSE;
  }
  const gboolean done = GST_ELEMENT_CLASS(gst_prompt_src_parent_class)->send_event(element, event);
  if (type == GST_EVENT_SEEK) source_of(element).after_seek();
  return done;
}

static gboolean gst_prompt_src_post_message(GstElement* element, GstMessage* message) {
  if (source_of(element).is_repetition(message)) {
    GST_DEBUG_OBJECT(element, "an error of ours was posted already, dropping %" GST_PTR_FORMAT,
                     static_cast<void*>(message));
    gst_message_unref(message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS(gst_prompt_src_parent_class)->post_message(element, message);
}

static void gst_prompt_src_class_init(GstPromptSrcClass* klass) {
  GObjectClass* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_prompt_src_set_property;
  object_class->get_property = gst_prompt_src_get_property;
  object_class->finalize = gst_prompt_src_finalize;
  RequestProperties::install(object_class);
  JobProperties::install(object_class);

  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  element_class->send_event = GST_DEBUG_FUNCPTR(gst_prompt_src_send_event);
  element_class->post_message = GST_DEBUG_FUNCPTR(gst_prompt_src_post_message);
  gst_element_class_add_static_pad_template(element_class, &source_template);
  gst_element_class_set_static_metadata(
      element_class, "Prompt source", "Source/Network",
      "Asks a generation API for what a prompt describes and gives the clip's bytes",
      "the gst-prompt authors");

  GstBaseSrcClass* base_class = GST_BASE_SRC_CLASS(klass);
  base_class->start = GST_DEBUG_FUNCPTR(gst_prompt_src_start);
  base_class->stop = GST_DEBUG_FUNCPTR(gst_prompt_src_stop);
  base_class->unlock = GST_DEBUG_FUNCPTR(gst_prompt_src_unlock);
  base_class->unlock_stop = GST_DEBUG_FUNCPTR(gst_prompt_src_unlock_stop);
  base_class->is_seekable = GST_DEBUG_FUNCPTR(gst_prompt_src_is_seekable);
  base_class->get_size = GST_DEBUG_FUNCPTR(gst_prompt_src_get_size);
  base_class->create = GST_DEBUG_FUNCPTR(gst_prompt_src_create);
  base_class->query = GST_DEBUG_FUNCPTR(gst_prompt_src_query);
  base_class->event = GST_DEBUG_FUNCPTR(gst_prompt_src_event);
  base_class->do_seek = GST_DEBUG_FUNCPTR(gst_prompt_src_do_seek);
}

static void gst_prompt_src_init(GstPromptSrc* self) {
  forget_parents_threads();
  GstBaseSrc* base = GST_BASE_SRC(self);
  self->source = new PromptSource(base);
  gst_base_src_set_format(base, GST_FORMAT_BYTES);
  gst_base_src_set_blocksize(base, 64 * 1024);
  // That all bytes were sent is not the end: the clip may turn out to be cut short.
  gst_base_src_set_automatic_eos(base, FALSE);
}

static GstURIType gst_prompt_src_uri_get_type(GType) { return GST_URI_SRC; }

static const gchar* const* gst_prompt_src_uri_get_protocols(GType) {
  static const gchar* const protocols[] = {"prompt", nullptr};
  return protocols;
}

static gchar* gst_prompt_src_uri_get_uri(GstURIHandler* handler) {
  const std::string uri = source_of(handler).uri();
  return uri.empty() ? nullptr : g_strdup(uri.c_str());
}

static gboolean gst_prompt_src_uri_set_uri(GstURIHandler* handler, const gchar* uri,
                                           GError** error) {
  GST_OBJECT_LOCK(handler);
  const GstState state = GST_STATE(handler);
  GST_OBJECT_UNLOCK(handler);
  if (state >= GST_STATE_PAUSED) {
    g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                "The URI of promptsrc cannot be changed in the state %s; stop the element first.",
                gst_element_state_get_name(state));
    return FALSE;
  }
  const prompt::Result<void> set = source_of(handler).set_uri(uri);
  if (!set)
    g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
                        set.error().message.c_str());
  return set.has_value();
}

static void gst_prompt_src_uri_handler_init(gpointer iface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(iface);
  handler->get_type = gst_prompt_src_uri_get_type;
  handler->get_protocols = gst_prompt_src_uri_get_protocols;
  handler->get_uri = gst_prompt_src_uri_get_uri;
  handler->set_uri = gst_prompt_src_uri_set_uri;
}
