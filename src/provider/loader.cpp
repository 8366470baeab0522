// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/loader.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/url.h"
#include "json/parse.h"
#include "provider/loader_parts.h"

namespace prompt::provider {
namespace {

constexpr std::int64_t newest_spec_version = 1;
constexpr std::int64_t seconds_of_a_day = 24 * 60 * 60;

bool is_description_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 && g_ascii_islower(id.front()) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return g_ascii_islower(c) || g_ascii_isdigit(c) || c == '-'; });
}

bool is_variable_with(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending &&
         g_ascii_isupper(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
           return g_ascii_isupper(c) || g_ascii_isdigit(c) || c == '_';
         });
}

// "/api/v1"
bool is_plain_path(std::string_view text) {
  return text.size() > 1 && text.front() == '/' && text.back() != '/' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return g_ascii_isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.';
         });
}

// "example.com" or "example.com:8443"
bool is_host(const std::string& text) {
  const Result<http::Url> url = http::Url::parse_base("https://" + text);
  return url && text.find('/') == std::string::npos &&
         (url->host() == text || url->host_and_port() == text);
}

void load_identity(ObjectReader& root, const Reserved& reserved, Description& out) {
  // For editors; docs/provider-description.schema.json.
  static_cast<void>(root.text("$schema"));
  static_cast<void>(root.text("note"));
  if (!root.has("spec-version")) root.report("spec-version", "the number 1", "nothing");
  out.spec_version =
      static_cast<int>(root.integer("spec-version", 1, newest_spec_version).value_or(1));
  out.id = root.required_text("id");
  if (!out.id.empty() && !is_description_id(out.id))
    root.report("id", "at most 32 of a-z, 0-9 and -, a letter first", "\"" + out.id + "\"");
  if (out.id == rehearsal_id ||
      std::find(reserved.ids.begin(), reserved.ids.end(), out.id) != reserved.ids.end())
    root.report("id", "an id that no built-in provider has", "\"" + out.id + "\"");
  out.name = root.required_text("name");
  out.docs_url = root.text("docs-url");
  if (!out.docs_url.empty() && !http::Url::parse(out.docs_url))
    root.report("docs-url", "an http or https URL", "\"" + out.docs_url + "\"");
}

bool is_unit(const std::string& text) {
  return text.size() <= 16 &&
         std::all_of(text.begin(), text.end(), [](char c) { return g_ascii_isalpha(c); });
}

void load_unit(ObjectReader& root, Description& out) {
  const std::string unit = root.text("unit");
  if (unit.empty()) return;
  if (!is_unit(unit)) root.report("unit", "at most 16 letters, such as USD", "\"" + unit + "\"");
  out.unit = unit;
}

void check_base_url(Problems& problems, const std::string& pointer, const std::string& url) {
  if (url.empty()) return;
  const Result<http::Url> parsed = http::Url::parse_base(url);
  if (!parsed || url.back() == '/')
    problems.report(pointer, "an http or https URL without a query and without a slash at its end",
                    "\"" + url_without_query(url) + "\"");
}

void load_addresses(ObjectReader& root, Description& out) {
  out.base_url = root.text("base-url");
  check_base_url(root.problems(), pointer_to(root.pointer(), "base-url"), out.base_url);
  out.base_urls = root.texts("other-base-urls");
  const std::string others = pointer_to(root.pointer(), "other-base-urls");
  for (std::size_t i = 0; i < out.base_urls.size(); ++i)
    check_base_url(root.problems(), pointer_to(others, i), out.base_urls[i]);
  out.base_url_ending = root.text("base-url-may-end-in");
  if (!out.base_url_ending.empty() && !is_plain_path(out.base_url_ending))
    root.report("base-url-may-end-in", "a path of letters, digits, -, _ and . such as /api/v1",
                "\"" + out.base_url_ending + "\"");
  out.base_url_env = root.text("base-url-env");
  if (!out.base_url_env.empty() && !is_variable_with(out.base_url_env, "_BASE_URL"))
    root.report("base-url-env", "a variable's name in capitals that ends in _BASE_URL",
                "\"" + out.base_url_env + "\"");
  out.hosts = root.texts("hosts");
  const std::string hosts = pointer_to(root.pointer(), "hosts");
  for (std::size_t i = 0; i < out.hosts.size(); ++i)
    if (!is_host(out.hosts[i]))
      root.problems().report(pointer_to(hosts, i), "a host, or host:port, without a scheme",
                             "\"" + out.hosts[i] + "\"");
}

void load_variables(ObjectReader& auth, const Reserved& reserved, Auth& out) {
  out.env = auth.texts("env");
  const std::string pointer = pointer_to(auth.pointer(), "env");
  for (std::size_t i = 0; i < out.env.size(); ++i) {
    const std::string& name = out.env[i];
    if (!is_variable_with(name, "_API_KEY") && !is_variable_with(name, "_TOKEN") &&
        !is_variable_with(name, "_KEY"))
      auth.problems().report(pointer_to(pointer, i),
                             "a variable's name in capitals that ends in _API_KEY, _TOKEN or _KEY",
                             "\"" + name + "\"");
    // Another provider's key would be sent to this one's host.
    if (std::find(reserved.variables.begin(), reserved.variables.end(), name) !=
        reserved.variables.end())
      auth.problems().report(pointer_to(pointer, i), "a variable of its own",
                             "\"" + name + "\", which holds the key of a built-in provider");
  }
}

Auth load_auth(Problems& problems, const Node& node, const Reserved& reserved) {
  static const std::array<std::string, 3> schemes = {"bearer", "header", "none"};
  Auth out;
  ObjectReader auth(problems, node);
  if (!auth.has("scheme")) auth.report("scheme", one_of(schemes), "nothing");
  const std::string scheme = auth.choice("scheme", schemes);
  if (scheme == "none") {
    out.scheme = Auth::Scheme::none;
    out.optional = true;
    auth.finish();
    return out;
  }
  load_variables(auth, reserved, out);
  if (out.env.empty() && problems.empty())
    auth.report("env", "the names of the variables that hold the key", "nothing");
  out.key_prefix = auth.text("key-prefix");
  out.optional = auth.truth("optional").value_or(false);
  if (scheme == "header") {
    out.scheme = Auth::Scheme::header;
    out.header = auth.required_text("header");
    out.word = auth.text("word");
    if (!out.header.empty() && out.header != "Authorization" && !is_usable_header(out.header))
      auth.report("header", "a header's name", "\"" + out.header + "\"");
    if (!std::all_of(out.word.begin(), out.word.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '-'; }))
      auth.report("word", "letters and digits only", "\"" + out.word + "\"");
  } else {
    out.header = "Authorization";
    out.word = "Bearer";
  }
  auth.finish();
  return out;
}

void load_polling(Problems& problems, const Node& node, Description& out) {
  ObjectReader reader(problems, node);
  const auto seconds = [&reader](const char* name, double min, std::chrono::milliseconds usual) {
    const std::optional<double> value =
        reader.number(name, min, static_cast<double>(7 * seconds_of_a_day));
    return value ? std::chrono::milliseconds(static_cast<std::int64_t>(*value * 1000)) : usual;
  };
  const auto whole = [](std::chrono::milliseconds time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time);
  };
  Polling& polling = out.polling;
  polling.average = seconds("average-seconds", 0.1, polling.average);
  polling.floor = seconds("floor-seconds", 0.1, std::min(polling.floor, polling.average));
  if (polling.floor > polling.average)
    reader.report("floor-seconds", "at most the average",
                  format("%g", static_cast<double>(polling.floor.count()) / 1000));
  polling.timeout = whole(seconds("timeout-seconds", 10, polling.timeout));
  polling.settling = whole(seconds("settling-seconds", 0, polling.settling));
  polling.not_found_grace = whole(seconds("not-found-grace-seconds", 0, polling.not_found_grace));
  const Node typical = reader.member("typical-seconds");
  if (typical) {
    ObjectReader inner(problems, typical);
    out.typical = load_typical(inner);
    inner.finish();
  }
  reader.finish();
}

void load_limits(Problems& problems, const Node& node, Limits& out) {
  ObjectReader reader(problems, node);
  out.submits_per_minute =
      static_cast<unsigned>(reader.integer("submits-per-minute", 1, 1'000'000).value_or(0));
  out.queries_per_minute =
      static_cast<unsigned>(reader.integer("queries-per-minute", 1, 1'000'000).value_or(0));
  reader.finish();
}

void load_operations(Problems& problems, const Node& node, const ReplyRules& general,
                     const std::vector<NamedTemplate>& headers, Operations& out) {
  ObjectReader reader(problems, node);
  const auto load = [&](OperationKind kind, std::vector<Operation>& into) {
    for (const Node& item : reader.items(to_string(kind)))
      into.push_back(load_operation(problems, item, kind, general, headers));
  };
  load(OperationKind::submit, out.submit);
  load(OperationKind::status, out.status);
  load(OperationKind::result, out.result);
  load(OperationKind::content, out.content);
  load(OperationKind::list, out.list);
  load(OperationKind::cancel, out.cancel);
  reader.finish();
  for (const char* const name : {"submit", "status"})
    if (node && !reader.has(name))
      reader.report(name, "a list with at least one operation", "nothing");
}

}  // namespace

Result<std::shared_ptr<const Description>> load_description(std::string_view text,
                                                            const std::string& file,
                                                            const Reserved& reserved) {
  Problems problems(file);
  const Result<json::Value> value = json::parse(text);
  if (!value) {
    problems.report("", "JSON", "something else: " + value.error().message);
    return fail(problems.first());
  }
  const auto out = std::make_shared<Description>();
  ObjectReader root(problems, Node{&*value, ""});
  load_identity(root, reserved, *out);
  load_unit(root, *out);
  load_addresses(root, *out);
  out->auth = load_auth(problems, root.required_member("auth", "an object"), reserved);
  const std::vector<NamedTemplate> headers = load_templates(root, "headers", json::TextUse::header);
  if (!root.has("models")) root.report("models", "a list with at least one model", "nothing");
  for (const Node& model : root.items("models")) out->models.push_back(load_model(problems, model));
  const ReplyRules general = load_reply_rules(root, {});
  load_operations(problems, root.required_member("operations", "an object"), general, headers,
                  out->operations);
  if (const Node polling = root.member("polling")) load_polling(problems, polling, *out);
  if (const Node limits = root.member("limits")) load_limits(problems, limits, out->limits);
  if (const auto hours = root.integer("retention-hours", 1, 24 * 3650))
    out->retention = std::chrono::hours(*hours);
  out->failed_tasks_are_free = root.truth("failed-tasks-are-free").value_or(false);
  root.finish();
  if (problems.empty()) check_whole(problems, *out);
  if (!problems.empty()) return fail(problems.first());
  return out;
}

}  // namespace prompt::provider
