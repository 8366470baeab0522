// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A media file on disk that is only ever read: its bytes in pieces, and what kind it is by its
// first ones. The list of kinds is closed: a playlist that poses as a clip would make a demuxer
// fetch addresses of a stranger's choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace prompt::edit {

/// An unsigned number of `count` (at most 8) bytes. Bytes beyond the end are 0.
[[nodiscard]] std::uint64_t big_endian(std::string_view bytes, std::size_t offset,
                                       std::size_t count);
[[nodiscard]] std::uint64_t little_endian(std::string_view bytes, std::size_t offset,
                                          std::size_t count);

/// An open regular file. One thread.
class MediaFile {
 public:
  /// Errors: not_found; storage where it cannot be opened or is no regular file (a pipe could make
  /// the reader wait for ever).
  [[nodiscard]] static Result<MediaFile> open(const std::string& path);
  MediaFile(const MediaFile&) = delete;
  MediaFile& operator=(const MediaFile&) = delete;
  MediaFile(MediaFile&& other) noexcept;
  MediaFile& operator=(MediaFile&&) = delete;
  ~MediaFile();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The bytes from `offset` on; fewer than `count` at the end of the file or where it cannot be
  /// read.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t count) const;
  /// Its error, e.g. `file.broken("has no frames")`: "The file "x.mp4" has no frames."
  [[nodiscard]] Error broken(std::string_view what) const;

 private:
  MediaFile(std::string path, int fd, std::uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  std::string path_;
  int fd_;
  std::uint64_t size_;
};

/// What a file is, and which element takes it apart.
struct FileKind {
  std::string_view container;  ///< "MP4", "Matroska": as people call it.
  const char* element;         ///< nullptr: a still (still_facts.h) or MXF (mxf_facts.h).
  /// A buffer of the demuxer is a frame, and its flags tell of key frames: by the file's index.
  bool is_indexed = false;
  /// For what stands behind a tag, of which its reader says nothing before it runs.
  const char* parser = nullptr;
};

/// Nothing for what is in no list.
[[nodiscard]] std::optional<FileKind> kind_of(const MediaFile& file);

}  // namespace prompt::edit
