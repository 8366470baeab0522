// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/data_url.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/message.h"

namespace prompt::clip {
namespace {

constexpr std::string_view scheme = "data:";
constexpr std::size_t piece_size = 48 * 1024;

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         g_ascii_strncasecmp(text.data(), beginning.data(), beginning.size()) == 0;
}

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() &&
         begins_with(text.substr(text.size() - ending.size()), ending);
}

tl::unexpected<Error> refuse(const char* why) {
  return fail(ErrorKind::malformed, format("The result was sent within the reply, and %s.", why));
}

// The next byte of percent-encoded text: it may stand for itself.
bool take_percent(std::string_view text, std::size_t& at, char& out) {
  out = text[at++];
  if (out != '%') return true;
  if (at + 2 > text.size()) return false;
  const int high = g_ascii_xdigit_value(text[at]);
  const int low = g_ascii_xdigit_value(text[at + 1]);
  if (high < 0 || low < 0) return false;
  out = static_cast<char>(high * 16 + low);
  at += 2;
  return true;
}

// Of both alphabets of RFC 4648; -1: none, -2: to be passed over.
int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? -2 : -1;
}

// Calls `take` with each decoded byte. False: a character that is not of the coding.
template <typename Take>
bool for_each_byte(std::string_view text, bool is_base64, Take take) {
  unsigned bits = 0;
  unsigned count = 0;
  bool is_padded = false;
  for (std::size_t at = 0; at < text.size();) {
    char c = 0;
    if (!take_percent(text, at, c)) return false;
    if (!is_base64) {
      if (!take(static_cast<std::byte>(c))) return true;
      continue;
    }
    const int value = base64_value(c);
    if (value == -2) continue;
    if (c == '=') {
      is_padded = true;
      continue;
    }
    if (value < 0 || is_padded) return false;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    if (!take(static_cast<std::byte>((bits >> count) & 0xFFU))) return true;
  }
  // A single character of a group of four holds no byte.
  return count < 6;
}

}  // namespace

bool is_data_url(std::string_view url) {
  return begins_with(http::without_space_around(url), scheme);
}

Result<DataUrl> DataUrl::parse(std::string_view url) {
  url = http::without_space_around(url);
  const std::size_t comma = url.find(',');
  if (!is_data_url(url) || comma == url.npos) return refuse("its address is no data: URL");
  std::string_view type = url.substr(scheme.size(), comma - scheme.size());
  DataUrl out;
  constexpr std::string_view coding = ";base64";
  out.is_base64_ = ends_with(type, coding);
  if (out.is_base64_) type.remove_suffix(coding.size());
  constexpr std::array<std::string_view, 4> types = {"video/", "image/", "audio/",
                                                     "application/octet-stream"};
  // Without a type it would be text; what it is, its bytes say.
  if (!type.empty() && std::none_of(types.begin(), types.end(), [&](std::string_view beginning) {
        return begins_with(type, beginning);
      }))
    return refuse("its type is neither video nor image nor audio");
  out.data_ = url.substr(comma + 1);
  if (!for_each_byte(out.data_, out.is_base64_, [&](std::byte) { return ++out.size_ > 0; }))
    return refuse("its bytes are damaged");
  return out;
}

Result<void> DataUrl::decode(
    const std::function<Result<void>(std::span<const std::byte>)>& take) const {
  std::array<std::byte, piece_size> piece;
  std::size_t filled = 0;
  Result<void> taken;
  for_each_byte(data_, is_base64_, [&](std::byte byte) {
    piece[filled++] = byte;
    if (filled == piece.size()) {
      taken = take(piece);
      filled = 0;
    }
    return taken.has_value();
  });
  if (taken && filled > 0) taken = take(std::span(piece).first(filled));
  return taken;
}

std::string without_data(std::string_view url) {
  url = http::without_space_around(url);
  return std::string(url.substr(0, std::min<std::size_t>(url.find_first_of(";,"), 80))) + ",";
}

}  // namespace prompt::clip
