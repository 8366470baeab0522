// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The read side of the translator, in small steps: values out of a reply, none of them trusted.
// `secrets` are what the request held (http::Reply): no text that is shown or stored may have them.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "json/path.h"
#include "json/value.h"
#include "provider/facts.h"
#include "provider/operation.h"

namespace prompt::provider {

/// The first non-empty string at the paths.
[[nodiscard]] std::optional<std::string> read_string(const json::Value& root,
                                                     const json::Paths& paths);
/// A text that may be shown: the first string or integer, cleaned and cut; empty if there is none.
[[nodiscard]] std::string read_shown(const json::Value& root, const json::Paths& paths,
                                     std::span<const Secret> secrets, std::size_t limit = 512);
/// A task's id: 1 to 512 of A-Z a-z 0-9 . _ : - = + ~ @, or several such joined by slashes, none of
/// dots alone; an integer counts as its text; one that holds a secret is none.
[[nodiscard]] std::optional<std::string> read_id(const json::Value& root, const json::Paths& paths,
                                                 std::span<const Secret> secrets = {});
/// A price: finite, not negative, below 10^12.
[[nodiscard]] std::optional<double> read_credits(const json::Value& root, const json::Paths& paths);
/// From 0 to 1; numbers beyond are clamped, "45%" counts as a number.
[[nodiscard]] std::optional<double> read_progress(const json::Value& root,
                                                  const NumberReading& reading);
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> read_time(
    const json::Value& root, const TimeReading& reading);
/// Strings of at most 2048 bytes without control characters and secrets.
[[nodiscard]] json::Object read_captured(
    const json::Value& root, const std::vector<std::pair<std::string, json::Paths>>& capture,
    std::span<const Secret> secrets);

/// Whether two values are the same word: texts without regard to ASCII case, numbers also as text.
[[nodiscard]] bool is_same_word(const json::Value& a, const json::Value& b);
[[nodiscard]] bool is_one_of(const json::Value& value, const std::vector<json::Value>& words);
/// Whether each place has one of its values.
[[nodiscard]] bool matches(const std::vector<ReplyWhere>& where, const json::Value& root);

struct StateFound {
  TaskState state = TaskState::running;
  std::string word;  ///< Cleaned.
  bool is_known = true;
  bool is_by_http_status = false;  ///< The reply itself has no word for it.
};
/// The state that the reply speaks of; nothing where it has none that could be one.
[[nodiscard]] std::optional<StateFound> read_state(const json::Value& root,
                                                   const json::Paths& paths,
                                                   const std::vector<StateWord>& states,
                                                   int http_status,
                                                   std::span<const Secret> secrets);

/// The results by the first rule that finds some; of the rules that are a fallback, or of the
/// others; for Media::automatic of those for any medium.
[[nodiscard]] std::vector<MediaResult> read_results(const json::Value& root,
                                                    const std::vector<ResultRule>& rules,
                                                    Media media, const std::string& base_url,
                                                    std::span<const Secret> secrets,
                                                    bool fallback = false);

}  // namespace prompt::provider
