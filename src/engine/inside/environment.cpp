// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/environment.h"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "http/listener.h"
#include "http/url.h"

namespace prompt::engine {
namespace {

constexpr const char* listen_variable = "GST_PROMPT_CALLBACK_LISTEN";
constexpr const char* url_variable = "GST_PROMPT_CALLBACK_URL";

std::optional<double> read_number(const std::string& text) {
  char* end = nullptr;
  const double value = g_ascii_strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return value;
}

Result<std::optional<double>> number(const char* name) {
  const std::string text = environment(name);
  if (text.empty()) return std::nullopt;
  const std::optional<double> value = read_number(text);
  if (!value)
    return fail(ErrorKind::settings, format("%s='%s' is not a number of zero or more.", name,
                                            show_safely(text).c_str()));
  return value;
}

std::string trimmed(const char* text) {
  const OwnedString copy(g_strstrip(g_strdup(text)));
  return copy.get();
}

// "100", "vibegen=200,openrouter=5" or "100,openrouter=5".
Result<job::DailyCaps> daily_caps() {
  constexpr const char* variable = "GST_PROMPT_DAILY_CREDITS";
  job::DailyCaps caps;
  const std::string text = environment(variable);
  if (text.empty()) return caps;
  const auto refuse = [&](const std::string& part, const char* why) {
    return fail(ErrorKind::settings,
                format("%s='%s' cannot be read: '%s' %s. Set a number of zero or more, or "
                       "PROVIDER=NUMBER, with commas between them.",
                       variable, show_safely(text).c_str(), show_safely(part).c_str(), why));
  };
  const std::unique_ptr<char*, decltype(&g_strfreev)> parts(g_strsplit(text.c_str(), ",", -1),
                                                            &g_strfreev);
  for (char** part = parts.get(); *part != nullptr; ++part) {
    const std::string entry = trimmed(*part);
    const std::size_t equals = entry.find('=');
    const std::string figure =
        equals == std::string::npos ? entry : trimmed(entry.c_str() + equals + 1);
    const std::optional<double> most = read_number(figure);
    if (!most) return refuse(entry, "has no number of zero or more");
    if (equals == std::string::npos) {
      if (caps.of_each) return refuse(entry, "is a second number without a name");
      caps.of_each = most;
      continue;
    }
    const OwnedString name(g_ascii_strdown(trimmed(entry.substr(0, equals).c_str()).c_str(), -1));
    const std::string id = name.get();
    const bool is_known = std::any_of(caps.named.begin(), caps.named.end(),
                                      [&](const auto& known) { return known.first == id; });
    if (id.empty() || is_known) return refuse(entry, id.empty() ? "has no name" : "comes twice");
    caps.named.emplace_back(id, *most);
  }
  return caps;
}

bool is_on_this_machine(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return true;
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return http::is_loopback_host(host);
}

}  // namespace

std::string environment(const char* name) {
  const char* value = g_getenv(name);
  return value != nullptr ? value : "";
}

Result<CallbackAddress> callback_address() {
  CallbackAddress out{environment(listen_variable), environment(url_variable)};
  if (out.listen.empty() && !out.url.empty())
    return fail(
        ErrorKind::settings,
        format("%s is set, but nobody would hear: set %s, too, to the address to listen at, "
               "such as 127.0.0.1:8099.",
               url_variable, listen_variable));
  if (out.listen.empty()) return out;
  if (const Result<void> checked =
          http::Listener::check(out.listen, std::string("The variable ") + listen_variable);
      !checked)
    return fail(checked.error());
  if (out.url.empty()) {
    if (is_on_this_machine(out.listen)) return out;
    return fail(ErrorKind::settings,
                format("%s='%s' is not on this machine alone: set %s, too, to the address at which "
                       "providers reach it.",
                       listen_variable, out.listen.c_str(), url_variable));
  }
  const Result<http::Url> url =
      http::Url::parse_base(out.url, std::string("The variable ") + url_variable);
  if (!url) return fail(url.error());
  const Result<void> plain = http::check_plain_http(
      *url, is_plain_http_allowed() ? http::PlainHttp::allowed : http::PlainHttp::loopback_only);
  if (!plain) return fail(plain.error());
  out.url = url->text();
  return out;
}

Result<job::Operator> operator_settings() {
  job::Operator settings;
  if (const Result<CallbackAddress> callbacks = callback_address(); !callbacks)
    return fail(callbacks.error());
  const std::string ambiguous = environment("GST_PROMPT_ON_AMBIGUOUS");
  if (!ambiguous.empty() && ambiguous != "resubmit" && ambiguous != "stop")
    return fail(ErrorKind::settings,
                format("GST_PROMPT_ON_AMBIGUOUS='%s' is neither 'stop' nor 'resubmit'.",
                       show_safely(ambiguous).c_str()));
  settings.resubmit_when_ambiguous = ambiguous == "resubmit";
  const Result<std::optional<double>> settling = number("GST_PROMPT_SETTLING_SECONDS");
  if (!settling) return fail(settling.error());
  if (*settling) {
    const std::chrono::duration<double> seconds(**settling);
    settings.settling = std::chrono::duration_cast<std::chrono::milliseconds>(seconds);
  }
  Result<job::DailyCaps> daily = daily_caps();
  if (!daily) return fail(daily.error());
  settings.daily = std::move(*daily);
  const Result<std::optional<double>> bytes = number("GST_PROMPT_MAX_BYTES");
  if (!bytes) return fail(bytes.error());
  if (*bytes && **bytes >= 1) settings.max_clip_bytes = static_cast<std::uint64_t>(**bytes);
  return settings;
}

bool is_plain_http_allowed() { return environment("GST_PROMPT_ALLOW_HTTP") == "1"; }

std::string library_folder(const std::string& property) {
  std::string folder = !property.empty() ? property : environment("GST_PROMPT_HOME");
  if (folder.empty()) folder = std::string(g_get_user_data_dir()) + "/gst-prompt";
  // No shell has seen what an application, a project or a service file says.
  if (folder == "~" || folder.starts_with("~/")) folder.replace(0, 1, g_get_home_dir());
  const OwnedString absolute(g_canonicalize_filename(folder.c_str(), nullptr));
  return absolute.get();
}

}  // namespace prompt::engine
