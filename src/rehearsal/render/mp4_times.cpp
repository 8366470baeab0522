// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/mp4_times.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace prompt::rehearsal {
namespace {

class Walker {
 public:
  Walker(const FileDescriptor& file, const std::string& path) : file_(file), path_(path) {}

  Result<void> walk(std::uint64_t from, std::uint64_t to) {
    while (from + 8 <= to) {
      std::array<unsigned char, 16> head{};
      if (::pread(file_.get(), head.data(), head.size(), static_cast<off_t>(from)) < 8)
        return fail(storage_error(path_, "read", errno));
      std::uint64_t size = number(head.data(), 4);
      std::uint64_t header = 8;
      if (size == 1) {
        size = number(head.data() + 8, 8);
        header = 16;
      }
      if (size == 0) size = to - from;
      if (size < header || size > to - from)
        return fail(ErrorKind::malformed, format("'%s' has a broken box.", path_.c_str()));
      const std::string_view type(reinterpret_cast<const char*>(head.data() + 4), 4);
      Result<void> done;
      if (type == "moov" || type == "trak" || type == "mdia")
        done = walk(from + header, from + size);
      else if (type == "mvhd" || type == "tkhd" || type == "mdhd")
        done = clear(from + header);
      if (!done) return done;
      from += size;
    }
    return {};
  }

 private:
  static std::uint64_t number(const unsigned char* bytes, int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8U | bytes[i];
    return value;
  }

  // Version 0 has two times of 4 bytes behind version and flags, version 1 two of 8.
  Result<void> clear(std::uint64_t body) {
    unsigned char version = 0;
    if (::pread(file_.get(), &version, 1, static_cast<off_t>(body)) != 1)
      return fail(storage_error(path_, "read", errno));
    const std::array<unsigned char, 16> zeros{};
    return write_at(file_, path_, zeros.data(), version == 1 ? 16 : 8,
                    static_cast<off_t>(body) + 4);
  }

  const FileDescriptor& file_;
  const std::string& path_;
};

}  // namespace

Result<void> clear_mp4_times(const std::string& path) {
  Result<FileDescriptor> file = open_file(path, O_RDWR);
  if (!file) return fail(file.error());
  const off_t size = ::lseek(file->get(), 0, SEEK_END);
  if (size < 0) return fail(storage_error(path, "read", errno));
  return Walker(*file, path).walk(0, static_cast<std::uint64_t>(size));
}

}  // namespace prompt::rehearsal
