// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/stored_clips.h"

#include <utility>

#include "base/log.h"
#include "clip/verify.h"

namespace prompt::job {

Opened open_stored(const std::string& clips_folder, const std::vector<ledger::ResultRow>& results) {
  Opened opened;
  for (const ledger::ResultRow& result : results) {
    const std::string path = clips_folder + "/" + result.file;
    const clip::StoredClip stored{static_cast<std::uint64_t>(result.size.value_or(0)),
                                  result.sha256,
                                  clip::FileIdentity{result.file_inode, result.file_mtime_ns}};
    const Result<clip::Verified> verified = clip::verify(path, stored);
    if (!verified) log(LogLevel::warning, "%s", verified.error().message.c_str());
    if (!verified || verified->state != clip::StoredState::intact) {
      opened.damaged = path;
      return opened;
    }
    Result<std::shared_ptr<clip::ClipFile>> clip = clip::ClipFile::open_complete(path);
    if (!clip) {
      opened.damaged = path;
      return opened;
    }
    opened.clips.push_back(std::move(*clip));
  }
  if (opened.clips.empty()) opened.damaged = clips_folder;
  return opened;
}

void describe_finished(const clip::ClipFile& clip, ledger::ResultRow& row) {
  const clip::ClipFacts facts = clip.facts();
  row.file = facts.path.substr(facts.path.rfind('/') + 1);
  row.size = static_cast<std::int64_t>(facts.size.value_or(facts.received));
  row.sha256 = clip.sha256();
  row.etag = facts.validators.etag;
  row.last_modified = facts.validators.last_modified;
  if (const Result<clip::FileIdentity> identity = clip::identify(facts.path)) {
    row.file_inode = identity->inode;
    row.file_mtime_ns = identity->modified_ns;
  }
  row.complete = true;
}

}  // namespace prompt::job
