// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/shot_list.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/shot_table.h"
#include "edit/take_name.h"
#include "engine/settings_text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::edit {
namespace {

constexpr unsigned longest_take = 9999;

// Of its files: long names are cut, so that two may become one.
std::string file_key(const std::string& name) { return name_key(take_stem(name, longest_take, 0)); }

constexpr std::size_t largest_list = 64UL << 20;
constexpr unsigned most_takes = 1000;
constexpr std::string_view further = "set:";

/// A value of a shot, with where it stands: "shots.csv:3:7".
struct Field {
  std::string column;
  std::string text;
  std::string where;
};

struct Row {
  std::string where;  ///< "shots.csv:3"
  std::string start;  ///< "shots.csv:3:1"
  std::vector<Field> fields;
};

// "Aspect Ratio" and "aspect_ratio" are aspect-ratio; what comes behind "set:" is the provider's.
std::string column_name(const std::string& text) {
  const std::size_t kept = text.starts_with(further) ? further.size() : 0;
  std::string name = text.substr(0, kept);
  for (const char c : text.substr(kept)) {
    if (kept > 0)
      name += c;
    else
      name += c == ' ' || c == '_' ? '-' : g_ascii_tolower(c);
  }
  return name;
}

bool is_own_column(std::string_view name) {
  return name == "name" || name == "prompt" || name == "takes" || name == "from";
}

// What makes another clip, or says who makes it; nothing that a list from elsewhere should decide.
bool is_setting_column(std::string_view name) {
  const engine::Setting* const setting = engine::find_setting(name);
  return name == "image" ||
         (setting != nullptr && setting->is_in_uri && name != "images" && name != "result");
}

bool is_known(std::string_view name) {
  return is_own_column(name) || is_setting_column(name) ||
         (name.starts_with(further) && name.size() > further.size());
}

std::string known_columns() {
  std::vector<std::string> names = {"name", "prompt", "takes", "from"};
  for (const engine::Setting& setting : engine::settings_table())
    if (is_setting_column(setting.name)) names.emplace_back(setting.name);
  names.emplace_back("set:NAME");
  return join(names);
}

class Reader {
 public:
  Reader(std::string file, const ShotDefaults& defaults)
      : file_(std::move(file)), defaults_(defaults) {}

  ShotList read(std::string_view bytes) {
    const Result<std::string> text = decode_text(bytes);
    if (!text) {
      complain(file_, text.error().message);
    } else if (file_.ends_with(".json")) {
      read_json(*text);
    } else {
      read_table(*text);
    }
    check_names();
    check_chains();
    return std::move(list_);
  }

 private:
  void complain(const std::string& where, const std::string& what) {
    list_.problems.push_back(where + ": " + what);
  }

  [[nodiscard]] std::string where(TextPosition position) const {
    return format("%s:%u:%u", file_.c_str(), position.line, position.column);
  }

  void read_table(const std::string& text) {
    const Result<TextTable> table = parse_table(text);
    if (!table) return complain(file_, table.error().message);
    std::vector<std::string> columns;
    for (const TableCell& cell : table->header) {
      std::string name = column_name(cell.text);
      // A column without a name and without content is what spreadsheets leave behind.
      if (!name.empty() && !is_known(name))
        complain(where(cell.position),
                 "There is no column '" + cell.text + "'; there are " + known_columns() + ".");
      if (!name.empty() && std::find(columns.begin(), columns.end(), name) != columns.end())
        complain(where(cell.position), "The column '" + cell.text + "' is there twice.");
      columns.push_back(std::move(name));
    }
    if (std::find(columns.begin(), columns.end(), "prompt") == columns.end())
      complain(where(table->header.front().position), "There is no column 'prompt'.");
    if (!list_.problems.empty()) return;
    for (const std::vector<TableCell>& cells : table->rows) read_row(cells, columns);
  }

  void read_row(const std::vector<TableCell>& cells, const std::vector<std::string>& columns) {
    Row row{format("%s:%u", file_.c_str(), cells.front().position.line),
            where(cells.front().position),
            {}};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].text.empty()) continue;
      if (i >= columns.size())
        return complain(where(cells[i].position),
                        format("The row has more cells than the header has columns (%zu): a prompt "
                               "with a separator in it wants quotes.",
                               columns.size()));
      if (columns[i].empty())
        return complain(where(cells[i].position), "The column of this cell has no name.");
      row.fields.push_back({columns[i], cells[i].text, where(cells[i].position)});
    }
    add(row);
  }

  void read_json(const std::string& text) {
    json::ParseLimits limits;
    limits.max_bytes = largest_list;
    limits.max_tree_bytes = 8 * largest_list;
    const Result<json::Value> parsed = json::parse(text, limits);
    if (!parsed) return complain(file_, parsed.error().message);
    const json::Value* const member = parsed->find("shots");
    const json::Array* const shots = member != nullptr ? member->as_array() : parsed->as_array();
    if (shots == nullptr)
      return complain(file_,
                      "It is neither a list of shots nor an object with the member 'shots'.");
    for (std::size_t i = 0; i < shots->size(); ++i) read_object((*shots)[i], i + 1);
  }

  void read_object(const json::Value& shot, std::size_t number) {
    Row row{format("%s: shot %zu", file_.c_str(), number), "", {}};
    row.start = row.where;
    if (shot.as_object() == nullptr) return complain(row.where, "It is no object.");
    for (const json::Member& member : *shot.as_object()) {
      const std::string name = column_name(member.name);
      const std::string here = row.where + ", '" + member.name + "'";
      if (!is_known(name)) {
        complain(here, "There is no such member; there are " + known_columns() + ".");
        continue;
      }
      if (member.value.is_null()) continue;
      const json::Array* const several = member.value.as_array();
      if (several != nullptr && name == "image") {
        for (const json::Value& one : *several) row.fields.push_back({name, text_of(one), here});
        continue;
      }
      row.fields.push_back({name, text_of(member.value), here});
    }
    add(row);
  }

  static std::string text_of(const json::Value& value) {
    const std::string* const text = value.as_string();
    return text != nullptr ? *text : json::write(value);
  }

  void add(const Row& row) {
    ListedShot shot{{}, row.where, defaults_.settings, defaults_.takes, {}};
    bool has_images = false;
    for (const Field& field : row.fields) {
      if (field.column == "image" && !std::exchange(has_images, true)) shot.settings.images.clear();
      if (const Result<void> done = take(shot, field); !done)
        complain(field.where, done.error().message);
    }
    if (is_blank(shot.settings.prompt)) complain(row.start, "The shot has no prompt.");
    if (shot.name.empty()) shot.name = name_from_prompt(shot.settings.prompt);
    list_.shots.push_back(std::move(shot));
    name_places_.push_back(place_of(row, "name"));
    from_places_.push_back(place_of(row, "from"));
  }

  static std::string place_of(const Row& row, std::string_view column) {
    for (const Field& field : row.fields)
      if (field.column == column) return field.where;
    return row.start;
  }

  static Result<void> take(ListedShot& shot, const Field& field) {
    const std::string& text = field.text;
    const std::string subject = "The column '" + field.column + "'";
    if (field.column == "name") {
      shot.name = text;
    } else if (field.column == "from") {
      shot.from = text;
    } else if (field.column == "prompt") {
      shot.settings.prompt = text;
    } else if (field.column == "takes") {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), shot.takes);
      if (error != std::errc() || end != text.data() + text.size() || shot.takes < 1 ||
          shot.takes > most_takes)
        return fail(ErrorKind::settings,
                    format("The column 'takes' is '%s'; it takes a whole number "
                           "from 1 to %u.",
                           text.c_str(), most_takes));
    } else if (field.column == "image") {
      // Several of them in a cell are parted by line ends.
      for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (end > begin) shot.settings.images.push_back(text.substr(begin, end - begin));
        begin = end + 1;
      }
    } else if (field.column.starts_with(further)) {
      return engine::set_parameter(shot.settings, field.column.substr(further.size()), text,
                                   subject);
    } else {
      // Spreadsheets shout.
      const bool is_truth = g_ascii_strcasecmp(text.c_str(), "true") == 0 ||
                            g_ascii_strcasecmp(text.c_str(), "false") == 0;
      const OwnedString small(g_ascii_strdown(text.c_str(), -1));
      return engine::set_from_text(shot.settings, *engine::find_setting(field.column),
                                   is_truth ? small.get() : text, subject);
    }
    return {};
  }

  void check_names() {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < list_.shots.size(); ++i) {
      const std::string& name = list_.shots[i].name;
      const auto [other, is_new] = seen.emplace(file_key(name), i);
      if (!is_new)
        complain(name_places_[i], "The name '" + name + "' is '" + list_.shots[other->second].name +
                                      "' (" + name_places_[other->second] +
                                      ") to some file system: choose another.");
    }
  }

  void check_chains() {
    std::map<std::string, const ListedShot*> by_name;
    for (const ListedShot& shot : list_.shots) by_name.emplace(name_key(shot.name), &shot);
    const auto before = [&](const ListedShot& shot) -> const ListedShot* {
      const auto found = by_name.find(name_key(shot.from));
      return shot.from.empty() || found == by_name.end() ? nullptr : found->second;
    };
    for (std::size_t i = 0; i < list_.shots.size(); ++i) {
      const ListedShot& shot = list_.shots[i];
      if (shot.from.empty()) continue;
      if (before(shot) == nullptr) {
        complain(from_places_[i], "It begins with the end of '" + shot.from +
                                      "', and there is no shot of "
                                      "this name.");
        continue;
      }
      std::string way = shot.name;
      std::size_t steps = 0;
      for (const ListedShot* at = before(shot); at != nullptr && steps <= list_.shots.size();
           at = before(*at), ++steps) {
        way += " from " + at->name;
        if (at != &shot) continue;
        complain(from_places_[i], "It begins with its own end: " + way + ".");
        break;
      }
    }
  }

  std::string file_;
  const ShotDefaults& defaults_;
  ShotList list_;
  std::vector<std::string> name_places_;  // of each shot, for messages
  std::vector<std::string> from_places_;
};

}  // namespace

std::string name_key(std::string_view name) {
  const std::string safe = file_name_part(name);
  const OwnedString composed(g_utf8_normalize(safe.c_str(), -1, G_NORMALIZE_NFC));
  const OwnedString folded(g_utf8_casefold(composed ? composed.get() : safe.c_str(), -1));
  const OwnedString again(g_utf8_normalize(folded.get(), -1, G_NORMALIZE_NFC));
  return again ? again.get() : folded.get();
}

ShotList read_shot_list(std::string_view bytes, const std::string& file,
                        const ShotDefaults& defaults) {
  return Reader(file, defaults).read(bytes);
}

}  // namespace prompt::edit
