// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptsrc/uri_opening.h"

#include <string_view>
#include <utility>

#include "base/text.h"
#include "engine/engine.h"
#include "shared/messages.h"
#include "shared/surroundings.h"

namespace prompt::element {
namespace {

using Handle = std::shared_ptr<engine::JobHandle>;

constexpr std::chrono::milliseconds look_again{1000};
// Somebody else's look, which may not pay, was joined: theirs is over in a moment.
constexpr std::chrono::milliseconds until_others_have_looked{10};

bool is_missing(const engine::Snapshot& job) {
  return job.error && job.error->code == engine::not_in_library_code;
}

// Why a URI must not pay here; empty if it may.
Result<std::string> reason_not_to_pay(GstElement* element) {
  const char* text = g_getenv("GST_PROMPT_URI");
  const std::string_view variable = text != nullptr ? text : "";
  if (variable == "play")
    return "GST_PROMPT_URI=play keeps URIs from paying; unset it, or have the clip made by "
           "promptsrc with the property prompt";
  if (!variable.empty() && variable != "pay")
    return fail(ErrorKind::settings,
                format("The variable GST_PROMPT_URI is '%s'; it takes 'play' (URIs never pay) and "
                       "'pay'.",
                       show_safely(variable, {}, 64).c_str()));
  const std::string demuxer = demuxer_around(element);
  if (!demuxer.empty())
    return format(
        "%s opened it by itself because a playlist or another file names it, and "
        "nobody here ordered it; to have the clip made, open the URI itself once",
        demuxer.c_str());
  if (!is_in_pipeline(element))
    return "the element is in no pipeline, as when a demuxer downloads what a playlist names, and "
           "nobody here ordered it; to have the clip made, open the URI itself once, or put the "
           "element into a pipeline";
  return "";
}

// What is refused anyhow needs no announcement.
bool passes_cap(const engine::Snapshot& job, const engine::Settings& settings) {
  return settings.max_credits <= 0 || (job.credits && *job.credits <= settings.max_credits);
}

void tell_price(GstElement* element, const engine::Snapshot& job) {
  const std::string who = job.provider_name.empty() ? job.provider : job.provider_name;
  const std::string price =
      job.credits ? format("%g %s", *job.credits, job.unit.c_str()) : "an unknown price";
  GstStructure* details =
      gst_structure_new("prompt-price", "provider", G_TYPE_STRING, job.provider.c_str(), "model",
                        G_TYPE_STRING, job.model.c_str(), nullptr);
  if (job.credits)
    gst_structure_set(details, "credits", G_TYPE_DOUBLE, *job.credits, "unit", G_TYPE_STRING,
                      job.unit.c_str(), nullptr);
  const std::string text =
      format("The prompt: URI is paid for: %s makes the clip '%s' for %s, as the library has none.",
             who.c_str(), show_safely(job.prompt, {}, 64).c_str(), price.c_str());
  gst_element_message_full_with_details(element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
                                        GST_RESOURCE_ERROR_SETTINGS, g_strdup(text.c_str()),
                                        g_strdup("GST_PROMPT_URI=play keeps URIs from paying"),
                                        __FILE__, GST_FUNCTION, __LINE__, details);
}

// Waits until it is known what becomes of an opened job; false if that was interrupted.
bool wait_until_begun(const engine::JobHandle& job, Wake& wake, Wake::Ticket& ticket) {
  for (;;) {
    const engine::Snapshot now = job.snapshot();
    if (now.error || now.state != engine::JobState::idle) return true;
    if (wake.wait(ticket, look_again) == Woken::interrupted) return false;
  }
}

Result<Handle> open_watched(const engine::Settings& settings, const std::shared_ptr<Wake>& wake) {
  Result<Handle> job = engine::Engine::instance().open(settings);
  if (job) (*job)->watch(wake);
  return job;
}

}  // namespace

Result<Handle> UriOpening::open(GstElement* element, engine::Settings settings,
                                const std::shared_ptr<Wake>& wake, Wake::Ticket& ticket) {
  State now = *state_.lock();
  const auto keep = [&] {
    *state_.lock() = now;
  };
  const bool was_told_not_to_pay = settings.cache == engine::CachePolicy::only;
  if (!was_told_not_to_pay && now.look == nullptr) {
    Result<std::string> reason = reason_not_to_pay(element);
    if (!reason) return fail(std::move(reason.error()));
    now.refusal = *std::move(reason);
  }
  const bool may_pay = !was_told_not_to_pay && now.refusal.empty();

  for (;;) {
    if (now.look == nullptr) {
      settings.cache = engine::CachePolicy::only;
      Result<Handle> look = open_watched(settings, wake);
      if (!look) return look;
      now.look = *std::move(look);
      keep();
    }
    if (!may_pay) return now.look;
    if (!wait_until_begun(*now.look, *wake, ticket)) return Handle();
    const engine::Snapshot seen = now.look->snapshot();
    if (!is_missing(seen)) return now.look;
    if (!now.has_told_price && !seen.is_stood_in_for && passes_cap(seen, settings)) {
      tell_price(element, seen);
      now.has_told_price = true;
      keep();
    }
    if (now.payment == nullptr) {
      settings.cache = engine::CachePolicy::use;
      Result<Handle> payment = open_watched(settings, wake);
      if (!payment) return payment;
      now.payment = *std::move(payment);
      keep();
    }
    if (!wait_until_begun(*now.payment, *wake, ticket)) return Handle();
    if (!is_missing(now.payment->snapshot())) return now.payment;
    now.payment = nullptr;
    now.look = nullptr;
    keep();
    if (wake->wait(ticket, until_others_have_looked) == Woken::interrupted) return Handle();
  }
}

Error UriOpening::explain(Error error) const {
  const std::string refusal = state_.lock()->refusal;
  if (refusal.empty() || error.code != engine::not_in_library_code) return error;
  error.message =
      format("The library has no clip of this prompt: URI, and it may not pay for one: %s.",
             refusal.c_str());
  return error;
}

}  // namespace prompt::element
