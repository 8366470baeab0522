// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The part of PromptSource that comes to a job.
#include <utility>

#include "base/text.h"
#include "promptsrc/prompt_session.h"
#include "shared/errors.h"
#include "shared/job_wait.h"
#include "shared/surroundings.h"

namespace prompt::element {
namespace {

// Applications may link while a source starts; what is linked later than this is not waited for.
constexpr std::chrono::milliseconds longest_unlinked{1000};
constexpr std::chrono::milliseconds look_for_link{20};

}  // namespace

// Nobody could ever have the bytes, so nothing is asked for. In pull mode there is a reader.
GstFlowReturn PromptSource::wait_for_reader(Session& session, Wake::Ticket& ticket) {
  GstPad* pad = GST_BASE_SRC_PAD(element_);
  while (mode_of(GST_BASE_SRC_PAD(element_)) == GST_PAD_MODE_PUSH && !is_linked(pad)) {
    if (std::chrono::steady_clock::now() - session.began >= longest_unlinked)
      return give_up(session,
                     Error{ErrorKind::settings,
                           format("%s leads to no other element, so nothing was asked for; link "
                                  "its pad src, as in 'promptsrc prompt=TEXT ! decodebin ! ...'.",
                                  GST_OBJECT_NAME(element_)),
                           not_linked_code},
                     false, ticket);
    if (wake_->wait(ticket, look_for_link) == Woken::interrupted) return GST_FLOW_FLUSHING;
  }
  return GST_FLOW_OK;
}

GstFlowReturn PromptSource::find_job_of_uri(Session& session, Wake::Ticket& ticket) {
  Result<ElementRequest> request = request_.request();
  // What is wrong with it is found again by open().
  if (!request || !request->is_from_uri) return GST_FLOW_OK;
  Result<std::shared_ptr<engine::JobHandle>> found =
      session.uri.open(GST_ELEMENT_CAST(element_), request->settings, wake_, ticket);
  if (!found) return give_up(session, found.error(), false, ticket);
  if (*found == nullptr) return GST_FLOW_FLUSHING;
  session.request = *std::move(request);
  session.found = *std::move(found);
  return GST_FLOW_OK;
}

Result<void> PromptSource::open(Session& session) {
  const std::lock_guard lock(session.opening);
  if (session.error) return fail(*session.error);
  if (session.job != nullptr) return {};

  Given given = *given_.lock();
  Result<ElementRequest> request =
      session.request ? Result<ElementRequest>(*session.request) : request_.request();
  if (given.job == nullptr) {
    if (!request) return fail(session.error.emplace(request.error()));
    auto reporter = std::make_shared<JobReporter>(GST_ELEMENT_CAST(element_));
    Result<JobWait> opened = open_job(request_, *request, session.found, *reporter, wake_);
    if (!opened) return fail(session.error.emplace(opened.error()));
    given = Given{std::move(opened->job), opened->result};
    session.reader = std::move(opened->reader);
    session.reporter = std::move(reporter);
    bool is_over = false;
    {
      const auto ending = session.ending.lock();
      ending->reporter = session.reporter;
      is_over = ending->is_over;
    }
    // Nobody is told of a wait that was over before it began.
    if (is_over) session.reporter->cancel("Stopped waiting for the clip");
  } else {
    // Whoever gave the job has waited already.
    session.reader = std::make_shared<engine::ClipReader>(
        given.job, given.result, StartPolicy::first_byte, std::chrono::milliseconds(0), wake_);
  }
  session.job = std::move(given.job);
  {
    // Unless stop() was here meanwhile: then nothing would let go of the job again.
    const auto current = session_.lock();
    if (current->get() == &session) job_.attach(session.job, given.result);
  }
  session.is_open.store(true);
  return {};
}

}  // namespace prompt::element
