// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/take_folder.h"

#include <glib.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/shot_list.h"
#include "edit/sidecar.h"

namespace prompt::edit {
namespace {

constexpr std::string_view sidecar_ending = ".json";

unsigned number_in(const json::Object& facts, const char* name, unsigned usual) {
  const std::int64_t number = json::integer_of(facts.find(name)).value_or(-1);
  return number >= 0 && number <= G_MAXINT ? static_cast<unsigned>(number) : usual;
}

// "Shot_2" before "Shot_10".
std::string order_key(const std::string& name) {
  const OwnedString key(g_utf8_collate_key_for_filename(name.c_str(), -1));
  return key.get();
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  GError* error = nullptr;
  const std::unique_ptr<GDir, decltype(&g_dir_close)> files(g_dir_open(folder.c_str(), 0, &error),
                                                            g_dir_close);
  if (!files) {
    const bool is_missing = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) != FALSE;
    const std::string message =
        "The folder '" + folder + "' cannot be read: " + error->message + ".";
    g_error_free(error);
    return fail(is_missing ? ErrorKind::not_found : ErrorKind::storage, message);
  }
  std::vector<std::string> names;
  while (const char* const name = g_dir_read_name(files.get())) names.emplace_back(name);
  return names;
}

// The clip has its sidecar's name with another ending; ".xmp" and the like are beside it, too.
std::string clip_of(const std::vector<std::string>& names, const std::string& stem) {
  for (const std::string& name : names) {
    const bool is_beside =
        name.starts_with(stem + ".") && name.find('.', stem.size() + 1) == std::string::npos;
    if (is_beside && !name.ends_with(sidecar_ending) && !name.ends_with(".xmp")) return name;
  }
  return {};
}

}  // namespace

TakePrice price_of(const FoundTake& take) {
  const std::string unit = json::text_of(take.facts.find("unit"));
  return {json::truth_of(take.facts.find("rehearsed")), json::number_of(take.facts.find("credits")),
          unit.empty() ? "credits" : unit};
}

const FoundTake& FoundShot::chosen() const {
  const auto found = std::find_if(takes.begin(), takes.end(),
                                  [](const FoundTake& take) { return take.is_chosen; });
  return found != takes.end() ? *found : takes.back();
}

Result<std::vector<FoundShot>> read_take_folder(const std::string& folder) {
  const OwnedString absolute(g_canonicalize_filename(folder.c_str(), nullptr));
  const std::string base = absolute.get();
  const Result<std::vector<std::string>> names = names_in(base);
  if (!names) return fail(names.error());
  std::map<std::string, FoundShot> by_name;
  for (const std::string& name : *names) {
    if (!name.ends_with(sidecar_ending) || name.starts_with('.')) continue;
    const std::string path = base + "/" + name;
    Result<json::Object> facts = read_sidecar(path);
    if (!facts) continue;
    FoundTake take;
    take.name = json::text_of(facts->find("name"));
    take.take = number_in(*facts, "take", 1);
    take.result = number_in(*facts, "result", 0);
    const std::string stem = name.substr(0, name.size() - sidecar_ending.size());
    if (const std::string clip = clip_of(*names, stem); !clip.empty())
      take.path = base + "/" + clip;
    take.sidecar = path;
    take.prompt = json::text_of(facts->find("prompt"));
    take.job_id = json::text_of(facts->find("job-id"));
    take.is_chosen = json::truth_of(facts->find("chosen"));
    take.facts = std::move(*facts);
    FoundShot& shot = by_name[name_key(take.name)];
    shot.name = take.name;
    shot.takes.push_back(std::move(take));
  }
  std::vector<FoundShot> shots;
  for (auto& [key, shot] : by_name) {
    std::sort(shot.takes.begin(), shot.takes.end(), [](const FoundTake& a, const FoundTake& b) {
      return std::pair(a.take, a.result) < std::pair(b.take, b.result);
    });
    shots.push_back(std::move(shot));
  }
  std::stable_sort(shots.begin(), shots.end(), [](const FoundShot& a, const FoundShot& b) {
    return order_key(a.name) < order_key(b.name);
  });
  return shots;
}

Result<std::vector<FoundShot>> pick_shots(std::vector<FoundShot> shots,
                                          const std::vector<std::string>& names) {
  if (names.empty()) return shots;
  std::vector<FoundShot> picked;
  for (const std::string& name : names) {
    const auto found = std::find_if(shots.begin(), shots.end(), [&](const FoundShot& shot) {
      return name_key(shot.name) == name_key(name);
    });
    if (found == shots.end()) {
      std::vector<std::string> known;
      for (const FoundShot& shot : shots) known.push_back(shot.name);
      return fail(ErrorKind::not_found,
                  "There is no shot '" + name + "' in this folder; " +
                      (known.empty() ? "there is none." : "there are " + join(known) + "."));
    }
    picked.push_back(*found);
  }
  return picked;
}

Result<void> choose_take(const FoundShot& shot, unsigned take) {
  const bool has_it = std::any_of(shot.takes.begin(), shot.takes.end(),
                                  [take](const FoundTake& one) { return one.take == take; });
  if (!has_it) {
    std::vector<std::string> numbers;
    for (const FoundTake& one : shot.takes) numbers.push_back(format("%u", one.take));
    return fail(ErrorKind::not_found, format("'%s' has no take %u; it has %s.", shot.name.c_str(),
                                             take, join(numbers).c_str()));
  }
  for (const FoundTake& one : shot.takes) {
    const bool is_chosen = one.take == take;
    if (is_chosen == one.is_chosen) continue;
    json::Object facts = one.facts;
    facts.set("chosen", json::Value(is_chosen));
    if (Result<void> done = replace_sidecar(one.sidecar, facts); !done) return done;
  }
  return {};
}

}  // namespace prompt::edit
