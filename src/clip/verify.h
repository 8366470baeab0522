// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Whether a finished clip on disk is still what was stored. Disks lose bits and people move files;
// a clip that was paid for is played from the cache only if it is the same.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"

namespace prompt::clip {

/// By which a file is recognised without reading it. It changes with every write by ordinary means;
/// a disk's own faults do not change it.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;  ///< Nanoseconds since 1970.
  [[nodiscard]] bool operator==(const FileIdentity&) const = default;
};

/// What was recorded when the clip was finished.
struct StoredClip {
  std::uint64_t size = 0;
  std::string sha256;  ///< As ClipFile::sha256(); empty: only the size is compared.
  std::optional<FileIdentity> identity;  ///< Nothing: as if it had changed.
};

enum class StoredState { intact, missing, damaged };

struct Verified {
  StoredState state = StoredState::missing;
  /// Of the file as it is now, to be recorded if it is intact, so that the next look is quick.
  FileIdentity identity;
};

/// Files up to this size are hashed each time, which takes about 20 ms.
inline constexpr std::uint64_t always_hashed_bytes = 4 * 1024 * 1024;

/// Compares the size, and the hash when the identity differs or the file is not larger than
/// `always_hash`. Reads the file in those cases (about 5 ms a MiB), so not on the loop thread where
/// it may be large. `stop` is asked every MiB. Errors: storage (it is there and cannot be read),
/// interrupted (by `stop`).
[[nodiscard]] Result<Verified> verify(const std::string& path, const StoredClip& stored,
                                      std::uint64_t always_hash = always_hashed_bytes,
                                      const std::function<bool()>& stop = {});

/// The identity of a file, to be recorded with it. Errors: not_found, storage.
[[nodiscard]] Result<FileIdentity> identify(const std::string& path);

}  // namespace prompt::clip
