// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/judge.h"

#include <glib.h>

#include <algorithm>
#include <initializer_list>

#include "base/ref.h"
#include "base/text.h"
#include "http/retry.h"
#include "json/parse.h"
#include "provider/read.h"

namespace prompt::provider {
namespace {

constexpr std::size_t longest_code = 64;
constexpr std::size_t longest_quote = 400;
constexpr const char* no_credits = "INSUFFICIENT_CREDITS";

bool is_success(int status) { return status >= 200 && status <= 299; }

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 401:
    case 402:
    case 403:
      return ErrorKind::not_authorized;
    case 404:
    case 410:
      return ErrorKind::not_found;
    case 408:
    case 421:
    case 425:
      return ErrorKind::network;
    case 429:
      return ErrorKind::busy;
    default:
      return status >= 500 || status < 200 ? ErrorKind::network : ErrorKind::rejected;
  }
}

bool is_retriable(ErrorKind kind) {
  return kind == ErrorKind::busy || kind == ErrorKind::network || kind == ErrorKind::malformed;
}

bool covers(const std::vector<std::pair<int, int>>& ranges, int status) {
  return ranges.empty() ||
         std::any_of(ranges.begin(), ranges.end(), [status](const std::pair<int, int>& range) {
           return status >= range.first && status <= range.second;
         });
}

bool fits(const ErrorRule& rule, int status, const json::Value& body) {
  if (!covers(rule.http_status, status)) return false;
  if (!rule.codes.empty()) {
    const json::Value* const code = json::find_value(body, rule.code_at);
    if (code == nullptr || !is_one_of(*code, rule.codes)) return false;
  }
  return matches(rule.where, body);
}

// A reply that looks like a success is only an error by something that it says.
bool speaks(const ErrorRule& rule) { return !rule.codes.empty() || !rule.where.empty(); }

// Where the description names no place, the usual ones are looked at, so that a person sees the
// provider's words in any case.
std::string usual_message(const json::Value& body) {
  if (const json::Value* const error = body.find("error")) {
    const std::string message = json::text_of(error->find("message"));
    if (!message.empty()) return message;
  }
  for (const char* const name : {"message", "msg", "error", "detail", "error_message"}) {
    std::string message = json::text_of(body.find(name));
    if (!message.empty()) return message;
  }
  return {};
}

bool has_any(const std::string& text, std::initializer_list<const char*> pieces) {
  const OwnedString low(g_utf8_strdown(text.c_str(), -1));
  return std::any_of(pieces.begin(), pieces.end(), [&low](const char* piece) {
    return std::string_view(low.get()).find(piece) != std::string_view::npos;
  });
}

// An account that has not enough is no wrong key, and waiting does not fill it: some say it by 401,
// 403 or 429.
bool is_about_money(const std::string& code, const std::string& words) {
  if (has_any(code, {"insufficient"}) && has_any(code, {"credit", "balance", "quota", "fund"}))
    return true;
  if (has_any(code, {"balance"}) && !has_any(code, {"balancer", "balancing"})) return true;
  return has_any(code, {"arrear", "overdue", "billing", "payment_required", "out_of_credit",
                        "no_credit", "not_enough_credit", "credits_exhausted"}) ||
         has_any(words, {"insufficient credit",
                         "insufficient balance",
                         "insufficient account balance",
                         "insufficient fund",
                         "insufficient quota",
                         "insufficient user quota",
                         "enough credit",
                         "enough balance",
                         "enough funds",
                         "no credits",
                         "no more credit",
                         "out of credit",
                         "credits exhausted",
                         "credits are exhausted",
                         "arrear",
                         "overdue",
                         "exhausted balance",
                         "balance is exhausted",
                         "balance exhausted",
                         "balance is too low",
                         "balance too low",
                         "low balance",
                         "balance is insufficient",
                         "billing",
                         "payment required",
                         "top up your",
                         "recharge",
                         "resource pack",
                         "\u4f59\u989d",
                         "\u6b20\u8d39"});
}

struct Failure {
  int status = 0;  // the HTTP status, or what the reply says in its place
  json::Value body;
  bool is_json = false;
  const ErrorRule* rule = nullptr;
};

class Judge {
 public:
  Judge(const Description& description, const Operation& operation, const http::Reply& reply)
      : description_(description), operation_(operation), reply_(reply) {}

  Result<json::Value> run() const {
    Failure failure;
    failure.status = reply_.head.status;
    Result<json::Value> body = json::parse(reply_.body, limits());
    failure.is_json = body.has_value();
    if (body) failure.body = *body;
    if (!is_success(failure.status)) return explain(failure);
    if (!body) {
      if (is_blank(reply_.body) && may_be_blank()) return json::Value(json::Object());
      return fail(unreadable(description_, reply_, "is no JSON that we accept"));
    }
    const std::optional<double> stated = json::find_number(*body, operation_.rules.http_status_at);
    if (stated && *stated >= 400 && *stated <= 599) {
      failure.status = static_cast<int>(*stated);
      return explain(failure);
    }
    if (const Result<bool> passes = passes_guard(*body); !passes)
      return fail(passes.error());
    else if (!*passes)
      return explain(failure);
    for (const ErrorRule& rule : operation_.rules.errors) {
      if (!speaks(rule) || !fits(rule, failure.status, *body)) continue;
      return explain(failure);
    }
    return std::move(*body);
  }

 private:
  [[nodiscard]] json::ParseLimits limits() const {
    json::ParseLimits out;
    out.max_bytes = operation_.max_reply_bytes;
    out.max_tree_bytes = std::max(out.max_tree_bytes, 2 * reply_.body.size());
    out.wanted = operation_.wanted.get();
    return out;
  }

  [[nodiscard]] bool may_be_blank() const {
    const std::vector<StateWord>& states = operation_.rules.states;
    return operation_.kind == OperationKind::cancel ||
           std::any_of(states.begin(), states.end(), [this](const StateWord& word) {
             return word.http_status == reply_.head.status;
           });
  }

  [[nodiscard]] Result<bool> passes_guard(const json::Value& body) const {
    const std::optional<SuccessGuard>& guard = operation_.rules.success;
    if (!guard) return true;
    const json::Value* const value = json::find_value(body, guard->at);
    if (value == nullptr || is_one_of(*value, guard->values)) return true;
    // A value of another type says neither yes nor no: a task may well have been made.
    const bool is_of_type = std::any_of(
        guard->values.begin(), guard->values.end(), [value](const json::Value& allowed) {
          return std::string_view(allowed.type_name()) == value->type_name();
        });
    if (is_of_type) return false;
    return fail(unreadable(description_, reply_,
                           format("says \"success\" by a value of type %s", value->type_name())));
  }

  [[nodiscard]] tl::unexpected<Error> explain(Failure failure) const {
    for (const ErrorRule& rule : operation_.rules.errors) {
      if (!fits(rule, failure.status, failure.body)) continue;
      failure.rule = &rule;
      break;
    }
    Error out{};
    out.http_status = failure.status;
    out.code = code_of(failure);
    out.kind = failure.rule != nullptr && failure.rule->kind ? *failure.rule->kind
                                                             : kind_of_status(failure.status);
    out.retriable = failure.rule != nullptr && failure.rule->retriable ? *failure.rule->retriable
                                                                       : is_retriable(out.kind);
    if (const std::string* const header = reply_.head.find("Retry-After")) {
      const std::string* const date = reply_.head.find("Date");
      out.retry_after = http::parse_retry_after(*header, date != nullptr ? *date : std::string());
    }
    const bool is_refused =
        out.kind == ErrorKind::not_authorized || out.kind == ErrorKind::busy ||
        (out.kind == ErrorKind::rejected && (failure.status == 401 || failure.status == 403));
    const bool is_poor = failure.status == 402 || out.code == no_credits ||
                         (is_refused && is_about_money(out.code, quote_of(failure)));
    if (is_poor) {
      out.kind = ErrorKind::not_authorized;
      out.retriable = false;
      out.retry_after.reset();
      if (out.code.empty()) out.code = no_credits;
    }
    out.message = sentence(out, failure, is_poor);
    return fail(std::move(out));
  }

  [[nodiscard]] std::string code_of(const Failure& failure) const {
    if (failure.rule != nullptr && !failure.rule->code_at.empty())
      return read_shown(failure.body, failure.rule->code_at, reply_.secrets, longest_code);
    const json::Value* const error = failure.body.find("error");
    std::string code = error != nullptr ? json::text_of(error->find("code")) : std::string();
    if (code.empty()) code = json::text_of(failure.body.find("code"));
    return show_safely(code, reply_.secrets, longest_code);
  }

  // The provider's words, else nothing.
  [[nodiscard]] std::string quote_of(const Failure& failure) const {
    std::string text;
    if (failure.rule != nullptr)
      text = json::find_text(failure.body, failure.rule->message_at).value_or(std::string());
    if (text.empty()) text = usual_message(failure.body);
    // A page of HTML says nothing that fits a sentence.
    if (!failure.is_json && reply_.body.find('<') == std::string::npos)
      text = hide_secrets(reply_.body, reply_.secrets).substr(0, 4 * longest_quote);
    return show_safely(text, reply_.secrets, longest_quote);
  }

  [[nodiscard]] std::string sentence(const Error& error, const Failure& failure,
                                     bool is_poor) const {
    const std::string quote = quote_of(failure);
    const std::string status =
        format("HTTP %d", reply_.head.status) +
        (failure.status != reply_.head.status ? format(", code %d", failure.status) : "");
    const std::string cause = (quote.empty() ? std::string() : ": \"" + quote + "\"") +
                              (error.code.empty() ? " (" : " (" + error.code + ", ") + status + ")";
    const std::string& name = description_.name;
    const bool is_submit = operation_.kind == OperationKind::submit;
    switch (error.kind) {
      case ErrorKind::not_authorized:
        if (is_poor) return name + "'s account has too few credits" + cause + ": recharge it.";
        return name + " does not accept the API key" + cause + ": check the key.";
      case ErrorKind::not_found:
        if (is_submit)
          return name + " knows no such address" + cause + ": check \"base-url\" and \"model\".";
        return name + " does not know the task" + cause +
               ": check \"task-id\"; tasks and results are not kept for ever.";
      case ErrorKind::busy:
        if (error.retry_after)
          return name + " limits the rate of requests" + cause +
                 format(": wait %lld s and try again.",
                        static_cast<long long>(error.retry_after->count()));
        return name + " limits the rate of requests" + cause + ": wait and try again.";
      case ErrorKind::failed:
        return name + " did not make it" + cause + ": try another prompt.";
      case ErrorKind::network:
        return name + " has a problem of its own" + cause + ": try again later.";
      case ErrorKind::malformed:
        return name + " sent a reply that cannot be read" + cause + ": try again later.";
      default:
        if (failure.status >= 300 && failure.status <= 399)
          return name + " redirects to another address, which is not followed" + cause +
                 ": set \"base-url\" to the right one.";
        return name + " refused the request" + cause + ": change what it objects to.";
    }
  }

  const Description& description_;
  const Operation& operation_;
  const http::Reply& reply_;
};

}  // namespace

Result<json::Value> judge_reply(const Description& description, const Operation& operation,
                                const http::Reply& reply) {
  return Judge(description, operation, reply).run();
}

Error unreadable(const Description& description, const http::Reply& reply,
                 const std::string& what) {
  Error out{};
  out.kind = ErrorKind::malformed;
  out.http_status = reply.head.status;
  out.retriable = true;
  const std::string* const type = reply.head.find("Content-Type");
  out.message = format(
      "%s sent a reply that cannot be read, as it %s (HTTP %d%s%s): check "
      "\"base-url\", or try again later.",
      description.name.c_str(), what.c_str(), reply.head.status, type != nullptr ? ", " : "",
      type != nullptr ? show_safely(*type, reply.secrets, 60).c_str() : "");
  return out;
}

Error task_failure(const Description& description, bool was_cancelled, const std::string& message,
                   const std::string& code) {
  Error out{};
  out.kind = was_cancelled ? ErrorKind::cancelled : ErrorKind::failed;
  out.code = code;
  const std::string quote = message.empty() ? std::string() : ": \"" + message + "\"";
  const std::string with_code = code.empty() ? quote : quote + " (" + code + ")";
  if (was_cancelled)
    out.message =
        "The task was cancelled at " + description.name + with_code + ": ask for another take.";
  else
    out.message = description.name + " did not make it" + with_code + ": try another prompt.";
  return out;
}

}  // namespace prompt::provider
