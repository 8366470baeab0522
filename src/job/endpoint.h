// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where a job's exchanges go and with which key. Asked anew for each exchange, so that a key can be
// rotated and the rehearsal server be started when it is first needed.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "provider/translator.h"

namespace prompt::job {

class Endpoint {
 public:
  virtual ~Endpoint() = default;

  /// The translator with the API's present base URL. May start a process; worker threads only.
  [[nodiscard]] virtual Result<std::shared_ptr<const provider::Translator>> translator() = 0;
  /// The key; empty where the provider needs none. May read files; worker threads only.
  [[nodiscard]] virtual Result<Secret> key() = 0;
  /// Constant for the job's life: what rate limits are kept per. No secret.
  [[nodiscard]] virtual const std::string& identity() const = 0;
  /// The API is on this machine or plain http was allowed: results may be, too.
  [[nodiscard]] virtual bool allows_private_addresses() const = 0;
  [[nodiscard]] virtual bool allows_plain_http() const = 0;
};

}  // namespace prompt::job
