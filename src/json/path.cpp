// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/path.h"

#include <glib.h>

#include <charconv>
#include <optional>

#include "base/text.h"

namespace prompt::json {
namespace {

// RFC 9535's member-name-shorthand: a letter, `_` or anything beyond ASCII; digits from the second
// on.
bool is_name_character(char c, bool is_first) {
  return g_ascii_isalpha(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80 ||
         (!is_first && g_ascii_isdigit(c));
}

tl::unexpected<Error> refuse(std::string_view text, std::size_t at, const char* expected) {
  return fail(ErrorKind::settings,
              format("The path \"%s\" cannot be read at character %zu: write %s there.",
                     show_safely(text, {}, 200).c_str(), at + 1, expected));
}

// A quoted name behind `['`; `at` is moved behind the closing quote.
std::optional<std::string> read_quoted(std::string_view text, std::size_t& at) {
  std::string name;
  for (; at < text.size(); ++at) {
    if (text[at] == '\'') {
      ++at;
      return name;
    }
    if (text[at] == '\\') {
      ++at;
      if (at >= text.size() || (text[at] != '\'' && text[at] != '\\')) return std::nullopt;
    }
    name.push_back(text[at]);
  }
  return std::nullopt;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  if (!is_valid_utf8(text))
    return fail(ErrorKind::settings, "The path is not valid UTF-8: write it in UTF-8.");
  Path path;
  path.text_ = text;
  std::size_t at = 0;
  if (text.substr(0, 1) == "$") {
    at = 1;
  } else if (text.empty() || !is_name_character(text[0], true)) {
    return refuse(text, 0, "$ or a member's name");
  }
  const auto read_name = [&]() -> bool {
    const std::size_t begin = at;
    while (at < text.size() && is_name_character(text[at], at == begin)) ++at;
    path.steps_.emplace_back(std::string(text.substr(begin, at - begin)));
    return at > begin;
  };
  if (at == 0) read_name();
  while (at < text.size()) {
    if (text[at] == '.') {
      ++at;
      if (!read_name()) return refuse(text, at, "a member's name (others as ['name'])");
      continue;
    }
    if (text[at] != '[') return refuse(text, at, ". or [ (other names as ['name'])");
    ++at;
    if (text.substr(at, 1) == "*") {
      ++at;
      path.steps_.emplace_back(Each{});
    } else if (text.substr(at, 1) == "'") {
      const std::size_t begin = at++;
      std::optional<std::string> name = read_quoted(text, at);
      if (!name) return refuse(text, begin, "a name in single quotes");
      path.steps_.emplace_back(std::move(*name));
    } else {
      std::size_t index = 0;
      const char* const first = text.data() + at;
      const auto [end, error] = std::from_chars(first, text.data() + text.size(), index);
      if (error != std::errc() || (*first == '0' && end - first > 1))
        return refuse(text, at, "a number from 0, a name in single quotes or *");
      at += static_cast<std::size_t>(end - first);
      path.steps_.emplace_back(index);
    }
    if (text.substr(at, 1) != "]") return refuse(text, at, "]");
    ++at;
  }
  return path;
}

std::vector<const Value*> Path::all(const Value& root) const {
  // A value is reached in one way only, so this never grows beyond the number of values.
  std::vector<const Value*> here{&root};
  for (const Step& step : steps_) {
    std::vector<const Value*> next;
    for (const Value* value : here) {
      const Array* const array = value->as_array();
      const Object* const object = value->as_object();
      if (const auto* const name = std::get_if<std::string>(&step)) {
        if (const Value* const member = value->find(*name)) next.push_back(member);
      } else if (const auto* const index = std::get_if<std::size_t>(&step)) {
        if (array != nullptr && *index < array->size()) next.push_back(&(*array)[*index]);
      } else if (array != nullptr) {
        for (const Value& item : *array) next.push_back(&item);
      } else if (object != nullptr) {
        for (const Member& member : *object) next.push_back(&member.value);
      }
    }
    here = std::move(next);
    if (here.empty()) break;
  }
  return here;
}

const Value* Path::first(const Value& root) const {
  const std::vector<const Value*> matches = all(root);
  return matches.empty() ? nullptr : matches.front();
}

std::optional<std::string> find_text(const Value& root, const Paths& paths) {
  for (const Path& path : paths) {
    for (const Value* value : path.all(root)) {
      if (const std::string* const text = value->as_string()) {
        if (!text->empty()) return *text;
      } else if (const std::int64_t* const integer = value->as_int()) {
        return std::to_string(*integer);
      }
    }
  }
  return std::nullopt;
}

std::optional<double> find_number(const Value& root, const Paths& paths) {
  for (const Path& path : paths) {
    for (const Value* value : path.all(root))
      if (const std::optional<double> number = value->as_number()) return number;
  }
  return std::nullopt;
}

const Value* find_value(const Value& root, const Paths& paths) {
  for (const Path& path : paths) {
    for (const Value* value : path.all(root)) {
      const std::string* const text = value->as_string();
      if (!value->is_null() && (text == nullptr || !text->empty())) return value;
    }
  }
  return nullptr;
}

}  // namespace prompt::json
