// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whose money is spent, and with whose key something is asked: of those who opened the job, each
// for itself.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "job/job.h"
#include "job/rehearsed_error.h"

namespace prompt::job {
std::optional<ledger::DailyCap> Job::daily_cap() const {
  if (spec_.is_stood_in_for) return std::nullopt;
  const provider::Description& description = *spec_.description;
  const DailyCaps& caps = context_.settings.daily;
  // The names that it has where its address is set: provider=rehearsal base-url=...
  std::vector<std::string> names = {description.id, "rehearsal:" + description.id};
  for (const auto& [id, most] : caps.named)
    if (id == description.id) return ledger::DailyCap(most, description.unit, std::move(names));
  if (caps.of_each && description.unit == provider::common_unit)
    return ledger::DailyCap(*caps.of_each, description.unit, std::move(names));
  return std::nullopt;
}

std::optional<Error> Job::reason_not_to_pay(const Permission& permission) const {
  if (permission.refusal) return permission.refusal;
  if (permission.never_pay)
    return Error{ErrorKind::not_found,
                 "The library has no clip of this request, and cache=only forbids paying for one.",
                 not_in_library_code};
  if (permission.key_error) return permission.key_error;
  const std::string& unit = spec_.description->unit;
  if (!spec_.is_stood_in_for && context_.settings.daily.is_any_set() && !daily_cap() &&
      unit != provider::common_unit)
    return Error{
        ErrorKind::settings,
        format("%s counts in %s, and GST_PROMPT_DAILY_CREDITS sets a limit for other "
               "providers only: add %s=N to it.",
               spec_.description->name.c_str(), unit.c_str(), spec_.description->id.c_str())};
  const double most = permission.max_credits;
  if (most > 0 && !spec_.expected_credits)
    return Error{ErrorKind::settings,
                 format("The price of this request is not known, and max-credits=%g forbids what "
                        "cannot be priced; unset max-credits to go on.",
                        most)};
  if (most > 0 && *spec_.expected_credits > most)
    return Error{ErrorKind::settings,
                 format("The request costs %g %s, more than max-credits=%g allows; raise "
                        "max-credits or ask for less.",
                        *spec_.expected_credits, unit.c_str(), most)};
  if (key_refusal_ && std::find(refused_keys_.begin(), refused_keys_.end(),
                                permission.endpoint->identity()) != refused_keys_.end())
    return key_refusal_;
  return std::nullopt;
}

bool Job::find_payer(bool for_refresh) {
  payer_ = openers_.find_payer(
      [this](const Permission& permission) { return reason_not_to_pay(permission); }, for_refresh);
  if (payer_ != nullptr) use_key_of(*payer_);
  return payer_ != nullptr;
}

void Job::refuse_unwilling(Error no_library) {
  no_library.code = not_in_library_code;
  no_library.message += " The property cache=only forbids making one and paying for a clip.";
  const auto reason = [&](const Permission& permission) {
    return permission.never_pay ? std::optional(no_library) : std::nullopt;
  };
  // Somebody else may have come meanwhile.
  if (openers_.find_payer(reason, false) != nullptr) return decide();
  end_refused(false);
}

void Job::end_refused(bool resumable) {
  end(JobState::failed, openers_.first_refusal(), resumable);
}

bool Job::may_anybody_pay() const {
  return openers_.has_payer(
      [this](const Permission& permission) { return reason_not_to_pay(permission); });
}

void Job::use_key_of(const Openers::Opener& opener) {
  endpoint_ = opener.permission().endpoint;
  key_hint_ = opener.permission().key_hint;
  has_key_ = !opener.permission().key_error;
}

bool Job::has_key() {
  if (has_key_) return true;
  if (const Openers::OpenerPtr other = openers_.find_key(refused_keys_)) use_key_of(*other);
  return has_key_;
}

const std::shared_ptr<Endpoint>& Job::endpoint() {
  static_cast<void>(has_key());
  return endpoint_;
}

void Job::note_refused_key(const Error& error) {
  refused_keys_.push_back(endpoint_->identity());
  key_refusal_ = spec_.is_stood_in_for ? as_of_rehearsal(error, spec_.library) : error;
  if (error.http_status == 401 && !key_hint_.empty()) key_refusal_->message += " " + key_hint_;
}

bool Job::try_other_key(const Error& error) {
  if (error.kind != ErrorKind::not_authorized) return false;
  note_refused_key(error);
  const Openers::OpenerPtr other = openers_.find_key(refused_keys_);
  if (other == nullptr) return false;
  log(at(LogLevel::info), "the key was refused; trying that of another element");
  use_key_of(*other);
  return true;
}

}  // namespace prompt::job
