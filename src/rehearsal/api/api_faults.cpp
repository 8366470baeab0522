// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/api/api_faults.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "json/write.h"
#include "rehearsal/faults/hostile_bodies.h"

namespace prompt::rehearsal {
namespace {

constexpr std::uint64_t huge_size = 200'000'000;
constexpr std::uint64_t deep_brackets = 100'000;
constexpr double default_delay_seconds = 10;
constexpr double default_large_size = 1'000'000;

bool is_status(std::string_view what) {
  return what.size() == 3 && what[0] >= '3' && what[0] <= '5';
}

// Faults instead of which nothing is done, unless their argument asks for it.
bool prevents(const FiredFaults::Entry& fault) {
  if (fault.argument == "created") return false;
  constexpr std::array names = {"html", "lost-before", "never-answer", "digest-401", "flaky"};
  return is_status(fault.what) || std::find(names.begin(), names.end(), fault.what) != names.end();
}

// Applies `change` to every text of the tree that equals `wanted`.
void change_texts(json::Value& value, const std::string& wanted,
                  const std::function<json::Value()>& change) {
  if (const std::string* text = std::as_const(value).as_string()) {
    if (*text == wanted) value = change();
  } else if (json::Array* items = value.as_array()) {
    for (json::Value& item : *items) change_texts(item, wanted, change);
  } else if (json::Object* object = value.as_object()) {
    json::Object changed = *object;
    for (const json::Member& member : *object) {
      json::Value inner = member.value;
      change_texts(inner, wanted, change);
      changed.set(member.name, std::move(inner));
    }
    *object = std::move(changed);
  }
}

// Leaves out every member whose value is `unwanted`.
void erase_members(json::Value& value, const std::string& unwanted) {
  json::Object* object = value.as_object();
  if (object == nullptr) return;
  const json::Object before = *object;
  for (const json::Member& member : before) {
    const std::string* text = member.value.as_string();
    if (text != nullptr && *text == unwanted)
      object->erase(member.name);
    else if (json::Value* inner = object->find(member.name))
      erase_members(*inner, unwanted);
  }
}

// Leaves out every member that tells a state, in whichever provider's word.
void erase_states(json::Value& value) {
  if (json::Array* items = value.as_array())
    for (json::Value& item : *items) erase_states(item);
  json::Object* object = value.as_object();
  if (object == nullptr) return;
  for (const char* name : {"status", "task_status", "state"}) object->erase(name);
  const json::Object rest = *object;
  for (const json::Member& member : rest) erase_states(*object->find(member.name));
}

// Puts raw characters into the middle of a text that stands in written JSON.
void spoil(std::string& json_text, const std::string& what, std::string_view with) {
  if (what.empty()) return;
  const std::string quoted = json::write(json::Value(what));
  const std::string inner = quoted.substr(1, quoted.size() - 2);
  const std::size_t at = json_text.find(inner);
  if (at != std::string::npos) json_text.insert(at + inner.size() / 2, with);
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers json_headers(const ApiReply& reply) {
  Headers headers = reply.headers;
  headers.emplace_back("Content-Type", "application/json");
  return headers;
}

Script replied(int status, Headers headers, std::string body) {
  return to_script(HttpReply{status, std::move(headers), std::move(body)});
}

Script error_script(int error_status, const FiredFaults::Entry& fault, const ProviderApi& provider,
                    const std::string& canary_origin) {
  const ApiReply error = provider.error(error_status);
  Headers headers = json_headers(error);
  const bool has_argument = !fault.argument.empty() && fault.argument != "created";
  if (error_status < 400)
    headers.emplace_back("Location", has_argument ? fault.argument : canary_origin + "/redirected");
  else if (has_argument)
    headers.emplace_back("Retry-After", fault.argument);
  return replied(error_status, std::move(headers), json::write(error.body));
}

// A head that HTTP forbids, with the body behind it.
Script with_lengths(const ApiReply& reply, const std::string& body,
                    const std::vector<std::string>& lengths) {
  Headers headers = json_headers(reply);
  for (const std::string& length : lengths) headers.emplace_back("Content-Length", length);
  Script script = just(Say{write_head(reply.status, headers)});
  script.steps.emplace_back(Say{body});
  script.close_after = true;
  return script;
}

Script endless_informational() {
  Script script;
  script.steps.emplace_back(SetRate{2000});
  script.steps.emplace_back(
      SayRepeatedly{"HTTP/1.1 102 Processing\r\n\r\n", std::numeric_limits<std::uint64_t>::max()});
  return script;
}

// Well-formed JSON with the right beginning, but far too much of it.
Script oversized(const ApiReply& reply, std::string_view open, std::string_view unit,
                 std::uint64_t times, std::string_view close) {
  Headers headers = json_headers(reply);
  const std::uint64_t size = open.size() + unit.size() * times + close.size();
  headers.emplace_back("Content-Length", std::to_string(size));
  Script script = just(Say{write_head(reply.status, headers)});
  script.steps.emplace_back(Say{std::string(open)});
  script.steps.emplace_back(SayRepeatedly{std::string(unit), times});
  script.steps.emplace_back(Say{std::string(close)});
  return script;
}

}  // namespace

FaultPlan plan_of(const FiredFaults& fired) {
  FaultPlan plan;
  for (const FiredFaults::Entry& fault : fired.entries()) {
    if (prevents(fault)) plan.carry_out = false;
    if (fault.what == "late") plan.delay_seconds = number_in(fault.argument, default_delay_seconds);
  }
  return plan;
}

void replace_url(ApiReply& reply, const std::string& text) {
  if (reply.media_url.empty()) return;
  change_texts(reply.body, reply.media_url, [&text] { return json::Value(text); });
  reply.media_url = text;
}

void change_content(ApiReply& reply, const FiredFaults& fired, const std::string& key) {
  for (const FiredFaults::Entry& fault : fired.entries()) {
    json::Object* const members = reply.body.as_object();
    if (fault.what == "echoes-key" && members != nullptr)
      members->set("request", object({{"authorization", json::Value(key)}}));
    if (fault.what == "large" && members != nullptr) {
      const auto size = static_cast<std::size_t>(number_in(fault.argument, default_large_size));
      members->set("trace", json::Value(std::string(size, '.')));
    }
    if (fault.what == "no-state") erase_states(reply.body);
    if (fault.what == "203" && reply.status == 200) reply.status = 203;
    if (fault.what == "percent-url") replace_url(reply, reply.media_url + "&title=50%");
    if (fault.what == "spaces-url") replace_url(reply, " " + reply.media_url + "\n");
    if (fault.what == "no-id" && !reply.task_id.empty()) erase_members(reply.body, reply.task_id);
    if (fault.what == "id" && !reply.task_id.empty())
      change_texts(reply.body, reply.task_id, [&fault] { return json::Value(fault.argument); });
    if (fault.what == "wrong-id" && !reply.task_id.empty())
      change_texts(reply.body, reply.task_id,
                   [] { return json::Value("00000000-0000-4000-8000-000000000000"); });
    if (fault.what == "completed-without-url" && !reply.media_url.empty())
      change_texts(reply.body, reply.media_url, [] { return json::Value(); });
    if (fault.what == "url") replace_url(reply, fault.argument);
  }
}

Script api_script(const ApiReply& reply, const FiredFaults& fired, const ProviderApi& provider,
                  const std::string& canary_origin, int& status) {
  std::string body = json::write(reply.body);
  status = reply.status;
  double delay_seconds = 0;
  for (const FiredFaults::Entry& fault : fired.entries()) {
    const std::string_view what = fault.what;
    if (is_status(what) || what == "flaky") {
      status = what == "flaky" ? 500 : static_cast<int>(number_in(fault.what, 500));
      return error_script(status, fault, provider, canary_origin);
    }
    if (what == "html") {
      status = static_cast<int>(number_in(fault.argument, 200));
      return replied(status, {{"Content-Type", "text/html"}}, web_page());
    }
    if (what == "digest-401") {
      status = 401;
      const ApiReply error = provider.error(401);
      Headers headers = json_headers(error);
      headers.emplace_back("WWW-Authenticate", digest_challenge());
      return replied(401, std::move(headers), json::write(error.body));
    }
    if (what == "never-answer") {
      status = 0;
      return just(Hold{});
    }
    if (what == "lost-before" || what == "lost-reply") {
      status = 0;
      return hang_up();
    }
    if (what == "reset") {
      status = 0;
      return just(Reset{});
    }
    if (what == "endless-1xx") {
      status = 0;
      return endless_informational();
    }
    if (what == "huge-json")
      return oversized(reply, "{\"data\":\"", std::string(1000, 'x'), huge_size / 1000, "\"}");
    if (what == "deep-json") return oversized(reply, "", "[", deep_brackets, "");
    if (what == "gzip-bomb") {
      Script script;
      add_gzip_bomb(script, reply.status, "application/json");
      return script;
    }
    if (what == "gzip") {
      Headers headers = json_headers(reply);
      headers.emplace_back("Content-Encoding", "gzip");
      return replied(reply.status, std::move(headers), gzipped(body));
    }
    if (what == "length-negative") return with_lengths(reply, body, {"-1"});
    if (what == "length-double")
      return with_lengths(reply, body, {std::to_string(body.size()), "7"});
    if (what == "length-twice") {
      const std::string size = std::to_string(body.size());
      return with_lengths(reply, body, {size, size});
    }
    if (what == "length-and-chunked") {
      Headers headers = json_headers(reply);
      headers.emplace_back("Content-Length", std::to_string(body.size()));
      headers.emplace_back("Transfer-Encoding", "chunked");
      const std::string chunk = format("%zx\r\n", body.size()) + body + "\r\n0\r\n\r\n";
      return just(Say{write_head(reply.status, headers) + chunk});
    }
    if (what == "length-huge") return with_lengths(reply, body, {"99999999999999999999"});
    if (what == "chunk-cut") {
      Headers headers = json_headers(reply);
      headers.emplace_back("Transfer-Encoding", "chunked");
      const std::string size = format("%zx\r\n", body.size());
      Script script = just(Say{write_head(reply.status, headers) + size + body + "\r\n"});
      script.close_after = true;
      return script;
    }
    if (what == "drip") {
      Script script = replied(reply.status, json_headers(reply), body);
      Script drip = just(SetRate{1});
      for (Step& step : script.steps) drip.steps.push_back(std::move(step));
      return drip;
    }
    // What follows changes the body's text, and may be combined.
    if (what == "truncated-json") body.resize(body.size() / 2);
    if (what == "empty-body") body.clear();
    if (what == "two-documents") body += body;
    if (what == "bom") body.insert(0, "\xEF\xBB\xBF");
    if (what == "nan" && body.size() > 2 && body[0] == '{') body.insert(1, "\"score\":NaN,");
    if (what == "nul-id") spoil(body, reply.task_id, "\\u0000");
    if (what == "bad-utf8") spoil(body, reply.task_id, "\xFF");
    if (what == "nul-url") spoil(body, reply.media_url, "\\u0000");
    if (what == "bad-utf8-url") spoil(body, reply.media_url, "\xFF");
    if (what == "slow") delay_seconds = number_in(fault.argument, default_delay_seconds);
  }
  Script script = replied(reply.status, json_headers(reply), std::move(body));
  script.delay = std::chrono::milliseconds(static_cast<std::int64_t>(delay_seconds * 1000));
  return script;
}

}  // namespace prompt::rehearsal
