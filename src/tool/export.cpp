// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt export: takes in codings that editors like, and their last frames.
#include <glib.h>
#include <unistd.h>

#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "edit/delivered.h"
#include "edit/export.h"
#include "edit/last_frame.h"
#include "edit/ordinary_file.h"
#include "edit/sidecar.h"
#include "edit/take_folder.h"
#include "tool/command.h"
#include "tool/found.h"
#include "tool/show.h"
#include "tool/terminal.h"

namespace prompt::tool {
namespace {

constexpr const char* formats = "prores|dnxhr|ffv1|mjpeg|proxy";

struct Job {
  edit::ExportFormat format = edit::ExportFormat::prores;
  edit::ExportOptions options;
  std::string folder;
  bool is_json = false;
};

std::string stem_of(const edit::FoundTake& take) {
  const OwnedString name(g_path_get_basename(take.sidecar.c_str()));
  const std::string text = name.get();
  return text.substr(0, text.rfind('.'));
}

edit::Progress progress_line(const std::string& stem) {
  return [stem](double part) {
    draw_line(stem + format(": %d %%", static_cast<int>(part * 100)));
    return true;
  };
}

// A take of its own to whoever reads the folder, so that a timeline of exports is one of takes.
json::Object sidecar_of(const edit::FoundTake& take, const edit::Exported& exported,
                        edit::ExportFormat format) {
  json::Object sidecar = take.facts;
  sidecar.set("delivered", json::Value(edit::delivered_object(exported.facts)));
  json::Object how;
  how.set("as", json::Value(edit::to_string(format)));
  how.set("of", json::Value(take.path));
  how.set("colour-assumed", exported.is_colour_assumed ? json::Value("bt709") : json::Value());
  how.set("letterboxed", json::Value(exported.is_letterboxed));
  how.set("c2pa-lost", json::Value(exported.has_lost_c2pa));
  sidecar.set("export", json::Value(std::move(how)));
  sidecar.set("chosen", json::Value(take.is_chosen));
  return sidecar;
}

void tell(const edit::FoundTake& take, const std::string& path,
          const std::vector<std::string>& warnings, bool was_there, bool is_json) {
  if (is_json) {
    json::Object event;
    event.set("type", json::Value("export"));
    event.set("name", json::Value(take.name));
    event.set("take", json::Value(static_cast<std::int64_t>(take.take)));
    event.set("path", json::Value(path));
    event.set("was-there", json::Value(was_there));
    json::Array all;
    for (const std::string& warning : warnings) all.emplace_back(warning);
    event.set("warnings", json::Value(std::move(all)));
    return print_json(std::move(event));
  }
  for (const std::string& warning : warnings) say("Warning: " + stem_of(take) + ": " + warning);
  if (was_there) say(stem_of(take) + ": there already");
  print(path);
}

Result<void> export_one(const edit::FoundTake& take, const Job& job) {
  const std::string stem = stem_of(take);
  const std::string path = job.folder + "/" + stem + edit::export_extension(job.format);
  const auto owner = edit::find_take(job.folder, stem);
  const bool is_ours = owner && owner->job_id == take.job_id && owner->result == take.result;
  if (is_ours && g_file_test(path.c_str(), G_FILE_TEST_EXISTS) != FALSE) {
    tell(take, path, {}, true, job.is_json);
    return {};
  }
  if (owner && !is_ours)
    return fail(ErrorKind::settings, "The name '" + job.folder + "/" + stem +
                                         "' belongs to another clip: choose another folder (-o).");
  const Result<edit::ClipFacts> facts = edit::read_clip_facts(take.path);
  if (!facts) return fail(facts.error());
  edit::ExportOptions options = job.options;
  options.progress = progress_line(stem);
  const Result<edit::Exported> exported =
      edit::export_take(take.path, *facts, path, job.format, options);
  draw_line({});
  if (!exported) return fail(exported.error());
  const std::string sidecar = job.folder + "/" + stem + ".json";
  Result<void> done = edit::replace_sidecar(sidecar, sidecar_of(take, *exported, job.format));
  if (!done) return done;
  tell(take, path, exported->warnings, false, job.is_json);
  return {};
}

Result<void> write_frame(const edit::FoundTake& take, const Job& job) {
  const std::string stem = stem_of(take);
  const std::string path = job.folder + "/" + stem + "_last.png";
  const Result<edit::ClipFacts> facts = edit::read_clip_facts(take.path);
  if (!facts) return fail(facts.error());
  const Result<edit::FramePicture> picture =
      edit::write_last_frame(take.path, *facts, path, edit::LastFrame::exact, progress_line(stem));
  draw_line({});
  if (!picture) return fail(picture.error());
  tell(take, path, {}, false, job.is_json);
  return {};
}

std::vector<const edit::FoundTake*> takes_of(const std::vector<edit::FoundShot>& shots, bool all) {
  std::vector<const edit::FoundTake*> takes;
  for (const edit::FoundShot& shot : shots) {
    if (!all) takes.push_back(&shot.chosen());
    for (const edit::FoundTake& take : shot.takes)
      if (all) takes.push_back(&take);
  }
  return takes;
}

}  // namespace

Options export_options() {
  return {
      {"as", 0, formats,
       "prores and mjpeg (.mov), dnxhr (.mxf, 1920x1080 or 1280x720), ffv1 (.mkv, without loss), "
       "proxy (.mov, 640 wide)"},
      {"last-frame", 0, "", "The last frame as a PNG instead"},
      {"output", 'o', "DIR", "Where to (else a folder of the format's name beside the takes)"},
      folder_option(),
      {"all", 'a', "", "All takes, and not the chosen ones only"},
      {"start", 0, "TIMECODE", "Of the first frame in .mov (else the take's own, or 00:00:00:00)"},
      {"json", 0, "", "Events on stdout, one JSON object a line"}};
}

ExitCode export_takes(const Line& line) {
  const Command& self = *find_command("export");
  const bool is_frame = line.has("last-frame");
  const auto format_of = edit::export_format_from_string(line.text("as"));
  if (is_frame == line.has("as") || (!is_frame && !format_of))
    return say_usage(self,
                     Error{ErrorKind::settings,
                           "It takes --as prores, dnxhr, ffv1, mjpeg or proxy, or --last-frame."});
  const Result<std::vector<edit::FoundShot>> shots = find_shots(line, line.words);
  if (!shots) return say_error(shots.error());
  Job job{format_of.value_or(edit::ExportFormat::prores),
          {line.text("start"), nullptr},
          {},
          line.has("json")};
  job.folder = line.has("output") ? line.text("output")
                                  : folder_of_takes(line) + "/" +
                                        (is_frame ? "frames" : edit::to_string(job.format));
  if (g_mkdir_with_parents(job.folder.c_str(), 0777) != 0)
    return say_error(storage_error(job.folder, "make", errno));
  Verdict verdict;
  for (const edit::FoundTake* const take : takes_of(*shots, line.has("all"))) {
    const Result<void> done =
        take->path.empty()
            ? fail(ErrorKind::not_found, "The clip of '" + take->sidecar + "' is not beside it.")
            : (is_frame ? write_frame(*take, job) : export_one(*take, job));
    if (!done) say(stem_of(*take) + ": " + done.error().message);
    verdict.add(done ? ExitCode::ok : exit_code_of(done.error(), false));
  }
  return verdict.code();
}

}  // namespace prompt::tool
