// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What promptsrc does behind its vfuncs. Starting is cheap and asks for nothing: scheduling queries
// and state changes start sources in passing. The job is opened by the first create(), which waits
// for the clip and then reads it as it arrives.
//
// In pull mode unlock(), unlock_stop() and stop() may all run while create() is still inside
// (typefind calls the pad's getrange function without the stream lock). So whatever create()
// touches is held by a Session that it shares, and waiting is ended by an epoch, not by a flag.
#pragma once

#include <gst/base/gstbasesrc.h>

#include <atomic>
#include <memory>
#include <optional>

#include "base/guarded.h"
#include "base/wake.h"
#include "engine/clip_reader.h"
#include "engine/job_handle.h"
#include "shared/courier.h"
#include "shared/job_properties.h"
#include "shared/messages.h"
#include "shared/request_properties.h"

namespace prompt::element {

class PromptSource {
 public:
  explicit PromptSource(GstBaseSrc* element);
  ~PromptSource();
  PromptSource(const PromptSource&) = delete;
  PromptSource& operator=(const PromptSource&) = delete;

  // ---- Properties and URI: any thread ----

  bool set_property(guint id, const GValue* value, GParamSpec* spec) noexcept;
  bool get_property(guint id, GValue* value) const noexcept;
  [[nodiscard]] Result<void> set_uri(std::string_view uri) noexcept;
  [[nodiscard]] std::string uri() const noexcept;

  /// From the next start on this job's clip is read instead of what the properties ask for, and the
  /// progress of the job is not reported: promptdecodebin does that.
  void use_job(std::shared_ptr<engine::JobHandle> job, unsigned result) noexcept;

  // ---- GstBaseSrc ----

  /// Application thread or, in pull mode, whatever thread activates; perhaps in state NULL.
  bool start() noexcept;
  bool stop() noexcept;
  void unlock() noexcept;
  void unlock_stop() noexcept;
  /// Streaming thread, without locks.
  GstFlowReturn create(guint64 offset, guint length, GstBuffer** buffer) noexcept;
  [[nodiscard]] std::optional<guint64> size() const noexcept;
  /// Answers the queries that the base class would answer wrongly or by starting the source.
  bool answer(GstQuery* query) const noexcept;

  /// A SEEK that does not flush makes the base class wait for create() before it unlocks it. To be
  /// called before and after the event is handed on; `before` returns false for a seek that must
  /// not be handed on.
  bool before_seek(GstEvent* event) noexcept;
  void after_seek() noexcept;
  /// An image by URI begins anew in this segment, which ends with it. False where there is none.
  /// With the stream lock.
  bool seek_in_still(GstSegment& segment) noexcept;
  /// The base class has the stream lock: create() may wait again.
  void seeking_has_begun() noexcept;
  /// The application ends the stream. Says what becomes of a job that it did not wait for.
  void before_eos() noexcept;
  /// Whether a message is the base class's own "Internal data stream error" after our error.
  [[nodiscard]] bool is_repetition(GstMessage* message) const noexcept;

 private:
  struct Session;

  [[nodiscard]] std::shared_ptr<Session> session() const;
  GstFlowReturn wait_for_reader(Session& session, Wake::Ticket& ticket);
  GstFlowReturn find_job_of_uri(Session& session, Wake::Ticket& ticket);
  [[nodiscard]] Result<void> open(Session& session);
  GstFlowReturn wait_for_release(Session& session, Wake::Ticket& ticket);
  GstFlowReturn read(Session& session, guint64 offset, guint length, GstBuffer** buffer,
                     Wake::Ticket& ticket);
  GstFlowReturn read_still(Session& session, GstBuffer** buffer, Wake::Ticket& ticket);
  void release(Session& session, const engine::Snapshot& job);
  GstFlowReturn give_up(Session& session, const Error& why, bool reading, Wake::Ticket& ticket);
  void publish_size(Session& session);
  void warn_if_not_kept(const engine::ReadOutcome& outcome);
  void report_after_release();

  GstBaseSrc* element_;  // constant
  GstFormat format_ =
      GST_FORMAT_BYTES;  ///< Of the segment; by start(), which the base class orders.
  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  std::atomic<bool> is_flushing_ = false;
  std::atomic<bool> is_seeking_ = false;
  std::atomic<bool> has_failed_ = false;  ///< An error was posted since the last start.
  RequestProperties request_;
  JobProperties job_;
  struct Given {
    std::shared_ptr<engine::JobHandle> job;
    unsigned result = 0;
  };
  Guarded<Given> given_;
  mutable Guarded<std::shared_ptr<Session>> session_;
};

}  // namespace prompt::element
