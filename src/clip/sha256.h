// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// SHA-256 over bytes that come in pieces.
#pragma once

#include <glib.h>

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "clip/bytes.h"

namespace prompt::clip {

class Sha256 {
 public:
  Sha256();
  void add(Bytes bytes);
  /// Adds the bytes of `file` from `offset` to `end`; false where they cannot be read, or `stop`
  /// (asked every MiB, may be empty) said so.
  [[nodiscard]] bool add_file(const ByteSource& file, std::uint64_t offset, std::uint64_t end,
                              const std::function<bool()>& stop = {});
  /// 64 lower-case hexadecimal digits; nothing can be added afterwards.
  [[nodiscard]] std::string hex();

 private:
  struct Free {
    void operator()(GChecksum* checksum) const { g_checksum_free(checksum); }
  };
  std::unique_ptr<GChecksum, Free> checksum_;
};

}  // namespace prompt::clip
