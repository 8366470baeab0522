// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/timeline_text.h"

#include <glib.h>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::edit {
namespace {

std::string valid_utf8(std::string_view text) {
  const OwnedString valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  return valid.get();
}

std::vector<std::string> parts_of(const std::string& path) {
  const OwnedString whole(g_canonicalize_filename(path.c_str(), "/"));
  std::vector<std::string> parts;
  for (std::string_view rest = whole.get(); !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    if (const std::string_view part = rest.substr(0, slash); !part.empty())
      parts.emplace_back(part);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  return parts;
}

std::string escaped(std::string_view text) {
  const std::string plain = plain_text(text);
  const OwnedString marked(g_markup_escape_text(plain.data(), static_cast<gssize>(plain.size())));
  return marked.get();
}

}  // namespace

std::string url_path(std::string_view path) {
  std::string url;
  for (const char c : path) {
    if (g_ascii_isalnum(c) || std::string_view("-._~/").find(c) != std::string_view::npos)
      url.push_back(c);
    else
      url += format("%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return url;
}

std::string relative_path(const std::string& path, const std::string& folder) {
  const std::vector<std::string> to = parts_of(path);
  const std::vector<std::string> from = parts_of(folder);
  std::size_t same = 0;
  while (same < from.size() && same + 1 < to.size() && to[same] == from[same]) ++same;
  std::string result;
  for (std::size_t i = same; i < from.size(); ++i) result += "../";
  for (std::size_t i = same; i < to.size(); ++i) result += (i > same ? "/" : "") + to[i];
  return result;
}

std::string file_name(const std::string& path) {
  return one_line(path.substr(path.rfind('/') + 1));
}

std::string plain_text(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string plain;
  for (const char* at = valid.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    const bool is_white = c == '\t' || c == '\n' || c == '\r';
    if ((c >= 0x20 || is_white) && (c < 0x7F || c > 0x9F) && c != 0xFFFE && c != 0xFFFF)
      plain.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
  }
  return plain;
}

std::string one_line(std::string_view text) {
  std::string line;
  bool is_blank = false;
  for (const char c : plain_text(text)) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      is_blank = !line.empty();
      continue;
    }
    if (is_blank) line.push_back(' ');
    is_blank = false;
    line.push_back(c);
  }
  return line;
}

std::string ascii_line(std::string_view text) {
  const std::string line = one_line(text);
  const OwnedString ascii(g_str_to_ascii(line.c_str(), "C"));
  std::string result;
  for (const char c : std::string_view(ascii.get())) result.push_back(g_ascii_isprint(c) ? c : '?');
  return result;
}

std::string take_name(const Shot& shot, int take) {
  return one_line(shot.name) + format("_take_%02d", take);
}

Result<void> check_options(const TimelineOptions& options, const char* format_name, bool has_refs,
                           bool has_tracks, bool has_relative) {
  const std::string who = format_name;
  if (options.relative_to && !has_relative)
    return fail(ErrorKind::settings,
                who + " cannot hold relative paths: leave them absolute, or write .otio or .mlt.");
  if (options.alternates == Alternates::refs && !has_refs)
    return fail(ErrorKind::settings, who + " has no place for other takes of a clip: write .otio" +
                                         (has_tracks ? ", or ask for a track." : "."));
  if (options.alternates == Alternates::track && !has_tracks)
    return fail(ErrorKind::settings, who +
                                         " has no tracks that are switched off for other takes: "
                                         "write .otio, .mlt or .xml.");
  return {};
}

XmlWriter::XmlWriter(std::string_view prologue)
    : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {
  text_ += prologue;
}

void XmlWriter::begin(const char* name, Attributes attributes) {
  text_.append(open_.size(), ' ');
  text_ += std::string("<") + name;
  for (const auto& [key, value] : attributes)
    text_ += std::string(" ") + key + "=\"" + escaped(value) + "\"";
}

void XmlWriter::open(const char* name, Attributes attributes) {
  begin(name, attributes);
  text_ += ">\n";
  open_.emplace_back(name);
}

void XmlWriter::close() {
  const std::string name = open_.back();
  open_.pop_back();
  text_.append(open_.size(), ' ');
  text_ += "</" + name + ">\n";
}

void XmlWriter::empty(const char* name, Attributes attributes) {
  begin(name, attributes);
  text_ += "/>\n";
}

void XmlWriter::element(const char* name, std::string_view text, Attributes attributes) {
  begin(name, attributes);
  text_ += ">" + escaped(text) + "</" + name + ">\n";
}

std::string XmlWriter::take() {
  while (!open_.empty()) close();
  return std::move(text_);
}

}  // namespace prompt::edit
