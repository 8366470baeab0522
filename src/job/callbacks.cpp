// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/callbacks.h"

#include <utility>

#include "base/text.h"

namespace prompt::job {

void Callbacks::set_address(std::string url, bool is_on_this_machine) {
  url_ = std::move(url);
  is_on_this_machine_ = is_on_this_machine;
  while (url_.ends_with('/')) url_.pop_back();
}

bool Callbacks::can_be_reached_from(const Endpoint& endpoint) const {
  return !url_.empty() && (!is_on_this_machine_ || endpoint.allows_private_addresses());
}

std::string Callbacks::url_for(const std::string& token) const { return url_ + "/" + token; }

std::string Callbacks::key_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  return sha256_hex(target.substr(target.rfind('/') + 1));
}

void Callbacks::add(const std::string& token, Hint hint) {
  hints_[key_of(token)] = std::move(hint);
}

void Callbacks::remove(const std::string& token) {
  if (!token.empty()) hints_.erase(key_of(token));
}

bool Callbacks::is_known(std::string_view target) const { return hints_.contains(key_of(target)); }

void Callbacks::receive(std::string_view target, std::string_view body) {
  const auto found = hints_.find(key_of(target));
  if (found == hints_.end()) return;
  // A copy, as the job may end in it.
  const Hint hint = found->second;
  hint(body);
}

bool Callbacks::are_reliable(const std::string& identity) const {
  return reliable_.contains(identity);
}

void Callbacks::note(const std::string& identity, bool was_called) {
  if (was_called)
    reliable_.insert(identity);
  else
    reliable_.erase(identity);
}

}  // namespace prompt::job
