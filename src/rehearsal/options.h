// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

namespace prompt::rehearsal {

struct Options {
  // Where it is reached.
  std::uint16_t port = 0;
  std::uint16_t media_port = 0;
  std::string port_file;
  std::string tls_file;  ///< a PEM file with certificate and private key

  // The provider's side.
  double task_seconds = 3;
  double queue_seconds = -1;     ///< negative = a tenth of task_seconds
  double timeout_seconds = 600;  ///< the provider's own: a task that takes longer fails
  double url_seconds = 24 * 3600;
  std::uint64_t rate_limit = 1000;  ///< submits and queries a minute and key, 0 = none
  std::optional<double> credits;
  std::optional<Secret> key;

  // The line between.
  std::uint64_t rate = 0;  ///< of the media, bytes a second, 0 = as fast as it goes
  double rtt_ms = 0;
  bool no_range = false;
  bool chunked = false;

  // The result.
  bool moov_first = false;
  std::string media_file;

  // Faults.
  std::vector<std::string> faults;
  std::uint32_t seed = 1;

  // The process.
  std::string folder;
  std::string media_cache;
  bool share = false;
  std::string log_file;
  double idle_exit_seconds = 0;  ///< 0 = never
  bool exit_with_parent = false;
  bool exit_when_unused = false;  ///< see users.h

  // Instead of serving: render once.
  std::string render_only;
  std::string render_spec;  ///< the output's path; the spec is JSON on standard input
  std::string prompt;
  std::string aspect_ratio = "16:9";
  std::string resolution = "480p";
  int duration = 5;
  bool generate_audio = false;
};

/// Reads the command line; `--help` and `--version` print and end the process. Error: settings.
[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace prompt::rehearsal
