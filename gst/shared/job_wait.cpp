// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/job_wait.h"

#include <utility>

#include "base/text.h"
#include "engine/engine.h"

namespace prompt::element {

Result<JobWait> open_job(RequestProperties& properties, const ElementRequest& request,
                         std::shared_ptr<engine::JobHandle> found, JobReporter& reporter,
                         const std::shared_ptr<Wake>& wake) {
  const engine::Settings& settings = request.settings;
  if (found == nullptr) {
    Result<std::shared_ptr<engine::JobHandle>> opened = engine::Engine::instance().open(settings);
    if (!opened) return fail(std::move(opened.error()));
    found = *std::move(opened);
  }
  if (settings.cache == engine::CachePolicy::refresh) properties.mark_refreshed();
  reporter.set_on_stop(settings.on_stop);
  JobWait wait;
  wait.result = settings.result;
  wait.reader = std::make_shared<engine::ClipReader>(
      found, settings.result, settings.start_policy,
      std::chrono::seconds(found->snapshot().duration_s), wake);
  wait.job = std::move(found);
  return wait;
}

std::shared_ptr<engine::Subscription> send_news(engine::JobHandle& job,
                                                const std::shared_ptr<Courier>& courier) {
  return job.listen([weak = std::weak_ptr<Courier>(courier)] {
    if (const std::shared_ptr<Courier> alive = weak.lock()) alive->send();
  });
}

std::string stopped_waiting(const engine::Snapshot& job, const RequestProperties& properties) {
  const std::string text = "Stopped while waiting for the clip";
  if (job.job_id.empty()) return text + ", before it was asked for.";
  const Result<ElementRequest> request = properties.request();
  if (request && request->settings.on_stop == engine::OnStop::cancel)
    return text + format("; job %s is cancelled.", job.job_id.c_str());
  return text +
         format("; job %s goes on, and the same request picks it up again.", job.job_id.c_str());
}

engine::Snapshot snapshot_of(const engine::JobHandle* job, const RequestProperties& properties) {
  engine::Snapshot snapshot;
  if (job != nullptr) snapshot = job->snapshot();
  if (snapshot.provider.empty()) snapshot.provider = properties.provider();
  return snapshot;
}

bool is_own_error(GstMessage* message) {
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message, &details);
  return details != nullptr && gst_structure_has_name(details, "prompt-error");
}

}  // namespace prompt::element
