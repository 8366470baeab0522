// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/stored_clips.h"

#include <glib/gstdio.h>

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "clip/verify.h"

namespace prompt::job {
namespace {

using clip::ClipFile;
using ledger::ResultRow;

std::optional<std::uint64_t> size_of(const ResultRow& row) {
  if (!row.size || *row.size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*row.size);
}

// The file that the row describes; nullptr where it is missing or another one.
std::shared_ptr<ClipFile> open_recorded(const std::string& folder, const std::string& job,
                                        const ResultRow& row) {
  const std::string path = folder + "/" + row.file;
  const clip::StoredClip stored{size_of(row).value_or(0), row.sha256,
                                clip::FileIdentity{row.file_inode, row.file_mtime_ns}};
  const Result<clip::Verified> verified = clip::verify(path, stored);
  if (!verified)
    log({LogCategory::clip, LogLevel::warning, job}, "%s", verified.error().message.c_str());
  if (!verified || verified->state != clip::StoredState::intact) return nullptr;
  return ClipFile::open_complete(path).value_or(nullptr);
}

// A file that was renamed, and the process ended before the ledger knew. Only what was proved whole
// is ever renamed, but that may be long ago, so it is proved again.
std::shared_ptr<ClipFile> open_renamed(const std::string& folder, const std::string& name,
                                       const ResultRow& row) {
  for (const clip::KindFacts& kind : clip::all_kinds()) {
    const std::string path = folder + "/" + name + "." + kind.extension;
    if (g_file_test(path.c_str(), G_FILE_TEST_EXISTS) == FALSE) continue;
    Result<std::shared_ptr<ClipFile>> clip = ClipFile::open_renamed(path, size_of(row));
    if (clip) return std::move(*clip);
    log({LogCategory::clip, LogLevel::info, name}, "'%s' is not taken: %s", path.c_str(),
        clip.error().message.c_str());
  }
  return nullptr;
}

// A download of which all bytes came, and the process ended before it was renamed.
std::shared_ptr<ClipFile> finish_part(const std::string& folder, const std::string& name,
                                      const ResultRow& row, const clip::Keeper& keeper) {
  Result<std::shared_ptr<ClipFile>> clip =
      ClipFile::reopen(folder, name, clip::Validators{row.etag, row.last_modified}, size_of(row));
  if (!clip) return nullptr;
  if (const Result<void> finished = (*clip)->finish(keeper); !finished) {
    log({LogCategory::clip, LogLevel::info, name}, "'%s.part' is not taken: %s", name.c_str(),
        finished.error().message.c_str());
    return nullptr;
  }
  return std::move(*clip);
}

std::shared_ptr<ClipFile> adopt_file(const std::shared_ptr<ledger::Ledger>& ledger,
                                     const ledger::JobRow& job, ResultRow& row, Adopt adopt) {
  const std::string folder = ledger->clips_folder();
  const std::string name = clip_name(job.id, row.position);
  const clip::Keeper keeper = make_keeper(ledger, job.row, row);
  if (!row.file.empty() && !row.sha256.empty()) {
    if (std::shared_ptr<ClipFile> clip = open_recorded(folder, job.id, row)) {
      row.complete = true;
      if (adopt == Adopt::only) return clip;
      if (const Result<void> told = ledger->complete_result(job.row, row); !told)
        log({LogCategory::clip, LogLevel::warning, job.id}, "%s", told.error().message.c_str());
      return clip;
    }
  }
  std::shared_ptr<ClipFile> clip = open_renamed(folder, name, row);
  if (adopt == Adopt::only) {
    if (clip != nullptr) clip->set_kept();
    return clip;
  }
  if (clip != nullptr) {
    if (const Result<void> told = keeper.on_renamed(*clip->finished()); !told)
      log({LogCategory::clip, LogLevel::warning, job.id}, "%s", told.error().message.c_str());
    // A later attempt may have begun to fetch it once more.
    (void)::g_unlink((folder + "/" + name + ".part").c_str());
  } else {
    clip = finish_part(folder, name, row, keeper);
  }
  if (clip == nullptr) return nullptr;
  describe(*clip->finished(), row);
  // Whether or not the ledger could be told: it is found here again.
  clip->set_kept();
  return clip;
}

}  // namespace

std::string clip_name(const std::string& job_id, int position) {
  return position == 0 ? job_id : format("%s-%d", job_id.c_str(), position);
}

clip::Keeper make_keeper(std::shared_ptr<ledger::Ledger> ledger, std::int64_t job_row,
                         ResultRow result) {
  clip::Keeper keeper;
  keeper.on_proved = [ledger, job_row, result](const clip::Finished& finished) {
    ResultRow row = result;
    describe(finished, row);
    row.complete = false;
    return ledger->put_result(job_row, row);
  };
  keeper.on_renamed = [ledger, job_row, result](const clip::Finished& finished) {
    ResultRow row = result;
    describe(finished, row);
    return ledger->complete_result(job_row, row);
  };
  return keeper;
}

void describe(const clip::Finished& finished, ResultRow& row) {
  row.file = finished.file;
  row.size = static_cast<std::int64_t>(finished.size);
  row.sha256 = finished.sha256;
  row.etag = finished.validators.etag;
  row.last_modified = finished.validators.last_modified;
  row.file_inode = finished.identity.inode;
  row.file_mtime_ns = finished.identity.modified_ns;
  row.complete = true;
}

Stored find_stored(const std::shared_ptr<ledger::Ledger>& ledger, const ledger::JobRow& job,
                   std::vector<ResultRow> rows, Adopt adopt) {
  Stored stored;
  for (ResultRow& row : rows) {
    std::shared_ptr<ClipFile> clip;
    std::string damaged;
    if (row.complete) {
      clip = open_recorded(ledger->clips_folder(), job.id, row);
      if (clip == nullptr) damaged = ledger->clips_folder() + "/" + row.file;
    } else if (adopt != Adopt::no) {
      clip = adopt_file(ledger, job, row, adopt);
      if (clip != nullptr)
        log({LogCategory::clip, LogLevel::info, job.id}, "'%s' was here already", row.file.c_str());
    }
    row.complete = clip != nullptr;
    stored.rows.push_back(std::move(row));
    stored.clips.push_back(std::move(clip));
    stored.damaged.push_back(std::move(damaged));
  }
  return stored;
}

}  // namespace prompt::job
