// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/environment.h"

#include <glib.h>

#include <cmath>
#include <optional>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::engine {
namespace {

Result<std::optional<double>> number(const char* name) {
  const std::string text = environment(name);
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double value = g_ascii_strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !std::isfinite(value) || value < 0)
    return fail(ErrorKind::settings, format("%s='%s' is not a number of zero or more.", name,
                                            show_safely(text).c_str()));
  return value;
}

}  // namespace

std::string environment(const char* name) {
  const char* value = g_getenv(name);
  return value != nullptr ? value : "";
}

Result<job::Operator> operator_settings() {
  job::Operator settings;
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
  const Result<std::optional<double>> daily = number("GST_PROMPT_DAILY_CREDITS");
  if (!daily) return fail(daily.error());
  settings.daily_credits = *daily;
  const Result<std::optional<double>> bytes = number("GST_PROMPT_MAX_BYTES");
  if (!bytes) return fail(bytes.error());
  if (*bytes && **bytes >= 1) settings.max_clip_bytes = static_cast<std::uint64_t>(**bytes);
  return settings;
}

bool is_plain_http_allowed() { return environment("GST_PROMPT_ALLOW_HTTP") == "1"; }

std::string library_folder(const std::string& property) {
  std::string folder = !property.empty() ? property : environment("GST_PROMPT_HOME");
  if (folder.empty()) folder = std::string(g_get_user_data_dir()) + "/gst-prompt";
  const OwnedString absolute(g_canonicalize_filename(folder.c_str(), nullptr));
  return absolute.get();
}

}  // namespace prompt::engine
