// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/take_order.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/clip_facts.h"
#include "edit/delivered.h"
#include "edit/sidecar.h"
#include "edit/take_name.h"
#include "engine/library.h"
#include "tool/command.h"
#include "tool/show.h"

namespace prompt::tool {
namespace {

struct Delivered {
  json::Value facts;  ///< null: they cannot be read here.
  std::vector<std::string> differs;
  std::string trouble;
  std::string shown;  ///< "864x496, 24 fps, 5.04 s"
  bool is_chosen = false;
};

// A clip that cannot be read here (no decoder, a strange container) is a clip all the same.
Delivered look_at_clip(const engine::LibraryJob& job, const engine::LibraryFile& file) {
  Delivered delivered;
  const Result<edit::ClipFacts> facts = edit::read_clip_facts(file.path);
  if (!facts) {
    delivered.trouble = facts.error().message;
    return delivered;
  }
  delivered.facts = json::Value(edit::delivered_object(*facts));
  delivered.differs = edit::differences(job, *facts);
  delivered.shown = edit::summary_of(*facts);
  return delivered;
}

// Of one that is there, what its sidecar says: a long list is not read through again each time.
std::optional<Delivered> read_delivered(const TakeFolder& folder, const std::string& stem,
                                        const edit::TakeIdentity& whose) {
  const Result<json::Object> sidecar = edit::read_sidecar(folder.path + "/" + stem + ".json");
  if (!sidecar) return std::nullopt;
  const edit::TakeIdentity owner = edit::identity_of(*sidecar);
  if (owner.job_id != whose.job_id || owner.result != whose.result) return std::nullopt;
  Delivered delivered;
  if (const json::Value* const facts = sidecar->find("delivered")) delivered.facts = *facts;
  delivered.is_chosen = json::truth_of(sidecar->find("chosen"));
  const json::Value* const differs = sidecar->find("differs");
  if (differs != nullptr && differs->as_array() != nullptr)
    for (const json::Value& one : *differs->as_array())
      if (one.as_string() != nullptr) delivered.differs.push_back(*one.as_string());
  return delivered;
}

json::Object take_event(const WantedTake& take, const engine::LibraryJob& job,
                        const engine::LibraryFile& file, const edit::PlacedTake& placed,
                        const Delivered& delivered) {
  json::Object event;
  event.set("type", json::Value("take"));
  event.set("name", json::Value(take.name));
  event.set("take", json::Value(static_cast<std::int64_t>(take.settings.take)));
  event.set("result", json::Value(static_cast<std::int64_t>(file.result)));
  event.set("job-id", json::Value(job.id));
  event.set("path", json::Value(placed.path));
  event.set("sidecar", json::Value(placed.sidecar));
  event.set("was-there", json::Value(placed.was_there));
  event.set("changed-since", json::Value(placed.was_changed));
  event.set("bytes", json::Value(static_cast<std::int64_t>(file.bytes)));
  event.set("sha256", json::Value(file.sha256));
  event.set("delivered", delivered.facts);
  json::Array differs;
  for (const std::string& difference : delivered.differs) differs.emplace_back(difference);
  event.set("differs", json::Value(std::move(differs)));
  return event;
}

std::string remark_of(const Snapshot& job, const edit::PlacedTake& placed) {
  std::string remark;
  if (placed.was_there)
    remark = placed.was_changed ? "there already, changed since by somebody and left alone"
                                : "there already";
  else if (job.from_library)
    remark = "from the library";
  else if (job.is_stood_in_for)
    remark = "rehearsed";
  else
    remark = price_text(job.credits, job.unit);
  return remark;
}

}  // namespace

std::optional<edit::TakeIdentity> find_owner(const TakeFolder& folder, const WantedTake& take) {
  const std::string& name = take.name;
  const unsigned number = take.settings.take;
  if (auto owner = edit::find_take(folder.path, edit::take_stem(name, number))) return owner;
  return edit::find_take(folder.path, edit::take_stem(name, number, 0));
}

Result<void> check_folder(const std::string& folder) {
  std::string at = folder;
  while (!g_file_test(at.c_str(), G_FILE_TEST_EXISTS)) {
    const OwnedString above(g_path_get_dirname(at.c_str()));
    if (at == above.get()) break;
    at = above.get();
  }
  const bool is_folder = g_file_test(at.c_str(), G_FILE_TEST_IS_DIR) != FALSE;
  if (is_folder && access(at.c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorKind::settings, "Takes cannot be written to '" + folder + "': '" + at + "' is " +
                                       (is_folder ? "not writable." : "no folder."));
}

Result<void> check_names_are_free(const std::vector<WantedTake>& takes, const TakeFolder& folder) {
  for (const WantedTake& take : takes) {
    const auto owner = find_owner(folder, take);
    // A new clip is another one, although its request is the same.
    const bool is_new = take.settings.cache == engine::CachePolicy::refresh;
    if (!owner || (!is_new && !owner->job_id.empty() && owner->job_id == take.quote.job_id))
      continue;
    const std::string stem = edit::take_stem(take.name, take.settings.take);
    return fail(ErrorKind::settings,
                "The name '" + folder.path + "/" + stem +
                    "' belongs to another clip: choose another --name, --take or folder (-o).");
  }
  return {};
}

ExitCode deliver(const WantedTake& take, const TakeFolder& folder, const Snapshot& job,
                 bool is_json, Display& display) {
  Result<engine::Library> library = engine::Library::open(take.settings.library);
  Result<engine::LibraryJob> stored =
      library ? library->job(job.job_id) : Result<engine::LibraryJob>(fail(library.error()));
  if (!stored) {
    display.settle(STDERR_FILENO, stored.error().message);
    return ExitCode::failed;
  }
  // For `list --name`. The clip is delivered, whether or not the library can be written.
  if (stored->name != take.name) (void)library->rename(stored->id, take.name);
  Verdict verdict;
  for (const engine::LibraryFile& file : stored->files) {
    const unsigned number = take.settings.take;
    const std::string stem = stored->files.size() == 1
                                 ? edit::take_stem(take.name, number)
                                 : edit::take_stem(take.name, number, file.result);
    const edit::TakeIdentity whose{stored->id, file.result};
    const std::optional<Delivered> known = read_delivered(folder, stem, whose);
    const Delivered delivered = known ? *known : look_at_clip(*stored, file);
    json::Object sidecar =
        edit::make_sidecar(take.name, number, *stored, file, delivered.facts, delivered.differs);
    // One whose clip was lost comes again, and is what it was.
    sidecar.set("chosen", json::Value(delivered.is_chosen));
    const Result<edit::PlacedTake> placed =
        edit::place_take(folder.path, stem, file, sidecar, whose, folder.copy);
    if (!placed) {
      display.settle(STDERR_FILENO,
                     stem + ": " + placed.error().message + " The clip is in the library.");
      verdict.add(exit_code_of(placed.error(), true));
      continue;
    }
    verdict.add(ExitCode::ok);
    if (is_json) {
      print_json(take_event(take, *stored, file, *placed, delivered));
      continue;
    }
    std::string said = stem + ": " + delivered.shown;
    if (!delivered.shown.empty()) said += ", ";
    display.settle(STDERR_FILENO, said + remark_of(job, *placed));
    if (!delivered.differs.empty())
      display.settle(STDERR_FILENO,
                     "Warning: " + stem + ": " + join(delivered.differs, "; ") + ".");
    if (!delivered.trouble.empty())
      display.settle(STDERR_FILENO, "Warning: what came is not known: " + delivered.trouble);
    display.settle(STDOUT_FILENO, placed->path);
  }
  if (stored->files.empty()) {
    display.settle(STDERR_FILENO, take.name + ": the library has no whole file of job " +
                                      short_id(stored->id) + ".");
    verdict.add(ExitCode::failed);
  }
  return verdict.code();
}

}  // namespace prompt::tool
