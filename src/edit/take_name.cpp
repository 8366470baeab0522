// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/take_name.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::edit {
namespace {

constexpr std::size_t longest_stem = 180;
constexpr std::size_t longest_made_name = 48;
constexpr std::string_view refused = "<>:\"/\\|?*";
// Names of devices under Windows, whatever follows behind a dot.
constexpr std::array devices = {"con", "prn", "aux", "nul", "conin$", "conout$"};
constexpr gunichar zero_width_joiner = 0x200D;
constexpr gunichar zero_width_non_joiner = 0x200C;

bool is_unsafe(gunichar letter) {
  if (letter < 0x80 && refused.find(static_cast<char>(letter)) != std::string_view::npos)
    return true;
  switch (g_unichar_type(letter)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return true;
    case G_UNICODE_FORMAT:
      // Emoji and several scripts are written with these two.
      return letter != zero_width_joiner && letter != zero_width_non_joiner;
    default:
      return false;
  }
}

bool is_device(std::string_view name) {
  const OwnedString small(
      g_ascii_strdown(name.data(), static_cast<gssize>(std::min(name.find('.'), name.size()))));
  std::string_view base = small.get();
  while (base.ends_with(' ')) base.remove_suffix(1);
  if (std::find(devices.begin(), devices.end(), base) != devices.end()) return true;
  return base.size() == 4 && (base.starts_with("com") || base.starts_with("lpt")) &&
         base.back() >= '0' && base.back() <= '9';
}

// Not in the middle of a letter, nor between a letter and what combines with it.
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const char* const begin = text.data();
  const char* end = begin + most;
  const auto continues = [&](const char* at) {
    if ((static_cast<unsigned char>(*at) & 0xC0) == 0x80) return true;
    return g_unichar_iszerowidth(g_utf8_get_char(at)) != FALSE;
  };
  while (end > begin && continues(end)) --end;
  return std::string(begin, end);
}

std::string without_bad_ends(std::string name) {
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  std::size_t begin = 0;
  while (begin < name.size() && (name[begin] == ' ' || name[begin] == '.')) ++begin;
  name.erase(0, begin);
  if (!name.empty() && (name.front() == '-' || name.front() == '~')) name.front() = '_';
  return name;
}

}  // namespace

std::string file_name_part(std::string_view name) {
  const OwnedString valid(g_utf8_make_valid(name.data(), static_cast<gssize>(name.size())));
  std::string safe;
  for (const char* at = valid.get(); *at != '\0'; at = g_utf8_next_char(at)) {
    if (is_unsafe(g_utf8_get_char(at)))
      safe += '_';
    else
      safe.append(at, static_cast<const char*>(g_utf8_next_char(at)));
  }
  safe = without_bad_ends(std::move(safe));
  if (is_device(safe)) safe.insert(std::min(safe.find('.'), safe.size()), "_");
  return safe.empty() ? "clip" : safe;
}

std::string name_from_prompt(std::string_view prompt) {
  const OwnedString valid(g_utf8_make_valid(prompt.data(), static_cast<gssize>(prompt.size())));
  std::string made;
  std::string word;
  const auto take_word = [&] {
    const bool has_room = made.size() + word.size() < longest_made_name;
    if (!word.empty() && has_room) made += (made.empty() ? "" : "_") + word;
    // A text without blanks, as in Chinese, is one long word.
    if (!word.empty() && !has_room && made.empty()) made = cut(word, longest_made_name);
    word.clear();
    return has_room;
  };
  const char* at = valid.get();
  bool has_room = true;
  for (; *at != '\0' && has_room; at = g_utf8_next_char(at)) {
    const gunichar letter = g_utf8_get_char(at);
    const bool is_part = g_unichar_isalnum(letter) != FALSE || g_unichar_ismark(letter) != FALSE;
    if (is_part)
      word.append(at, static_cast<const char*>(g_utf8_next_char(at)));
    else if (letter != '\'' && letter != 0x2019)
      has_room = take_word();
  }
  if (has_room) take_word();
  return file_name_part(made);
}

std::string take_stem(std::string_view name, unsigned take) {
  const std::string ending = format("_take_%02u", take);
  return without_bad_ends(cut(file_name_part(name), longest_stem - ending.size())) + ending;
}

std::string take_stem(std::string_view name, unsigned take, unsigned result) {
  const std::string ending = format("_take_%02u_result_%02u", take, result + 1);
  return without_bad_ends(cut(file_name_part(name), longest_stem - ending.size())) + ending;
}

}  // namespace prompt::edit
