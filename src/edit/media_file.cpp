// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/media_file.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.h"

namespace prompt::edit {

using namespace std::string_view_literals;

std::uint64_t big_endian(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = offset; i < offset + count; ++i)
    number = number << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  return number;
}

std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = offset + count; i > offset; --i)
    number = number << 8 | (i <= bytes.size() ? static_cast<unsigned char>(bytes[i - 1]) : 0U);
  return number;
}

Result<MediaFile> MediaFile::open(const std::string& path) {
  const std::string shown = "The file \"" + show_safely(path, {}, 300) + "\" ";
  // Not blocking: the open of a pipe would wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    const int number = errno;
    return fail(number == ENOENT || number == ENOTDIR ? ErrorKind::not_found : ErrorKind::storage,
                shown + "cannot be opened: " + g_strerror(number) + ".");
  }
  struct stat about = {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return fail(ErrorKind::storage, shown + "is no regular file.");
  }
  return MediaFile(path, fd, static_cast<std::uint64_t>(about.st_size));
}

MediaFile::MediaFile(MediaFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

MediaFile::~MediaFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string MediaFile::read(std::uint64_t offset, std::size_t count) const {
  if (offset >= size_) return {};
  if (count > size_ - offset) count = static_cast<std::size_t>(size_ - offset);
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(fd_, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Error MediaFile::broken(std::string_view what) const {
  Error error;
  error.kind = ErrorKind::wrong_media;
  error.message = "The file \"" + show_safely(path_, {}, 300) + "\" " + std::string(what) + ".";
  return error;
}

namespace {

// What begins with its first frame: ADTS, or MPEG audio (ISO/IEC 11172-3, 2.4.1.3).
std::optional<FileKind> bare_audio(std::string_view head) {
  if (head.substr(0, 4) == "fLaC"sv) return FileKind{"FLAC", "flacparse"};
  if (head.size() < 4 || big_endian(head, 0, 2) >> 5 != 0x7FF) return std::nullopt;
  const std::uint64_t layer = big_endian(head, 1, 1) >> 1 & 3;
  if (layer == 1) return FileKind{"MP3", "mpegaudioparse"};
  if (layer == 2) return FileKind{"MP2", "mpegaudioparse"};
  if (layer == 0 && big_endian(head, 0, 2) >> 4 == 0xFFF) return FileKind{"AAC", "aacparse"};
  return std::nullopt;
}

// Behind an ID3 tag, whose size has seven bits in each of four bytes.
std::optional<FileKind> tagged_audio(const MediaFile& file, std::string_view head) {
  std::uint64_t size = 10;
  for (std::size_t i = 6; i < 10; ++i) size += big_endian(head, i, 1) << (7 * (9 - i));
  if ((big_endian(head, 5, 1) & 0x10) != 0) size += 10;
  auto kind = bare_audio(file.read(size, 4));
  if (!kind) return std::nullopt;
  kind->parser = kind->element;
  kind->element = "id3demux";
  return kind;
}

}  // namespace

std::optional<FileKind> kind_of(const MediaFile& file) {
  const std::string memory = file.read(0, 4096);
  const std::string_view head = memory;
  const auto has = [head](std::size_t at, std::string_view text) {
    return at <= head.size() && head.substr(at, text.size()) == text;
  };
  if (has(4, "ftypqt  "sv)) return FileKind{"QuickTime", "qtdemux", true};
  if (has(4, "ftyp"sv)) return FileKind{"MP4", "qtdemux", true};
  for (const std::string_view type : {"moov"sv, "wide"sv, "mdat"sv, "pnot"sv})
    if (has(4, type)) return FileKind{"QuickTime", "qtdemux", true};
  if (has(0, "\x1A\x45\xDF\xA3"sv)) {
    // The type stands in the first element, which is short.
    const bool is_webm = head.substr(0, 64).find("webm") != std::string_view::npos;
    return FileKind{is_webm ? "WebM"sv : "Matroska"sv, "matroskademux", true};
  }
  if (has(0, "RIFF"sv) && has(8, "AVI "sv)) return FileKind{"AVI", "avidemux", true};
  if (has(0, "RIFF"sv) && has(8, "WAVE"sv)) return FileKind{"WAV", "wavparse"};
  if (has(0, "RIFF"sv) && has(8, "WEBP"sv)) return FileKind{"WebP", nullptr};
  if (has(0, "\x89PNG\r\n\x1A\n"sv)) return FileKind{"PNG", nullptr};
  if (has(0, "\xFF\xD8\xFF"sv)) return FileKind{"JPEG", nullptr};
  if (has(0, "\x06\x0E\x2B\x34\x02\x05\x01\x01"sv)) return FileKind{"MXF", nullptr};
  if (has(0, "OggS"sv)) return FileKind{"Ogg", "oggdemux"};
  if (has(0, "ID3"sv)) return tagged_audio(file, head);
  if (has(0, "G"sv) && has(188, "G"sv) && has(376, "G"sv)) return FileKind{"MPEG-TS", "tsdemux"};
  return bare_audio(head);
}

}  // namespace prompt::edit
