// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "ledger/ledger_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "ledger/schema.h"
#include "ledger/whole_check.h"

namespace prompt::ledger {
namespace {

// Writing shows more than access(2): full disks, quotas, read-only mounts, ACLs.
Result<void> prove_writable(const std::string& folder) {
  const std::string path = folder + "/.write-test-" + make_uuid();
  const auto refused = [&folder](Error error) {
    error.kind = error.kind == ErrorKind::no_space ? ErrorKind::no_space : ErrorKind::storage;
    error.message = format("The library folder '%s' cannot be written: %s", folder.c_str(),
                           error.message.c_str());
    return fail(std::move(error));
  };
  Result<FileDescriptor> file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return refused(file.error());
  Result<void> done = write_at(*file, path, "x", 1, 0);
  if (done && ::fsync(file->get()) != 0) done = fail(storage_error(path, "write", errno));
  ::unlink(path.c_str());
  if (!done) return refused(done.error());
  return {};
}

bool exists(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0;
}

// Never replaces what is there, so that of two processes only one makes the ledger.
bool move_into_place(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0;  // file systems without the flag
}

Result<void> fill_new(const std::string& path) {
  const Result<FileDescriptor> file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return fail(file.error());
  Result<Database> database = Database::open(path);
  if (!database) return fail(database.error());
  database->keep_log_on_close(false);
  Result<void> done =
      database->run(format("PRAGMA application_id=%d; PRAGMA journal_mode=WAL", application_id));
  if (done) done = migrate(*database, migrations());
  if (done) done = add_missing(*database, additions());
  if (done) done = database->run("PRAGMA wal_checkpoint(TRUNCATE)");
  return done;
}

Result<void> make_new(const std::string& folder, const std::string& path) {
  if (exists(path + "-wal")) return refuse_ledger(path, "is missing, but its -wal file is there");
  const std::string fresh = path + ".new-" + make_uuid();
  Result<void> done = fill_new(fresh);
  if (done && !move_into_place(fresh, path) && errno != EEXIST)
    done = fail(storage_error(path, "create", errno));
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((fresh + suffix).c_str());
  if (!done) return done;
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0)
    return fail(storage_error(folder, "write", errno));
  return {};
}

Result<void> check_content(Database& database, bool may_read_all) {
  const Result<std::int64_t> id = database.query_int("PRAGMA application_id");
  if (!id) return fail(id.error());
  if (*id != application_id) return refuse_ledger(database.path(), "is another program's database");
  if (may_read_all) {
    if (const Result<void> whole = check_all_pages(database); !whole) return whole;
  }
  const Result<std::string> mode = database.query_text("PRAGMA journal_mode=WAL");
  if (!mode) return fail(mode.error());
  if (*mode != "wal")
    return refuse_ledger(database.path(),
                         "is on a file system without shared memory, which it needs");
  return {};
}

}  // namespace

Result<void> refuse_public(const std::string& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) return fail(storage_error(folder, "look at", errno));
  if ((facts.st_mode & S_IWOTH) == 0) return {};
  return fail(
      ErrorKind::storage,
      format("The library folder '%s' can be written by everybody; use a folder of your own, "
             "or take the right away with chmod o-w.",
             folder.c_str()));
}

Result<void> check_head(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return fail(storage_error(path, "open", errno));
  // A link could lead two libraries, each with its own owners, to one ledger.
  if (!S_ISREG(facts.st_mode)) return refuse_ledger(path, "is not a plain file");
  if (facts.st_size == 0) return refuse_ledger(path, "is empty");
  return {};
}

Result<void> prepare_folders(const std::string& folder) {
  for (const std::string& path : {folder, folder + "/clips"}) {
    if (const Result<void> made = make_private_folder(path); !made) return made;
    if (const Result<void> fine = refuse_public(path); !fine) return fine;
    if (const Result<void> fine = prove_writable(path); !fine) return fine;
  }
  return {};
}

Result<OpenedFile> open_ledger_file(const std::string& folder) {
  const std::string path = folder + "/ledger.db";
  if (!exists(path)) {
    if (const Result<void> made = make_new(folder, path); !made) return fail(made.error());
  }
  if (const Result<void> fine = check_head(path); !fine) return fail(fine.error());
  const bool is_small = is_quickly_checked(path);
  Result<Database> database = Database::open(path);
  if (!database) return fail(database.error());
  if (const Result<void> fine = check_content(*database, is_small); !fine)
    return fail(fine.error());
  if (const Result<void> done = migrate(*database, migrations()); !done) return fail(done.error());
  if (const Result<void> done = add_missing(*database, additions()); !done)
    return fail(done.error());
  return OpenedFile{std::move(*database), is_small};
}

}  // namespace prompt::ledger
