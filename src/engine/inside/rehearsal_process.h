// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The stand-in server behind provider=rehearsal: a process of its own, started when it is first
// needed and started again when it has gone. All processes with the same library share it; it ends
// by itself soon after the last of them (src/rehearsal/users.h tells how it knows).
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/fork_gate.h"
#include "base/ref.h"

namespace prompt::engine {

class RehearsalProcess {
 public:
  /// Which of the providers whose API the program speaks are stood in for when none is named.
  static constexpr std::array preferred_providers = {"vibegen", "vibetool", "omnivideo", "vidgo"};

  RehearsalProcess() = default;
  ~RehearsalProcess();
  RehearsalProcess(const RehearsalProcess&) = delete;
  RehearsalProcess& operator=(const RehearsalProcess&) = delete;

  /// The base URL of a provider's API there. Tasks are kept in `library`/rehearsal, so they survive
  /// the server and this process. Waits for the server to start (some 100 ms); worker threads only.
  /// A variant of a provider, as "vidgo-music", is found at the provider itself.
  /// Error: settings (the program is not installed, did not start, with its last words, or does not
  /// speak this API).
  [[nodiscard]] Result<std::string> base_url(const std::string& provider,
                                             const std::string& library);

 private:
  struct Server {
    /// Of the server, which may be one that another process has started.
    int pid = 0;
    FileDescriptor user;  ///< Keeps it alive: locked as long as this process lives,
    std::optional<ParentsDescriptor> no_childs;  ///< also if it has forked.
    Ref<GSubprocess> process;
    std::map<std::string, std::string> base_urls;
  };
  [[nodiscard]] static Result<Server> start(const std::string& library);

  std::mutex mutex_;
  std::map<std::string, Server> servers_;  // guarded by mutex_; by library
};

}  // namespace prompt::engine
