// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Texts as timelines want them: URLs, paths, XML.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "edit/cut.h"
#include "edit/timeline.h"

namespace prompt::edit {

/// Percent-encoded but for RFC 3986's unreserved characters and slashes; the bytes are as on disk,
/// never normalised.
[[nodiscard]] std::string url_path(std::string_view path);

/// `path` as seen from `folder`; both are absolute. Never empty.
[[nodiscard]] std::string relative_path(const std::string& path, const std::string& folder);

/// The name behind the last slash, as valid UTF-8 without control characters.
[[nodiscard]] std::string file_name(const std::string& path);

/// Valid UTF-8 without what XML 1.0 has no place for; nothing is escaped.
[[nodiscard]] std::string plain_text(std::string_view text);

/// One line: white space and control characters are folded to single blanks.
[[nodiscard]] std::string one_line(std::string_view text);

/// Printable ASCII in one line: letters without their marks, `?` for what has no other form.
[[nodiscard]] std::string ascii_line(std::string_view text);

/// "Shot_01_take_02", for what names one take.
[[nodiscard]] std::string take_name(const Shot& shot, int take);

/// The sentence for a format that cannot say what was asked for; nothing where it can.
[[nodiscard]] Result<void> check_options(const TimelineOptions& options, const char* format,
                                         bool has_refs, bool has_tracks, bool has_relative);

/// XML, an element a line, indented by depth.
class XmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

  /// `prologue` stands behind the XML declaration as it is.
  explicit XmlWriter(std::string_view prologue = "");
  void open(const char* name, Attributes attributes = {});
  void close();
  void empty(const char* name, Attributes attributes = {});
  void element(const char* name, std::string_view text, Attributes attributes = {});
  void element(const char* name, std::int64_t number) { element(name, std::to_string(number)); }
  /// The document; all that is open is closed.
  [[nodiscard]] std::string take();

 private:
  void begin(const char* name, Attributes attributes);

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace prompt::edit
