// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "clip/sha256.h"

#include <algorithm>
#include <vector>

namespace prompt::clip {

Sha256::Sha256() : checksum_(g_checksum_new(G_CHECKSUM_SHA256)) {}

void Sha256::add(Bytes bytes) {
  g_checksum_update(checksum_.get(), reinterpret_cast<const guchar*>(bytes.data()),
                    static_cast<gssize>(bytes.size()));
}

bool Sha256::add_file(const ByteSource& file, std::uint64_t offset, std::uint64_t end,
                      const std::function<bool()>& stop) {
  std::vector<std::byte> chunk(1024 * 1024);
  while (offset < end) {
    if (stop && stop()) return false;
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), end - offset));
    if (file.read(offset, std::span(chunk).first(wanted)) != wanted) return false;
    add(Bytes(chunk).first(wanted));
    offset += wanted;
  }
  return true;
}

std::string Sha256::hex() { return g_checksum_get_string(checksum_.get()); }

}  // namespace prompt::clip
