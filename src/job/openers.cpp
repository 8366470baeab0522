// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/openers.h"

#include <algorithm>
#include <utility>

namespace prompt::job {
namespace {

/// Those who have gone are remembered for their permission, but not without end.
constexpr std::size_t max_gone = 64;

}  // namespace

Openers::OpenerPtr Openers::add(Permission permission) {
  const std::lock_guard lock(mutex_);
  if (joining_ == Joining::closed) return nullptr;
  if (joining_ == Joining::finished && (permission.refresh || permission.newest)) return nullptr;
  if (openers_.size() >= max_gone)
    std::erase_if(openers_, [](const OpenerPtr& opener) { return !opener->is_here_; });
  return openers_.emplace_back(std::make_shared<Opener>(std::move(permission)));
}

bool Openers::remove(const Opener& opener) {
  const std::lock_guard lock(mutex_);
  bool is_last = !opener.refused_;
  for (const OpenerPtr& one : openers_) {
    if (one.get() == &opener)
      one->is_here_ = false;
    else if (one->is_here_ && !one->refused_)
      is_last = false;
  }
  return is_last;
}

std::optional<Error> Openers::refusal(const Opener& opener) const {
  const std::lock_guard lock(mutex_);
  return opener.refused_;
}

bool Openers::is_anybody_willing() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(openers_.begin(), openers_.end(), [](const OpenerPtr& opener) {
    return !opener->refused_ && !opener->permission_.never_pay;
  });
}

bool Openers::is_refresh_wanted() const {
  const std::lock_guard lock(mutex_);
  return is_refresh_wanted_unlocked();
}

bool Openers::is_refresh_wanted_unlocked() const {
  return std::any_of(openers_.begin(), openers_.end(), [](const OpenerPtr& opener) {
    return !opener->refused_ && opener->permission_.refresh;
  });
}

bool Openers::is_newest_wanted() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(openers_.begin(), openers_.end(), [](const OpenerPtr& opener) {
    return !opener->refused_ && opener->wants_newest();
  });
}

bool Openers::has_waiting_for_any() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(openers_.begin(), openers_.end(), [](const OpenerPtr& opener) {
    return opener->is_here_ && !opener->refused_ && !opener->wants_newest();
  });
}

void Openers::refuse_newest(const Error& why) {
  const std::lock_guard lock(mutex_);
  for (const OpenerPtr& opener : openers_)
    if (!opener->refused_ && opener->wants_newest()) opener->refused_ = why;
}

Openers::OpenerPtr Openers::find_payer(const Reason& reason, bool for_refresh) {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<Opener*, Error>> refused;
  for (const OpenerPtr& opener : openers_) {
    if (opener->refused_ || (for_refresh && !opener->permission_.refresh)) continue;
    std::optional<Error> why = reason(opener->permission_);
    if (!why) return opener;
    refused.emplace_back(opener.get(), std::move(*why));
  }
  for (auto& [opener, why] : refused) opener->refused_ = std::move(why);
  if (!has_waiting_unlocked()) joining_ = Joining::closed;
  return nullptr;
}

Openers::OpenerPtr Openers::first() const {
  const std::lock_guard lock(mutex_);
  return openers_.empty() ? nullptr : openers_.front();
}

Openers::OpenerPtr Openers::find_key(const std::vector<std::string>& tried) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(openers_.begin(), openers_.end(), [&](const OpenerPtr& opener) {
    return !opener->permission_.key_error &&
           std::find(tried.begin(), tried.end(), opener->permission_.endpoint->identity()) ==
               tried.end();
  });
  return found == openers_.end() ? nullptr : *found;
}

Error Openers::first_refusal() const {
  const std::lock_guard lock(mutex_);
  for (const OpenerPtr& opener : openers_)
    if (opener->refused_) return *opener->refused_;
  return Error{ErrorKind::cancelled, "Nobody waits for the job any more."};
}

bool Openers::has_waiting() const {
  const std::lock_guard lock(mutex_);
  return has_waiting_unlocked();
}

bool Openers::has_waiting_unlocked() const {
  return std::any_of(openers_.begin(), openers_.end(),
                     [](const OpenerPtr& opener) { return !opener->refused_; });
}

bool Openers::has_payer(const Reason& reason) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(openers_.begin(), openers_.end(), [&](const OpenerPtr& opener) {
    return !opener->refused_ && !reason(opener->permission_);
  });
}

bool Openers::play_finished() {
  const std::lock_guard lock(mutex_);
  if (is_refresh_wanted_unlocked()) return false;
  if (joining_ == Joining::open) joining_ = Joining::finished;
  return true;
}

bool Openers::close_unless_refresh_is_wanted() {
  const std::lock_guard lock(mutex_);
  if (is_refresh_wanted_unlocked()) return false;
  joining_ = Joining::closed;
  return true;
}

void Openers::end_with_clip() {
  const std::lock_guard lock(mutex_);
  if (joining_ == Joining::open) joining_ = Joining::finished;
}

void Openers::close() {
  const std::lock_guard lock(mutex_);
  joining_ = Joining::closed;
}

}  // namespace prompt::job
