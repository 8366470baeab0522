// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/messages.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "shared/enums.h"
#include "shared/surroundings.h"

namespace prompt::element {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr milliseconds continue_interval{1000};
// Expected progress and the remaining time move on although nothing new was heard.
constexpr milliseconds heartbeat{5000};
// A job has its id within milliseconds, unless the disk or another process keeps it waiting.
constexpr milliseconds longest_without_start{500};

constexpr const char* code = "generate";

double shown_progress(const engine::Snapshot& job) {
  return std::clamp(job.progress.value_or(0.0), 0.0, 1.0);
}

std::string who(const engine::Snapshot& job) {
  return job.provider_name.empty() ? job.provider : job.provider_name;
}

// Enough to tell several sources in one pipeline apart, and to find the job in the library.
std::string short_id(const engine::Snapshot& job) { return job.job_id.substr(0, 8); }

std::string describe(const engine::Snapshot& job) {
  std::string text = who(job);
  if (!job.job_id.empty()) text += ", job " + short_id(job);
  text += ": ";
  text += job.status_text.empty() ? nick_of(job_state_type(), static_cast<int>(job.state))
                                  : job.status_text;
  if (job.progress) text += format(", %d %%", static_cast<int>(shown_progress(job) * 100));
  if (job.is_late)
    text += ", later than usual";
  else if (job.eta && job.eta->count() > 0)
    text += format(", about %lld s left",
                   static_cast<long long>(duration_cast<seconds>(*job.eta).count() + 1));
  return text;
}

// The first that is said of a job. Who pays is told what Ctrl-C does, and by what the job is found.
std::string describe_start(const engine::Snapshot& job, engine::OnStop on_stop) {
  if (job.from_library) return "Opening " + who(job) + "'s clip in the library";
  std::string text = "Asking " + who(job) + " for a clip";
  if (job.job_id.empty()) return text;
  text += " (job " + short_id(job);
  const bool is_paid = !job.is_stood_in_for && !job.error;
  if (is_paid && on_stop == engine::OnStop::keep)
    text += "; Ctrl-C leaves it running, and the same request goes on with it";
  if (is_paid && on_stop == engine::OnStop::cancel) text += "; Ctrl-C cancels it";
  return text + ")";
}

void post_progress(GstElement* element, GstProgressType type, const std::string& text,
                   const engine::Snapshot* job) {
  GstMessage* message =
      gst_message_new_progress(GST_OBJECT_CAST(element), type, code, text.c_str());
  GstStructure* fields = gst_message_writable_structure(message);
  if (job != nullptr && job->progress)
    gst_structure_set(fields, "percent", G_TYPE_INT, static_cast<int>(shown_progress(*job) * 100),
                      nullptr);
  if (job != nullptr && !job->job_id.empty())
    gst_structure_set(fields, "job-id", G_TYPE_STRING, job->job_id.c_str(), nullptr);
  post_message(element, message);
}

guint64 nanoseconds_of(milliseconds time) {
  return static_cast<guint64>(std::max<nanoseconds::rep>(nanoseconds(time).count(), 0));
}

GstMessage* make_job_message(GstElement* element, const engine::Snapshot& job) {
  GstStructure* fields = gst_structure_new(
      "prompt-job",                                                                    //
      "job-id", G_TYPE_STRING, job.job_id.c_str(),                                     //
      "provider", G_TYPE_STRING, job.provider.c_str(),                                 //
      "model", G_TYPE_STRING, job.model.c_str(),                                       //
      "task-id", G_TYPE_STRING, job.task_id.c_str(),                                   //
      "state", G_TYPE_STRING, nick_of(job_state_type(), static_cast<int>(job.state)),  //
      "progress", G_TYPE_DOUBLE, shown_progress(job),                                  //
      "elapsed", G_TYPE_UINT64, nanoseconds_of(job.elapsed),                           //
      "eta", G_TYPE_UINT64, job.eta ? nanoseconds_of(*job.eta) : GST_CLOCK_TIME_NONE,  //
      "credits", G_TYPE_DOUBLE, job.credits.value_or(-1.0),                            //
      "unit", G_TYPE_STRING, job.unit.c_str(),                                         //
      "status", G_TYPE_STRING, job.status_text.c_str(), nullptr);
  return gst_message_new_element(GST_OBJECT_CAST(element), fields);
}

std::string price_text(const engine::Snapshot& job) {
  const char* const unit = job.unit.c_str();
  if (job.is_stood_in_for) return format(" (rehearsed: it would cost %g %s)", *job.credits, unit);
  return format(" (%g %s%s)", *job.credits, unit, job.credits_are_charged ? "" : " expected");
}

}  // namespace

milliseconds JobReporter::report(const engine::Snapshot& job) {
  tell_job(job);
  return tell_progress(job);
}

void JobReporter::tell_job(const engine::Snapshot& job) {
  Told now{true,
           job.state,
           job.task_id,
           job.job_id,
           shown_progress(job),
           job.credits.value_or(-1),
           job.unknown_word};
  std::swap(now, told_);
  const Told& before = now;
  const bool state = before.state != told_.state;
  // Predicted progress creeps; only whole per cents are news.
  const bool progress = std::lround(before.progress * 100) != std::lround(told_.progress * 100);
  const bool credits = before.credits < told_.credits || before.credits > told_.credits;
  const bool task = before.task_id != told_.task_id;
  const bool id = before.job_id != told_.job_id;
  if (!progress) told_.progress = before.progress;
  const bool word = before.unknown_word != told_.unknown_word;
  if (before.anything && !state && !progress && !credits && !task && !id && !word) return;

  post_message(element_, make_job_message(element_, job));
  GObject* object = G_OBJECT(element_);
  if (id) g_object_notify(object, "job-id");
  if (task) g_object_notify(object, "current-task-id");
  if (credits) g_object_notify(object, "credits");
  if (progress) g_object_notify(object, "progress");
  const bool has_file =
      told_.state == engine::JobState::fetching || told_.state == engine::JobState::ready;
  if (state && has_file) g_object_notify(object, "clip-location");
  if (state) g_object_notify(object, "job-state");
}

milliseconds JobReporter::tell_progress(const engine::Snapshot& job) {
  bool starts = false;
  bool goes_on = false;
  milliseconds again = heartbeat;
  const std::string text = describe(job);
  {
    const auto progress = progress_.lock();
    if (progress->ended) return heartbeat;
    const Clock::time_point now = Clock::now();
    const auto age = duration_cast<milliseconds>(now - created_);
    const bool is_nameless = job.job_id.empty() && job.state == engine::JobState::idle;
    if (!progress->started && is_nameless && !job.error && age < longest_without_start)
      return longest_without_start - age;
    starts = !std::exchange(progress->started, true);
    const auto since = duration_cast<milliseconds>(now - progress->time);
    // START already says that the request is being made.
    const bool is_news = text != progress->text && job.state != engine::JobState::idle &&
                         !job.error && job.state != engine::JobState::ready;
    if (is_news && (progress->text.empty() || since >= continue_interval)) {
      goes_on = true;
      progress->text = text;
      progress->time = now;
    } else if (is_news) {
      again = continue_interval - since + milliseconds(1);
    }
  }
  if (starts) post_progress(element_, GST_PROGRESS_TYPE_START, describe_start(job, on_stop_), &job);
  if (goes_on) post_progress(element_, GST_PROGRESS_TYPE_CONTINUE, text, &job);
  return again;
}

bool JobReporter::end() {
  const auto progress = progress_.lock();
  if (!progress->started) {
    // Nothing was begun, so nothing must be ended, now or later.
    progress->ended = true;
    return false;
  }
  return !std::exchange(progress->ended, true);
}

void JobReporter::complete(const engine::Snapshot& job) {
  if (!end()) return;
  std::string text = job.job_id.empty() ? std::string() : "Job " + short_id(job) + ": ";
  text += job.from_library ? "The clip is in the library, nothing was paid for it now"
                           : "The clip is ready";
  if (!job.from_library && job.credits) text += price_text(job);
  post_progress(element_, GST_PROGRESS_TYPE_COMPLETE, text, &job);
}

void JobReporter::fail(const Error& error) {
  if (!end()) return;
  const bool is_cancel = error.kind == ErrorKind::cancelled;
  post_progress(element_, is_cancel ? GST_PROGRESS_TYPE_CANCELED : GST_PROGRESS_TYPE_ERROR,
                error.message, nullptr);
}

void JobReporter::cancel(const std::string& why) {
  if (end()) post_progress(element_, GST_PROGRESS_TYPE_CANCELED, why, nullptr);
}

GstTagList* make_tags(const engine::Snapshot& job) {
  GstTagList* tags = gst_tag_list_new_empty();
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  const auto add = [tags](const char* tag, const std::string& text) {
    // Empty tags are an error to GStreamer, and so is text of another encoding.
    if (!text.empty() && is_valid_utf8(text))
      gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, tag, text.c_str(), nullptr);
  };
  add(GST_TAG_TITLE, job.prompt);
  add(GST_TAG_ENCODER, job.model.empty() ? who(job) : who(job) + " " + job.model);
  add(GST_TAG_APPLICATION_NAME, who(job));
  add(GST_TAG_COMMENT, job.task_id);
  return tags;
}

}  // namespace prompt::element
