// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The build side of the translator: an operation and the values of its placeholders become an HTTP
// request without a credential.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "json/text_template.h"
#include "json/value.h"
#include "provider/description.h"
#include "provider/facts.h"
#include "provider/request.h"

namespace prompt::provider {

/// The values of placeholders by name; what is not in it is unset.
class Variables {
 public:
  void set(std::string_view name, json::Value value) { values_.set(name, std::move(value)); }
  /// For as long as this lives.
  [[nodiscard]] json::Lookup lookup() const;

 private:
  json::Object values_;
};

/// What a submit request can say: every setting that is set and that the model has a place for.
[[nodiscard]] Variables submit_variables(const Description& description, const Request& request,
                                         const std::string& callback_url);
/// What operations on a task can say.
[[nodiscard]] Variables task_variables(const Request& request, const Task& task);

/// A text from a reply as an absolute URL: absolute ones as they are, paths against the base URL.
/// Nothing if it is neither, or not http or https.
[[nodiscard]] std::optional<std::string> resolve_url(const std::string& base_url,
                                                     const std::string& text);

/// Errors: settings. `captured` holds the texts that replies gave.
[[nodiscard]] Result<http::Request> build_request(const Operation& operation,
                                                  const std::string& base_url,
                                                  const Variables& variables,
                                                  const json::Object& captured);

}  // namespace prompt::provider
