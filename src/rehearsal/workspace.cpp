// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/workspace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_small_file = 16 * 1024;
constexpr int wait_for_line_ms = 5000;

Result<void> write_whole(const std::string& path, const std::string& text) {
  GErrorPtr error;
  if (g_file_set_contents_full(path.c_str(), text.data(), static_cast<gssize>(text.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()) == 0)
    return fail(ErrorKind::storage,
                format("'%s' could not be written: %s.", path.c_str(), error->message));
  return {};
}

}  // namespace

Result<Workspace> Workspace::open(const std::string& folder, const std::string& media_cache) {
  Workspace space;
  space.folder_ = folder;
  if (folder.empty()) {
    GErrorPtr error;
    const OwnedString made(g_dir_make_tmp("gst-prompt-rehearsal-XXXXXX", error.out()));
    if (!made)
      return fail(ErrorKind::storage,
                  format("No temporary folder could be made: %s.", error->message));
    space.folder_ = made.get();
    space.is_temporary_ = true;
  }
  space.media_ = media_cache.empty() ? space.folder_ + "/media" : media_cache;
  for (const std::string& path : {space.folder_, space.tasks_folder(), space.media_}) {
    const Result<void> made = make_private_folder(path);
    if (!made) return fail(made.error());
  }
  Result<FileDescriptor> lock = open_file(space.folder_ + "/lock", O_RDWR | O_CREAT);
  if (!lock) return fail(lock.error());
  if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(storage_error(space.folder_, "lock", errno));
    return fail(ErrorKind::busy, format("Another server already uses '%s'; give another --folder, "
                                        "or --share to use that server.",
                                        space.folder_.c_str()));
  }
  space.lock_ = std::move(*lock);
  space.put_line_away();
  const std::string secret_path = space.folder_ + "/secret";
  Result<std::string> secret = read_file(secret_path, max_small_file);
  if (!secret) {
    secret = make_uuid() + make_uuid();
    const Result<void> written = write_whole(secret_path, *secret);
    if (!written) return fail(written.error());
  }
  space.secret_ = std::move(*secret);
  return space;
}

Workspace::~Workspace() {
  if (folder_.empty()) return;  // moved from
  std::error_code ignored;
  if (is_temporary_)
    std::filesystem::remove_all(folder_, ignored);
  else if (lock_)
    put_line_away();
}

void Workspace::put_line_away() const {
  std::error_code ignored;
  std::filesystem::rename(folder_ + "/server.json", folder_ + "/last-server.json", ignored);
}

std::string Workspace::last_line() const {
  return read_file(folder_ + "/last-server.json", max_small_file).value_or("");
}

Result<void> Workspace::publish(const std::string& line) const {
  return write_whole(folder_ + "/server.json", line);
}

Result<std::string> read_shared_line(const std::string& folder) {
  for (int waited = 0; waited < wait_for_line_ms; waited += 20) {
    Result<std::string> line = read_file(folder + "/server.json", max_small_file);
    if (line) return line;
    g_usleep(20 * 1000);
  }
  return fail(ErrorKind::not_found,
              format("The server that uses '%s' did not say its ports.", folder.c_str()));
}

}  // namespace prompt::rehearsal
