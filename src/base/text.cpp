// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>

#include "base/ref.h"

namespace prompt {
namespace {

constexpr std::string_view hidden = "[hidden]";

// A shorter one is a placeholder, as people give to servers of their own.
constexpr std::size_t least_secret = 8;

bool is_word_byte(char c) { return g_ascii_isalnum(c) || (c & 0x80) != 0; }

bool is_own_word(std::string_view text, std::size_t at, std::size_t size) {
  const std::size_t end = at + size;
  return (at == 0 || !is_word_byte(text[at - 1]) || !is_word_byte(text[at])) &&
         (end == text.size() || !is_word_byte(text[end]) || !is_word_byte(text[end - 1]));
}

void hide_one(std::string& text, std::string_view what) {
  if (what.empty()) return;
  std::string out;
  std::size_t done = 0;
  std::size_t at = 0;
  while ((at = text.find(what, at)) != std::string::npos) {
    if (what.size() < least_secret && !is_own_word(text, at, what.size())) {
      ++at;
      continue;
    }
    out.append(text, done, at - done).append(hidden);
    at += what.size();
    done = at;
  }
  if (done > 0) text = out.append(text, done);
}

// As it stands in a URL; empty where that is no different.
std::string percent_encoded(std::string_view secret) {
  const OwnedString encoded(
      g_uri_escape_bytes(reinterpret_cast<const guint8*>(secret.data()), secret.size(), nullptr));
  return encoded.get() == secret ? std::string() : std::string(encoded.get());
}

bool is_url_end(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' ||
         c == ')' || c == '}' || c == ']';
}

// Hides userinfo, query and fragment of every URL in the text: any of them may be a signature.
std::string hide_url_secrets(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t scheme_end = text.find("://", at);
    if (scheme_end == std::string_view::npos) break;
    std::size_t end = scheme_end + 3;
    while (end < text.size() && !is_url_end(text[end])) ++end;
    std::size_t start = scheme_end;
    while (start > at && g_ascii_isalnum(text[start - 1])) --start;
    const std::string_view url = text.substr(start, end - start);
    out.append(text.substr(at, start - at));
    const std::string bare = url_without_query(url);
    out.append(bare);
    if (bare.size() < url.size()) out.append("?").append(hidden);
    at = end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace

std::string format(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  const OwnedString text(g_strdup_vprintf(pattern, arguments));
  va_end(arguments);
  return text.get();
}

bool is_valid_utf8(std::string_view text) {
  return g_utf8_validate_len(text.data(), text.size(), nullptr) != 0;
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return g_ascii_isprint(c); });
}

std::string hide_secrets(std::string text, std::span<const Secret> secrets) {
  for (const Secret& secret : secrets) {
    hide_one(text, secret.reveal());
    if (secret.reveal().size() >= least_secret) hide_one(text, percent_encoded(secret.reveal()));
  }
  return text;
}

bool holds_secret(std::string_view text, std::span<const Secret> secrets) {
  return std::any_of(secrets.begin(), secrets.end(), [text](const Secret& secret) {
    if (secret.reveal().size() < least_secret) return false;
    const std::string encoded = percent_encoded(secret.reveal());
    return text.find(secret.reveal()) != std::string_view::npos ||
           (!encoded.empty() && text.find(encoded) != std::string_view::npos);
  });
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

bool is_wordless(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return g_ascii_ispunct(c) || g_ascii_isspace(c); });
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(g_utf8_strlen(text.data(), static_cast<gssize>(text.size())));
}

std::string sha256_hex(std::string_view bytes) {
  const OwnedString digest(g_compute_checksum_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return digest.get();
}

std::string make_uuid() {
  // GLib's own goes on in a forked child as it does in the parent: both would make the same ones.
  std::array<unsigned char, 16> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    const OwnedString uuid(g_uuid_string_random());
    return uuid.get();
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);  // RFC 4122, 4.4: version 4,
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);  // and the variant
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += format("%02x", static_cast<unsigned>(bytes[i]));
  }
  return text;
}

std::string utc_text(std::int64_t unix_ms) {
  const Ref<GDateTime> time = Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(unix_ms / 1000));
  if (!time) return {};
  const OwnedString text(g_date_time_format(time.get(), "%Y-%m-%dT%H:%M:%S"));
  return text.get() + format(".%03dZ", static_cast<int>(unix_ms % 1000));
}

std::string join(std::span<const std::string> items, std::string_view separator) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out.append(separator);
    out.append(item);
  }
  return out;
}

std::string url_without_query(std::string_view url) {
  std::string bare(url.substr(0, url.find_first_of("?#")));
  const std::size_t authority = bare.find("://");
  if (authority == std::string::npos) return bare;
  const std::size_t path = bare.find('/', authority + 3);
  const std::size_t at = bare.rfind('@', path);
  if (at != std::string::npos && at > authority + 2 && (path == std::string::npos || at < path))
    bare.erase(authority + 3, at + 1 - (authority + 3));
  return bare;
}

std::string show_safely(std::string_view text, std::span<const Secret> secrets, std::size_t limit) {
  // Secrets go first, from the untouched bytes: later steps could break one apart.
  const std::string raw = hide_secrets(std::string(text), secrets);
  const OwnedString valid(g_utf8_make_valid(raw.data(), static_cast<gssize>(raw.size())));
  std::string clean;
  bool space = false;
  for (const char* c = valid.get(); *c != '\0'; c = g_utf8_next_char(c)) {
    const gunichar point = g_utf8_get_char(c);
    if (g_unichar_isspace(point) || g_unichar_iscntrl(point)) {
      space = !clean.empty();
      continue;
    }
    // Direction overrides and other format characters could make a text read as something else.
    if (g_unichar_type(point) == G_UNICODE_FORMAT) continue;
    if (space) clean.push_back(' ');
    space = false;
    clean.append(c, static_cast<std::size_t>(g_utf8_next_char(c) - c));
  }
  // And once more: what was dropped may have stood in the middle of one.
  clean = hide_url_secrets(hide_secrets(std::move(clean), secrets));
  if (clean.size() <= limit) return clean;
  constexpr std::string_view ellipsis = "...";
  std::size_t cut = limit > ellipsis.size() ? limit - ellipsis.size() : 0;
  while (cut > 0 && (static_cast<unsigned char>(clean[cut]) & 0xC0U) == 0x80U) --cut;
  clean.resize(cut);
  return clean.append(ellipsis);
}

}  // namespace prompt
