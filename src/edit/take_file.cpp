// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/take_file.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/file.h"
#include "edit/ordinary_file.h"
#include "edit/sidecar.h"

namespace prompt::edit {
namespace {

constexpr std::size_t copied_at_once = 1UL << 20;

std::string extension_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
  return path.substr(dot);
}

Result<void> copy_bytes(const FileDescriptor& from, const std::string& from_path,
                        const FileDescriptor& to, const std::string& to_path) {
  // A reflink shares the blocks until one of the two is written.
  if (ioctl(to.get(), FICLONE, from.get()) == 0) return {};
  off_t offset = 0;
  for (;;) {
    const ssize_t copied =
        copy_file_range(from.get(), nullptr, to.get(), nullptr, copied_at_once * 64, 0);
    if (copied == 0) return {};
    if (copied < 0) break;
    offset += copied;
  }
  if (errno == ENOSPC || errno == EDQUOT) return fail(storage_error(to_path, "write", errno));
  // File systems that cannot do this between each other.
  std::vector<char> buffer(copied_at_once);
  for (;;) {
    const ssize_t got = pread(from.get(), buffer.data(), buffer.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(storage_error(from_path, "read", errno));
    if (got == 0) return {};
    Result<void> written =
        write_at(to, to_path, buffer.data(), static_cast<std::size_t>(got), offset);
    if (!written) return written;
    offset += got;
  }
}

Result<void> write_copy(const std::string& from_path, const std::string& to_path) {
  const Result<FileDescriptor> from = open_file(from_path, O_RDONLY);
  if (!from) return fail(from.error());
  Result<FileDescriptor> to = create_ordinary_file(to_path);
  if (!to) return fail(to.error());
  if (Result<void> copied = copy_bytes(*from, from_path, *to, to_path); !copied) return copied;
  struct stat original {};
  if (fstat(from->get(), &original) == 0) {
    const timespec times[] = {original.st_mtim, original.st_mtim};
    if (futimens(to->get(), times) != 0) return fail(storage_error(to_path, "write", errno));
  }
  return sync_file(*to, to_path);
}

Result<void> link_read_only(const std::string& from_path, const std::string& to_path) {
  if (link(from_path.c_str(), to_path.c_str()) != 0)
    return fail(storage_error(to_path, "link", errno));
  if (chmod(from_path.c_str(), 0444) != 0) return fail(storage_error(to_path, "change", errno));
  return {};
}

bool has_same_content(const std::string& path, const engine::LibraryFile& file) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  if (static_cast<std::uint64_t>(facts.st_size) != file.bytes) return false;
  const std::optional<std::string> sum = sha256_of_file(path);
  return sum && *sum == file.sha256;
}

}  // namespace

std::optional<TakeIdentity> find_take(const std::string& folder, const std::string& stem) {
  const std::string sidecar = folder + "/" + stem + ".json";
  if (g_file_test(sidecar.c_str(), G_FILE_TEST_EXISTS)) {
    const Result<json::Object> facts = read_sidecar(sidecar);
    return facts ? identity_of(*facts) : TakeIdentity{};
  }
  GDir* const files = g_dir_open(folder.c_str(), 0, nullptr);
  if (files == nullptr) return std::nullopt;
  bool is_taken = false;
  while (const char* const name = g_dir_read_name(files))
    is_taken = is_taken || std::string_view(name).starts_with(stem + ".");
  g_dir_close(files);
  return is_taken ? std::optional(TakeIdentity{}) : std::nullopt;
}

Result<PlacedTake> place_take(const std::string& folder, const std::string& stem,
                              const engine::LibraryFile& file, const json::Object& sidecar,
                              const TakeIdentity& whose, TakeCopy how) {
  PlacedTake placed;
  placed.path = folder + "/" + stem + extension_of(file.path);
  placed.sidecar = folder + "/" + stem + ".json";
  if (g_mkdir_with_parents(folder.c_str(), 0777) != 0)
    return fail(storage_error(folder, "make", errno));
  const std::optional<TakeIdentity> there = find_take(folder, stem);
  const bool is_ours = there && there->job_id == whose.job_id && there->result == whose.result;
  if (there && !is_ours)
    return fail(ErrorKind::settings, "The name '" + folder + "/" + stem +
                                         "' belongs to another clip: choose another name, take or "
                                         "folder.");
  if (is_ours && g_file_test(placed.path.c_str(), G_FILE_TEST_EXISTS)) {
    placed.was_there = true;
    placed.was_changed = !has_same_content(placed.path, file);
    return placed;
  }
  Temporary clip(folder);
  Temporary facts(folder);
  if (Result<void> written = write_sidecar(facts.path(), sidecar); !written)
    return fail(written.error());
  Result<void> written = how == TakeCopy::hard_link ? link_read_only(file.path, clip.path())
                                                    : write_copy(file.path, clip.path());
  if (!written) return fail(written.error());
  // The sidecar first: whoever sees the clip finds it beside it. One of ours is written anew.
  Result<void> named = is_ours ? publish_file(facts.path(), placed.sidecar)
                               : rename_to_free(facts.path(), placed.sidecar);
  if (!named) return fail(named.error());
  facts.keep();
  named = rename_to_free(clip.path(), placed.path);
  if (!named) {
    // Somebody was quicker: what is said there is not of his file.
    if (!is_ours) unlink(placed.sidecar.c_str());
    return fail(named.error());
  }
  clip.keep();
  return placed;
}

}  // namespace prompt::edit
