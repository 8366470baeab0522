// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptdecodebin/prompt_bin.h"

#include <utility>

#include "base/text.h"
#include "promptdecodebin/autoplug.h"
#include "promptdecodebin/prompt_run.h"
#include "shared/debug.h"
#include "shared/errors.h"
#include "shared/job_wait.h"
#include "shared/still_image.h"

#define GST_CAT_DEFAULT debug_category_bin()

namespace prompt::element {
namespace {

// decodebin loses an error that a demuxer posts while it is being plugged, and then waits for ever.
// A whole file is opened within milliseconds; a machine that takes this long plays nothing in time.
constexpr std::chrono::seconds longest_silence{15};
constexpr std::chrono::milliseconds look_again{1000};

// Whether it says that a decoder for a text stream is missing.
bool is_about_text(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ELEMENT ||
      gst_message_has_name(message, "missing-plugin") == FALSE)
    return false;
  const GValue* detail = gst_structure_get_value(gst_message_get_structure(message), "detail");
  return detail != nullptr && GST_VALUE_HOLDS_CAPS(detail) && is_text(gst_value_get_caps(detail));
}

}  // namespace

PromptBin::PromptBin(GstBin* element) : element_(element), face_(GST_ELEMENT_CAST(element)) {}

PromptBin::~PromptBin() {
  std::shared_ptr<Run> last;
  std::swap(*run_.lock(), last);
  if (last != nullptr) last->courier->retire();
}

bool PromptBin::set_property(guint id, const GValue* value, GParamSpec* spec) noexcept {
  if (face_.set(id, value)) return true;
  if (!request_.set(id, value, spec)) return false;
  const std::shared_ptr<Run> now = run();
  if (now != nullptr && now->opened.lock()->job != nullptr)
    GST_WARNING_OBJECT(element_,
                       "a property was set while a job uses it: it counts from the next "
                       "start");
  return true;
}

bool PromptBin::get_property(guint id, GValue* value) const noexcept {
  return request_.get(id, value) || job_.get(id, value) || face_.get(id, value);
}

std::shared_ptr<PromptBin::Run> PromptBin::run() const { return *run_.lock(); }

GstStateChangeReturn PromptBin::change_state(
    GstStateChange transition,
    GstStateChangeReturn (*parent)(GstElement*, GstStateChange)) noexcept {
  GstElement* element = GST_ELEMENT_CAST(element_);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) async_start();
  // First of all, so that no call in the pool adds to what is being taken down.
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) end();

  GstStateChangeReturn result = parent(element, transition);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (result == GST_STATE_CHANGE_FAILURE) {
        async_done();
        break;
      }
      begin();
      result = GST_STATE_CHANGE_ASYNC;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      tear_down();
      async_done();
      break;
    default:
      break;
  }
  return result;
}

void PromptBin::async_start() {
  is_async_ = true;
  GstMessage* message = gst_message_new_async_start(GST_OBJECT_CAST(element_));
  // By the class: the bin itself counts as one of the elements that it waits for.
  GST_BIN_GET_CLASS(element_)->handle_message(element_, message);
}

void PromptBin::async_done() {
  if (!std::exchange(is_async_, false)) return;
  GstMessage* message = gst_message_new_async_done(GST_OBJECT_CAST(element_), GST_CLOCK_TIME_NONE);
  GST_BIN_GET_CLASS(element_)->handle_message(element_, message);
}

void PromptBin::begin() {
  GST_DEBUG_OBJECT(element_, "start");
  has_failed_.store(false);
  auto next = std::make_shared<Run>(GST_ELEMENT_CAST(element_));
  const std::weak_ptr<Run> weak = next;
  next->courier = std::make_shared<Courier>(GST_ELEMENT_CAST(element_), [this, weak](Courier&) {
    const std::shared_ptr<Run> run = weak.lock();
    if (run != nullptr && !run->is_over.load()) on_news(*run);
  });
  *run_.lock() = next;
  next->courier->send();
}

void PromptBin::end() {
  std::shared_ptr<Run> last = run();
  if (last == nullptr) return;
  GST_DEBUG_OBJECT(element_, "stop");
  last->is_over.store(true);
  last->courier->retire();
  last->reporter.cancel("Stopped waiting for the clip");
}

void PromptBin::on_news(Run& run) {
  if (has_failed_.load()) return;
  const bool is_open = run.opened.lock()->job != nullptr;
  if (!is_open) {
    if (const Result<void> opened = open(run); !opened) {
      fail(run, opened.error());
      return;
    }
  }
  follow(run);
}

Result<void> PromptBin::open(Run& run) {
  const Result<ElementRequest> request = request_.request();
  if (!request) return prompt::fail(request.error());
  Result<JobWait> wait =
      open_job(request_, *request, nullptr, run.reporter, std::make_shared<Wake>());
  if (!wait) return prompt::fail(wait.error());
  // The clip's bytes are read by promptsrc; this one only knows when that may begin.
  run.reader = std::move(wait->reader);
  run.still_duration =
      static_cast<GstClockTime>(still_duration(request->settings.duration_s).count()) * GST_SECOND;

  Run::Opened opened;
  opened.result = wait->result;
  opened.job = std::move(wait->job);
  opened.news = send_news(*opened.job, run.courier);
  // Unless the bin was stopped meanwhile: then the job is let go with the run.
  GST_STATE_LOCK(element_);
  if (!run.is_over.load()) job_.attach(opened.job, opened.result);
  GST_STATE_UNLOCK(element_);
  *run.opened.lock() = std::move(opened);
  return {};
}

void PromptBin::follow(Run& run) {
  const std::shared_ptr<engine::JobHandle> job = run.opened.lock()->job;
  const std::chrono::milliseconds again = run.reporter.report(job->snapshot());
  if (!run.is_waiting.load()) {
    watch_for_pads(run);
    return;
  }

  const Result<bool> may_start = run.reader->may_start();
  if (!may_start) {
    fail(run, may_start.error());
    return;
  }
  // Demuxers in pull mode want the length; a server that does not tell it makes them wait for the
  // end anyhow.
  const engine::ReadableClip clip = run.reader->facts();
  if (!*may_start || !clip.size || !clip.is_medium_known) {
    run.courier->send_after(again);
    return;
  }
  const engine::Snapshot now = job->snapshot();
  run.reporter.report(now);
  GST_DEBUG_OBJECT(element_, "the clip of job %.8s is here; building its decoder",
                   now.job_id.c_str());
  run.is_waiting.store(false);
  run.reporter.complete(now);
  build(run);
  watch_for_pads(run);
}

void PromptBin::watch_for_pads(Run& run) {
  if (run.pads.load() > 0 || has_failed_.load()) return;
  const auto now = std::chrono::steady_clock::now();
  const engine::ReadableClip clip = run.reader->facts();
  if (clip.complete && !run.mute_since) run.mute_since = now;
  if (run.mute_since && now - *run.mute_since >= longest_silence) {
    fail(run,
         Error{ErrorKind::wrong_media,
               format("The clip was fetched whole, but no picture and no sound came out of it: "
                      "it is damaged, or of a kind that no decoder here knows (%s).",
                      clip.caps.c_str())});
    return;
  }
  run.courier->send_after(look_again);
}

void PromptBin::fail(Run& run, const Error& error) {
  const std::chrono::milliseconds rest = rest_before_error(run.began);
  if (rest.count() > 0) {
    // It is found again then.
    run.courier->send_after(rest);
    return;
  }
  post(run, error);
}

void PromptBin::post(Run& run, const Error& error) {
  if (run.is_over.load() || has_failed_.exchange(true)) return;
  const std::shared_ptr<engine::JobHandle> job = run.opened.lock()->job;
  post_error(GST_ELEMENT_CAST(element_), error, snapshot_of(job.get(), request_), false);
  run.reporter.fail(error);
}

bool PromptBin::end_waiting() noexcept {
  const std::shared_ptr<Run> now = run();
  if (now == nullptr || now->is_over.load() || !now->is_waiting.load() || has_failed_.load())
    return false;
  // No stream exists that could end, so nothing but an error tells a pipeline that it is over.
  post(*now, Error{ErrorKind::cancelled, stopped_waiting(job_.snapshot(), request_)});
  return true;
}

GstMessage* PromptBin::filter(GstMessage* message) const noexcept {
  const bool is_redirect =
      GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && gst_message_has_name(message, "redirect");
  // A clip has no say in what is played; its subtitles are left out on purpose.
  const bool is_unwanted = is_redirect || is_about_text(message) ||
                           GST_MESSAGE_TYPE(message) == GST_MESSAGE_BUFFERING ||
                           (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && has_failed_.load() &&
                            GST_MESSAGE_SRC(message) != GST_OBJECT_CAST(element_));
  if (is_unwanted) {
    gst_message_unref(message);
    return nullptr;
  }
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR || is_own_error(message)) return message;

  // A decoder's error: say of which job.
  const engine::Snapshot job = job_.snapshot();
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message, &details);
  GstStructure* full =
      details != nullptr ? gst_structure_copy(details) : gst_structure_new_empty("prompt-error");
  gst_structure_set(full, "provider", G_TYPE_STRING, job.provider.c_str(), "job-id", G_TYPE_STRING,
                    job.job_id.c_str(), "task-id", G_TYPE_STRING, job.task_id.c_str(), nullptr);
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  GstMessage* enriched =
      gst_message_new_error_with_details(GST_MESSAGE_SRC(message), error, debug, full);
  gst_message_set_seqnum(enriched, gst_message_get_seqnum(message));
  g_error_free(error);
  g_free(debug);
  gst_message_unref(message);
  return enriched;
}

}  // namespace prompt::element
