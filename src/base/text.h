// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Texts: printf-like building, UTF-8 facts, hashes, and the cleaning of what strangers wrote before
// it is shown to a person or logged.
#pragma once

#include <glib.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace prompt {

/// printf into a std::string. Thread-safe.
[[nodiscard]] std::string format(const char* pattern, ...) G_GNUC_PRINTF(1, 2);

/// Valid UTF-8 without NUL.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// From the space to "~": what a header's value may consist of.
[[nodiscard]] bool is_printable_ascii(std::string_view text);

/// Nothing but ASCII white space, or nothing at all.
[[nodiscard]] bool is_blank(std::string_view text);
/// Nothing but ASCII punctuation and white space.
[[nodiscard]] bool is_wordless(std::string_view text);

/// Unicode code points in a valid UTF-8 text (what providers mean by "characters").
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// SHA-256 as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// A random UUID, version 4.
[[nodiscard]] std::string make_uuid();

/// "2026-12-01T13:03:07.120Z" (RFC 3339, UTC); empty for a time that has no date.
[[nodiscard]] std::string utc_text(std::int64_t unix_ms);

/// "a, b, c" for messages.
[[nodiscard]] std::string join(std::span<const std::string> items,
                               std::string_view separator = ", ");

/// Replaces secrets by "[hidden]", also where they are percent-encoded. One of fewer than 8 bytes
/// ("1", "test") goes only where it stands as a word of its own: as a part of others it is no
/// secret, and the text would tell nothing any more.
[[nodiscard]] std::string hide_secrets(std::string text, std::span<const Secret> secrets);

/// Whether the text holds one of the secrets that have at least 8 bytes. What names or leads to a
/// thing (an id, a URL) cannot be shortened, but must not be stored with a key in it either.
[[nodiscard]] bool holds_secret(std::string_view text, std::span<const Secret> secrets);

/// What a stranger wrote, made fit to show: valid UTF-8, no control characters, runs of white space
/// folded, secrets (as by hide_secrets) and the query of every URL replaced by "[hidden]", at most
/// `limit` bytes (cut at a character, with an ellipsis).
[[nodiscard]] std::string show_safely(std::string_view text, std::span<const Secret> secrets = {},
                                      std::size_t limit = 512);

/// A URL without its userinfo, query and fragment, for logs and messages.
[[nodiscard]] std::string url_without_query(std::string_view url);

}  // namespace prompt
