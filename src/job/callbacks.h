// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The addresses at which providers may say that a task has moved. Each job gets one with a token
// that nobody can guess. What is said there is a hint and no more: it makes the job look with its
// key.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "job/endpoint.h"

namespace prompt::job {

class Callbacks {
 public:
  /// Takes the body of what was posted.
  using Hint = std::function<void(std::string_view body)>;

  /// Off: no job gets an address.
  Callbacks() = default;
  Callbacks(const Callbacks&) = delete;
  Callbacks& operator=(const Callbacks&) = delete;

  /// Switches it on, before there are jobs: `url` is where our listener is reached from outside.
  void set_address(std::string url, bool is_on_this_machine);
  /// Whether the API behind `endpoint` could reach us: one on the Internet cannot call loopback.
  [[nodiscard]] bool can_be_reached_from(const Endpoint& endpoint) const;
  /// A secret, as the token is one.
  [[nodiscard]] std::string url_for(const std::string& token) const;

  // ---- Loop thread ----

  void add(const std::string& token, Hint hint);
  void remove(const std::string& token);
  /// `target` is what was asked for: the token is the last step of its path. A stranger learns
  /// nothing from how long the answer takes: hashes are compared.
  [[nodiscard]] bool is_known(std::string_view target) const;
  void receive(std::string_view target, std::string_view body);

  /// Whether the provider really calls: it did, and no task has ended since without a call. Then
  /// jobs look less often by themselves. `identity` is that of the endpoint.
  [[nodiscard]] bool are_reliable(const std::string& identity) const;
  void note(const std::string& identity, bool was_called);

 private:
  [[nodiscard]] static std::string key_of(std::string_view target);

  std::string url_;                  // constant once there are jobs
  bool is_on_this_machine_ = false;  // likewise
  // Loop thread.
  std::map<std::string, Hint> hints_;  // by the token's hash
  std::set<std::string> reliable_;
};

}  // namespace prompt::job
