// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/shot_table.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::edit {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf16_little_mark = "\xFF\xFE";
constexpr std::string_view utf16_big_mark = "\xFE\xFF";

TextPosition position_of(std::string_view text, std::size_t offset) {
  TextPosition position;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

Result<std::string> from_utf16(std::string_view bytes, const char* charset) {
  gsize read = 0;
  gsize written = 0;
  const OwnedString text(g_convert(bytes.data(), static_cast<gssize>(bytes.size()), "UTF-8",
                                   charset, &read, &written, nullptr));
  if (!text || read != bytes.size())
    return fail(ErrorKind::settings,
                format("It begins as UTF-16 does, but byte %zu is not UTF-16: save it as UTF-8.",
                       static_cast<std::size_t>(read) + 3));
  return std::string(text.get(), written);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

class TableParser {
 public:
  explicit TableParser(std::string_view text) : text_(text) {}

  Result<TextTable> parse() {
    find_delimiter();
    TextTable table;
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        skip_line();
        continue;
      }
      Result<std::vector<TableCell>> row = read_row();
      if (!row) return fail(row.error());
      const bool is_blank = std::all_of(row->begin(), row->end(),
                                        [](const TableCell& cell) { return cell.text.empty(); });
      if (is_blank) continue;
      if (table.header.empty())
        table.header = std::move(*row);
      else
        table.rows.push_back(std::move(*row));
    }
    if (table.header.empty())
      return fail(ErrorKind::settings, "It is empty: its first line names the columns.");
    return table;
  }

 private:
  // The first line that says something is the header, or Excel's word about it.
  void find_delimiter() {
    std::size_t begin = 0;
    while (begin < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      std::string_view line = text_.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() == 5 && line.starts_with("sep=")) {
        delimiter_ = line.back();
        at_ = std::min(end + 1, text_.size());
        line_ += static_cast<unsigned>(
            std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
        return;
      }
      if (!trimmed(line).empty() && !line.starts_with('#')) {
        constexpr std::array candidates = {',', ';', '\t'};
        std::ptrdiff_t most = 0;
        for (const char candidate : candidates) {
          const std::ptrdiff_t found = std::count(line.begin(), line.end(), candidate);
          if (found > most) delimiter_ = candidate;
          most = std::max(most, found);
        }
        return;
      }
      begin = end + 1;
    }
  }

  [[nodiscard]] bool is_line_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' ||
           (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
  }

  void advance() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
      ++column_;
    }
    ++at_;
  }

  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') advance();
    if (at_ < text_.size()) advance();
  }

  Result<std::vector<TableCell>> read_row() {
    std::vector<TableCell> row;
    for (;;) {
      Result<TableCell> cell = read_cell();
      if (!cell) return fail(cell.error());
      row.push_back(std::move(*cell));
      if (is_line_end()) break;
      advance();  // the delimiter
    }
    while (at_ < text_.size() && text_[at_] == '\r') advance();
    if (at_ < text_.size()) advance();
    return row;
  }

  Result<TableCell> read_cell() {
    while (!is_line_end() && text_[at_] == ' ' && delimiter_ != ' ') advance();
    TableCell cell{{}, {line_, column_}};
    if (!is_line_end() && text_[at_] == '"') return read_quoted(std::move(cell));
    const std::size_t begin = at_;
    while (!is_line_end() && text_[at_] != delimiter_) advance();
    cell.text = trimmed(text_.substr(begin, at_ - begin));
    return cell;
  }

  Result<TableCell> read_quoted(TableCell cell) {
    advance();
    for (;;) {
      if (at_ >= text_.size())
        return fail(ErrorKind::settings,
                    "The quote that begins at " + to_string(cell.position) + " does not end.");
      if (text_[at_] == '"') {
        advance();
        if (at_ >= text_.size() || text_[at_] != '"') break;
      }
      // Line ends of Windows in a cell are line ends.
      if (text_[at_] != '\r' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n')
        cell.text += text_[at_];
      advance();
    }
    while (!is_line_end() && text_[at_] == ' ' && delimiter_ != ' ') advance();
    if (is_line_end() || text_[at_] == delimiter_) return cell;
    return fail(ErrorKind::settings, "There is something behind the quote at " +
                                         to_string(TextPosition{line_, column_}) +
                                         ": a quote within quotes is written twice.");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  unsigned column_ = 1;
  char delimiter_ = ',';
};

}  // namespace

std::string to_string(TextPosition position) {
  return format("line %u, column %u", position.line, position.column);
}

Result<std::string> decode_text(std::string_view bytes) {
  if (bytes.starts_with(utf16_little_mark)) return from_utf16(bytes.substr(2), "UTF-16LE");
  if (bytes.starts_with(utf16_big_mark)) return from_utf16(bytes.substr(2), "UTF-16BE");
  if (bytes.starts_with(utf8_mark)) bytes.remove_prefix(utf8_mark.size());
  const char* end = nullptr;
  if (g_utf8_validate_len(bytes.data(), bytes.size(), &end) != FALSE) return std::string(bytes);
  const auto offset = static_cast<std::size_t>(end - bytes.data());
  const TextPosition position = position_of(bytes, offset);
  if (bytes[offset] == '\0')
    return fail(ErrorKind::settings,
                "There is a zero byte at " + to_string(position) +
                    ": it is no text, or UTF-16 without its mark; save it as UTF-8.");
  return fail(ErrorKind::settings,
              format("The byte 0x%02X at %s is not UTF-8: save it as UTF-8.",
                     static_cast<unsigned char>(bytes[offset]), to_string(position).c_str()));
}

Result<TextTable> parse_table(std::string_view text) { return TableParser(text).parse(); }

}  // namespace prompt::edit
