// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// All requests as JSON lines, for tests and for the curious. Of secrets (the Authorization header,
// a signature) only the beginning of a SHA-256 is written: enough to tell that it was the same one.
#pragma once

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "json/value.h"
#include "rehearsal/faults/faults.h"
#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

class RequestLog {
 public:
  /// An empty path logs nothing. Error: storage.
  [[nodiscard]] static Result<RequestLog> open(const std::string& path);

  /// `origin` is "api", "media" or "canary"; a status of 0 means that no well-formed reply was
  /// given.
  void write(const char* origin, const HttpRequest& request, int status, const FiredFaults& faults);
  /// Something that is no request, e.g. a callback.
  void note(json::Object line);

 private:
  void append(json::Object line);

  std::string path_;
  FileDescriptor file_;
};

}  // namespace prompt::rehearsal
