// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What promptdecodebin does behind its vfuncs. READY to PAUSED returns ASYNC at once; the job is
// opened and followed on short calls in GStreamer's thread pool, so a waiting bin holds no thread.
// When bytes may be released, promptsrc and a decodebin are plugged in, the decodebin for exactly
// the kind of media that the first bytes are.
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <memory>

#include "base/guarded.h"
#include "engine/clip_reader.h"
#include "engine/job_handle.h"
#include "promptdecodebin/decode_face.h"
#include "shared/courier.h"
#include "shared/job_properties.h"
#include "shared/messages.h"
#include "shared/request_properties.h"

namespace prompt::element {

class PromptBin {
 public:
  explicit PromptBin(GstBin* element);
  ~PromptBin();
  PromptBin(const PromptBin&) = delete;
  PromptBin& operator=(const PromptBin&) = delete;

  bool set_property(guint id, const GValue* value, GParamSpec* spec) noexcept;
  bool get_property(guint id, GValue* value) const noexcept;

  // ---- GstElement and GstBin ----

  /// `parent` changes the state of the bin's own children. Application thread, with the state lock.
  GstStateChangeReturn change_state(GstStateChange transition,
                                    GstStateChangeReturn (*parent)(GstElement*,
                                                                   GstStateChange)) noexcept;
  /// The application ends the stream; says so when there is nothing that could end yet. True if the
  /// event is dealt with.
  bool end_waiting() noexcept;
  /// What becomes of a child's message: NULL if it goes no further. Any thread; takes the message.
  [[nodiscard]] GstMessage* filter(GstMessage* message) const noexcept;

 private:
  struct Run;

  [[nodiscard]] std::shared_ptr<Run> run() const;
  void begin();
  void end();
  void on_news(Run& run);
  [[nodiscard]] Result<void> open(Run& run);
  void follow(Run& run);
  void watch_for_pads(Run& run);
  void fail(Run& run, const Error& error);
  void post(Run& run, const Error& error);

  // prompt_bin_build.cpp: on a pool thread.
  void build(Run& run);
  bool plug(Run& run, const std::array<GstElement*, 6>& elements);
  void expose(GstPad* pad);
  void expose_image(GstPad* pad);
  /// `decoded`: the pad of decodebin that is behind it.
  void add_ghost_pad(GstPad* target, GstPad* decoded, const char* name);
  static gboolean store_event(GstPad* from, GstEvent** event, gpointer data);
  static void on_pad_added(GstElement* decoder, GstPad* pad, gpointer self);
  static void on_pad_removed(GstElement* decoder, GstPad* pad, gpointer self);
  static void on_no_more_pads(GstElement* decoder, gpointer self);
  void tear_down();

  void async_start();
  void async_done();

  GstBin* element_;  // constant
  RequestProperties request_;
  JobProperties job_;
  DecodeFace face_;
  mutable Guarded<std::shared_ptr<Run>> run_;
  bool is_async_ = false;  ///< ASYNC_START was posted; with the state lock
  std::atomic<bool> has_failed_ = false;
};

}  // namespace prompt::element
