// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A stand-in server in a process of its own: started, asked for its ports, and its log read. Any
// program will do that prints one JSON object with its "port" when it is ready and appends a JSON
// object per request to a log file ("method", "path", "headers", "body_length").
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ref.h"

namespace prompt::test {

/// How many times longer than usual things may take: under a sanitizer (CK_TIMEOUT_MULTIPLIER).
[[nodiscard]] int slowness();

/// A folder that is removed with all it contains.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct LoggedRequest {
  std::string method;
  std::string path;
  std::string query;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  long body_length = 0;
  long connection = 0;
  std::string listener;
  std::string alpn;
};

class ServerProcess {
 public:
  enum class Stop { by_signal, by_closed_input };

  /// Starts `command` and reads its first line. Aborts the test program if there is none.
  /// `environment`: NAME=value, besides ours. `log`: the file the command was told to log to.
  ServerProcess(const std::vector<std::string>& command, std::string log,
                const std::vector<std::string>& environment = {}, Stop stop = Stop::by_signal);
  /// Stops the process and waits for its end.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// "port" of the first line, or that of "ports" with this name.
  [[nodiscard]] int port(const std::string& name = {}) const;
  /// A text of the first line; empty where there is none.
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] GSubprocess* process() const { return process_.get(); }

  /// What was logged since the last clear_log(). A path matches whole.
  [[nodiscard]] std::vector<LoggedRequest> requests() const;
  [[nodiscard]] int count(const std::string& path) const;
  /// New connections to a listener (empty: to any).
  [[nodiscard]] int connections(const std::string& listener = {}) const;
  /// Waits until a path was asked for so many times, at most 5 s; how many times it was.
  [[nodiscard]] int wait_for_count(const std::string& path, int wanted) const;
  /// Forgets what was logged so far.
  void clear_log();

 private:
  struct Entry {
    std::string event;
    LoggedRequest request;
  };
  [[nodiscard]] std::vector<Entry> read_log() const;

  Ref<GSubprocess> process_;
  std::string log_;
  Stop stop_;
  std::map<std::string, int> ports_;
  std::map<std::string, std::string> texts_;
  std::size_t log_start_ = 0;
};

/// tests/support/hostile_server.py with TLS listeners.
class HostileServer {
 public:
  HostileServer();
  /// "http://127.0.0.1:PORT" and the path; https for the listeners whose names begin with "tls-".
  [[nodiscard]] std::string url(const std::string& path, const std::string& listener = "http",
                                const std::string& host = "127.0.0.1") const;
  [[nodiscard]] std::string ca_file() const { return process_.text("ca_file"); }
  [[nodiscard]] ServerProcess& process() { return process_; }

 private:
  TemporaryFolder folder_;
  ServerProcess process_;
};

}  // namespace prompt::test
