// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/catalogue.h"

#include <gio/gio.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "prompt-provider-resources.h"  // made by meson
#include "provider/loader.h"

namespace prompt::provider {
namespace {

constexpr const char* shipped_folder = "/gst-prompt/descriptions/";
constexpr std::size_t largest_file = 256 * 1024;
constexpr std::size_t most_files = 256;
constexpr std::string_view file_ending = ".json";

struct StringsFree {
  void operator()(char** strings) const { g_strfreev(strings); }
};
using OwnedStrings = std::unique_ptr<char*, StringsFree>;

bool is_description_file(std::string_view name) {
  return name.size() > file_ending.size() && name.front() != '.' &&
         name.substr(name.size() - file_ending.size()) == file_ending;
}

std::string id_of_file(const std::string& file) {
  const OwnedString base(g_path_get_basename(file.c_str()));
  std::string id = base.get();
  if (is_description_file(id)) id.resize(id.size() - file_ending.size());
  return id;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> out;
  GDir* const dir = g_dir_open(folder.c_str(), 0, nullptr);
  if (dir == nullptr) return out;
  while (const char* const name = g_dir_read_name(dir)) {
    if (!is_description_file(name) || out.size() == most_files) continue;
    const OwnedString path(g_build_filename(folder.c_str(), name, nullptr));
    out.emplace_back(path.get());
  }
  g_dir_close(dir);
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::shared_ptr<const Description>> load_user_file(const std::string& file,
                                                          const std::string& id,
                                                          const Reserved& reserved) {
  const Result<std::string> text = read_file(file, largest_file);
  if (!text) return fail(text.error());
  Result<std::shared_ptr<const Description>> out = load_description(*text, file, reserved);
  if (out && (*out)->id != id)
    return fail(
        ErrorKind::settings,
        format("The provider description %s is wrong at /id: expected \"%s\", the file's own "
               "name, got \"%s\".",
               show_safely(file, {}, 300).c_str(), show_safely(id, {}, 80).c_str(),
               (*out)->id.c_str()));
  return out;
}

const Catalogue& the_catalogue() {
  // Never destroyed: threads may outlive main().
  static const Catalogue& catalogue = *new Catalogue(Catalogue::load());
  return catalogue;
}

constexpr std::size_t longest_compared = 64;

// Letters to put in, take out or replace (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > longest_compared) return longest_compared;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

Catalogue Catalogue::load() {
  std::vector<std::string> places;
  if (const char* const path = g_getenv("GST_PROMPT_PROVIDER_PATH")) {
    const OwnedStrings parts(g_strsplit(path, G_SEARCHPATH_SEPARATOR_S, -1));
    for (char** part = parts.get(); *part != nullptr; ++part)
      if (**part != '\0') places.emplace_back(*part);
  }
  const OwnedString config(
      g_build_filename(g_get_user_config_dir(), "gst-prompt", "providers", nullptr));
  places.emplace_back(config.get());
  return load(places);
}

Catalogue Catalogue::load(const std::vector<std::string>& places) {
  Catalogue out;
  out.load_shipped();
  for (const std::string& place : places) out.load_place(place);
  return out;
}

void Catalogue::load_shipped() {
  // Not by the global registry: that needs a constructor, which a static library's linker drops.
  GResource* const resource = prompt_provider_get_resource();
  const OwnedStrings names(g_resource_enumerate_children(resource, shipped_folder,
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
  for (char** name = names.get(); name != nullptr && *name != nullptr; ++name) {
    const std::string path = std::string(shipped_folder) + *name;
    const auto bytes = Ref<GBytes>::adopt(
        g_resource_lookup_data(resource, path.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
    if (!bytes) continue;
    gsize size = 0;
    const auto* const text = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
    Entry entry;
    entry.id = id_of_file(*name);
    Result<std::shared_ptr<const Description>> loaded =
        load_description(std::string_view(text, size), *name);
    if (loaded)
      entry.description = std::move(*loaded);
    else
      entry.error = loaded.error();
    entries_.push_back(std::move(entry));
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
}

void Catalogue::load_place(const std::string& place) {
  if (g_file_test(place.c_str(), G_FILE_TEST_IS_DIR)) {
    for (const std::string& file : files_in(place)) load_file(file);
  } else if (g_file_test(place.c_str(), G_FILE_TEST_EXISTS)) {
    load_file(place);
  }
}

void Catalogue::load_file(const std::string& file) {
  Reserved reserved;
  for (const Entry& entry : entries_) {
    if (!entry.file.empty() || !entry.description) continue;
    reserved.ids.push_back(entry.id);
    for (const std::string& name : entry.description->auth.env) reserved.variables.push_back(name);
  }
  Entry entry;
  entry.id = id_of_file(file);
  entry.file = file;
  const bool is_taken = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
    return other.id == entry.id && !other.file.empty();
  });
  Result<std::shared_ptr<const Description>> loaded = load_user_file(file, entry.id, reserved);
  if (!loaded)
    entry.error = loaded.error();
  else if (is_taken)
    entry.error = Error{ErrorKind::settings,
                        format("The provider description %s is not used: another file of that name "
                               "came first.",
                               show_safely(file, {}, 300).c_str())};
  else
    entry.description = std::move(*loaded);
  entries_.push_back(std::move(entry));
}

Result<std::shared_ptr<const Description>> Catalogue::find(std::string_view id) const {
  for (const Entry& entry : entries_)
    if (entry.id == id && entry.description) return entry.description;
  for (const Entry& entry : entries_)
    if (entry.id == id) return fail(*entry.error);
  std::vector<std::string> known = ids();
  known.emplace_back(rehearsal_id);
  const std::string meant = nearest(id);
  return fail(ErrorKind::settings,
              format("The provider \"%s\" does not exist%s%s: set one of %s.",
                     show_safely(id, {}, 80).c_str(), meant.empty() ? "" : "; did you mean ",
                     meant.c_str(), join(known).c_str()));
}

std::string Catalogue::nearest(std::string_view text) const {
  std::vector<std::string> known = ids();
  known.emplace_back(rehearsal_id);
  std::string best;
  std::size_t best_distance = std::min<std::size_t>(text.size() / 2, 3) + 1;
  for (const std::string& id : known) {
    const std::size_t distance = edit_distance(text, id);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = id;
  }
  return best;
}

std::vector<std::string> Catalogue::ids() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_)
    if (entry.description) out.push_back(entry.id);
  return out;
}

Result<std::shared_ptr<const Description>> find_description(std::string_view id) {
  return the_catalogue().find(id);
}

std::vector<std::string> catalogue_ids() { return the_catalogue().ids(); }

}  // namespace prompt::provider
