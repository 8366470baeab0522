// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One HTTP exchange of a job: begun on the loop thread, done on a worker, answered on the loop
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/client.h"
#include "http/workers.h"
#include "job/context.h"

namespace prompt::job {

struct Sent {
  std::shared_ptr<const provider::Translator> translator;  ///< The one that built the request.
  std::string key_fingerprint;
  http::ExchangeResult result;
};

/// A running exchange. Destroying it cancels it and drops the answer; detach() drops only the
/// answer. Loop thread.
class JobExchange {
 public:
  /// Builds the request, on the worker; pure.
  using Prepare = std::function<Result<http::Request>(const provider::Translator&)>;
  using Done = std::function<void(Sent)>;

  JobExchange() = default;
  JobExchange(JobExchange&&) noexcept = default;
  JobExchange& operator=(JobExchange&& other) noexcept;
  ~JobExchange();

  [[nodiscard]] static JobExchange start(Context& context, http::Lane lane,
                                         std::shared_ptr<Endpoint> endpoint, Prepare prepare,
                                         http::ExchangeOptions options, Done done);
  /// Whether `done` is still to be called. Loop thread.
  [[nodiscard]] bool is_running() const;
  /// Lets it go on without us; `done` will not be called.
  void detach();
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace prompt::job
