// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/text_template.h"

#include <glib.h>

#include <algorithm>
#include <charconv>

#include "base/ref.h"
#include "base/text.h"
#include "json/write.h"

namespace prompt::json {
namespace {

bool is_name_character(char c) { return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

std::optional<Placeholder> read_placeholder(std::string_view inside) {
  Placeholder placeholder;
  std::size_t at = 0;
  while (at < inside.size() && is_name_character(inside[at])) ++at;
  if (at == 0) return std::nullopt;
  placeholder.name = inside.substr(0, at);
  inside.remove_prefix(at);
  if (inside.substr(0, 1) == "[") {
    std::size_t index = 0;
    const char* const first = inside.data() + 1;
    const auto [end, error] = std::from_chars(first, inside.data() + inside.size(), index);
    if (error != std::errc() || end == inside.data() + inside.size() || *end != ']')
      return std::nullopt;
    placeholder.index = index;
    inside.remove_prefix(static_cast<std::size_t>(end - inside.data()) + 1);
  }
  if (inside == ":path") {
    placeholder.keeps_slashes = true;
    return placeholder;
  }
  return inside.empty() ? std::optional(placeholder) : std::nullopt;
}

// What may stand in a path or URL as written: RFC 3986 without the fragment.
bool is_url_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return g_ascii_isalnum(c) || (c != '\0' && std::string_view("-._~%!$&'()*+,;=:@/?[]").find(c) !=
                                                   std::string_view::npos);
  });
}

std::string percent_encoded(const std::string& text, bool keeps_slashes) {
  const OwnedString encoded(g_uri_escape_bytes(reinterpret_cast<const guint8*>(text.data()),
                                               text.size(), keeps_slashes ? "/" : nullptr));
  return encoded.get();
}

bool has_dot_segment(std::string_view url) {
  std::string_view path = url.substr(0, url.find('?'));
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

tl::unexpected<Error> refuse_value(const Placeholder& placeholder, const char* why) {
  return fail(ErrorKind::settings,
              format("The value of \"%s\" %s: set another one.", placeholder.name.c_str(), why));
}

}  // namespace

Result<std::vector<Piece>> split_text(std::string_view text) {
  if (!is_valid_utf8(text)) return fail(ErrorKind::settings, "the text is not valid UTF-8");
  std::vector<Piece> pieces;
  std::string plain;
  while (!text.empty()) {
    if (text.substr(0, 3) == "$${") {
      plain.append("${");
      text.remove_prefix(3);
      continue;
    }
    if (text.substr(0, 2) != "${") {
      plain.push_back(text[0]);
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos)
      return fail(ErrorKind::settings, "a placeholder has no closing brace");
    std::optional<Placeholder> placeholder = read_placeholder(text.substr(2, end - 2));
    if (!placeholder)
      return fail(ErrorKind::settings,
                  format("\"%s\" is no placeholder (${name}, ${name[0]} or ${name:path})",
                         show_safely(text.substr(0, end + 1), {}, 80).c_str()));
    if (!plain.empty()) pieces.emplace_back(std::move(plain));
    plain.clear();
    pieces.emplace_back(std::move(*placeholder));
    text.remove_prefix(end + 1);
  }
  if (!plain.empty()) pieces.emplace_back(std::move(plain));
  return pieces;
}

Result<const Value*> look_up(const Placeholder& placeholder, const Lookup& lookup) {
  const Value* const value = lookup(placeholder.name);
  if (value == nullptr || !placeholder.index) return value;
  const Array* const list = value->as_array();
  if (list == nullptr) return refuse_value(placeholder, "is not a list");
  return *placeholder.index < list->size() ? &(*list)[*placeholder.index] : nullptr;
}

std::optional<std::string> plain_text(const Value& value) {
  if (const std::string* const text = value.as_string()) return *text;
  if (value.as_bool() != nullptr || value.as_number().has_value()) return write(value);
  return std::nullopt;
}

Result<TextTemplate> TextTemplate::parse(std::string_view text, TextUse use) {
  const std::string shown = show_safely(text, {}, 200);
  Result<std::vector<Piece>> pieces = split_text(text);
  if (!pieces)
    return fail(ErrorKind::settings, format("The text \"%s\" cannot be used: %s.", shown.c_str(),
                                            pieces.error().message.c_str()));
  TextTemplate out;
  out.use_ = use;
  for (const Piece& piece : *pieces) {
    if (const auto* const placeholder = std::get_if<Placeholder>(&piece)) {
      if (placeholder->keeps_slashes && use != TextUse::path)
        return fail(ErrorKind::settings,
                    format("The text \"%s\" cannot be used: \":path\" belongs in paths only.",
                           shown.c_str()));
      out.names_.push_back(placeholder->name);
      continue;
    }
    const std::string& plain = std::get<std::string>(piece);
    if (use == TextUse::path && !is_url_text(plain))
      return fail(ErrorKind::settings,
                  format("The text \"%s\" cannot be used: percent-encode what a URL cannot hold.",
                         shown.c_str()));
    if (use == TextUse::header && !is_printable_ascii(plain))
      return fail(ErrorKind::settings,
                  format("The text \"%s\" cannot be used: a header holds printable ASCII only.",
                         shown.c_str()));
  }
  // What a reply gave and is the whole path is one: "/${captured.name}".
  if (use == TextUse::path && pieces->size() == 2 &&
      std::holds_alternative<std::string>((*pieces)[0]) &&
      std::get<std::string>((*pieces)[0]) == "/")
    if (auto* const whole = std::get_if<Placeholder>(&(*pieces)[1]))
      whole->keeps_slashes = whole->keeps_slashes || whole->name.starts_with("captured.");
  std::sort(out.names_.begin(), out.names_.end());
  out.names_.erase(std::unique(out.names_.begin(), out.names_.end()), out.names_.end());
  out.pieces_ = std::move(*pieces);
  return out;
}

Result<std::optional<std::string>> TextTemplate::render(const Lookup& lookup) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (const auto* const plain = std::get_if<std::string>(&piece)) {
      out.append(use_ == TextUse::query ? percent_encoded(*plain, false) : *plain);
      continue;
    }
    const auto& placeholder = std::get<Placeholder>(piece);
    const Result<const Value*> value = look_up(placeholder, lookup);
    if (!value) return fail(value.error());
    if (*value == nullptr) return std::nullopt;
    const std::optional<std::string> text = plain_text(**value);
    if (!text) return refuse_value(placeholder, "is not a text, number or boolean");
    if (use_ == TextUse::path && text->empty()) return refuse_value(placeholder, "is empty");
    if (use_ == TextUse::header && !is_printable_ascii(*text))
      return refuse_value(placeholder, "has characters that a header cannot hold");
    out.append(use_ == TextUse::header ? *text : percent_encoded(*text, placeholder.keeps_slashes));
  }
  if (use_ == TextUse::path && !names_.empty() && has_dot_segment(out))
    return fail(
        ErrorKind::settings,
        format("The value of \"%s\" makes \".\" or \"..\" a part of a path: set another one.",
               join(names_, "\" or \"").c_str()));
  return out;
}

}  // namespace prompt::json
