// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A clip on its way to the disk and at home there: a contiguous prefix in `NAME.part`, plus at most
// one window of the end in memory (the `moov` of an MP4 often stands last, and a demuxer asks for
// it first). One writer (the downloader, on a worker), any number of readers (streaming threads),
// which never wait in here: they read what is there and wait on their Wake.
//
// A reader, in full:
//
//   Reading reading;                               // once per reader, when it begins at the start
//   Wake::Ticket ticket = wake->ticket();
//   for (;;) {
//     const ReadResult got = clip.read(offset, into, reading);
//     if (got.bytes > 0 || got.at_end || got.error) return got;
//     clip.want(offset);                           // so that the next news is not held back
//     if (wake->wait(ticket, limit) == Woken::interrupted) return flushing;
//   }
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/wake.h"
#include "clip/kind.h"
#include "clip/verify.h"

namespace prompt::clip {

/// The largest window of the end that is held in memory.
inline constexpr std::uint64_t max_tail_bytes = 4 * 1024 * 1024;

/// What ties a later Range request to the bytes that are already here (RFC 9110, 13.1.5).
struct Validators {
  std::string etag;  ///< Strong only; empty otherwise.
  std::string
      last_modified;  ///< Only if at least 60 s older than the reply's Date (strong enough).
  /// ETag and Last-Modified as they were sent, weak or young: equal ones prove nothing, different
  /// ones prove a change. Not worth storing, and not compared.
  std::string hint = {};
  [[nodiscard]] bool empty() const { return etag.empty() && last_modified.empty(); }
  [[nodiscard]] bool operator==(const Validators& other) const {
    return etag == other.etag && last_modified == other.last_modified;
  }
};

/// The last bytes that a reader plays. A read that touches [held_from, end) is the last one of it.
struct MediaEnd {
  std::uint64_t held_from = 0;
  std::uint64_t end = 0;
};

struct ClipFacts {
  std::optional<Kind> kind;                 ///< Known as soon as enough of the beginning is here.
  std::optional<std::uint64_t> size;        ///< Announced or final.
  std::uint64_t received = 0;               ///< Contiguous from the beginning, on disk.
  std::optional<std::uint64_t> tail_begin;  ///< Where the window at the end begins, if held.
  /// Where the media data ends that readers play through, and where reading it counts as playing
  /// the end: what stands behind (an index, padding) does not. Nothing while it is not known.
  std::optional<MediaEnd> media_end;
  bool complete = false;        ///< Proved whole and renamed: nothing will change any more.
  bool kept = false;            ///< And whoever keeps the books knows it: it is found again.
  std::optional<Error> error;   ///< It will not be completed (by this job's present attempt).
  double bytes_per_second = 0;  ///< Of the download, over its last seconds; 0: unknown.
  bool is_measuring = false;    ///< The rate is unknown, but will not be when more has arrived.
  Validators validators;        ///< Of the version that the prefix belongs to.
  std::string path;             ///< Where the bytes are now.
};

struct ReadResult {
  std::size_t bytes = 0;  ///< How many were read; 0 with neither flag: not here yet.
  bool at_end = false;    ///< The offset is at or beyond the end of the clip.
  std::optional<Error> error;
};

/// What a download is known by that was proved whole.
struct Finished {
  std::string file;  ///< Its name in the folder, with an extension; not there before the rename.
  std::uint64_t size = 0;
  std::string sha256;
  FileIdentity identity;
  Validators validators;
};

/// Who keeps the books is told twice of a finished download, on the worker that finishes it: before
/// it is renamed, so that it can be found whatever happens, and after.
struct Keeper {
  /// It is whole, as `.part`. An error is logged: what is whole is worth its name in any case.
  std::function<Result<void>(const Finished&)> on_proved;
  /// It has its name. Readers are told of the end when this has succeeded.
  std::function<Result<void>(const Finished&)> on_renamed;
};

/// What one reader remembers between its reads, so that it never gets bytes of two versions. A new
/// one for each time that somebody starts to read anew.
struct Reading {
  std::uint64_t version = 0;  ///< 0: nothing served yet.
};

/// Where the body that follows a head begins.
enum class BodyBegin {
  at_prefix,  ///< It continues what is here (206).
  at_zero,    ///< It is the whole file (200).
};

class ClipFile {
 public:
  /// A finished clip, by its kind's beginning (verify.h knows whether it is still what was stored).
  /// Errors: not_found, storage.
  [[nodiscard]] static Result<std::shared_ptr<ClipFile>> open_complete(const std::string& path);
  /// Starts or resumes `folder/name.part`: what it holds counts as received if `validators` and
  /// `size` (of the earlier attempt) are given, else it begins at 0. Errors: storage, no_space.
  [[nodiscard]] static Result<std::shared_ptr<ClipFile>> begin(const std::string& folder,
                                                               const std::string& name,
                                                               const Validators& validators,
                                                               std::optional<std::uint64_t> size);
  /// `folder/name.part` of an attempt that ended before finish(), if all its bytes seem to be here
  /// (finish() tells); nothing is changed on disk. `validators` and `size` as for begin(). Errors:
  /// not_found (there is none, or it is not all here), storage.
  [[nodiscard]] static Result<std::shared_ptr<ClipFile>> reopen(const std::string& folder,
                                                                const std::string& name,
                                                                const Validators& validators,
                                                                std::optional<std::uint64_t> size);
  /// A file that finish() has renamed, and whose keeper was never told: whole by its structure, and
  /// of `size` bytes where that was announced. finished() describes it, kept is false. Reads all of
  /// it. Errors: as finish(), not_found.
  [[nodiscard]] static Result<std::shared_ptr<ClipFile>> open_renamed(
      const std::string& path, std::optional<std::uint64_t> size);
  ~ClipFile();

  // ---- Readers: any thread, never blocking on the network ----

  [[nodiscard]] ClipFacts facts() const;
  /// Copies what is here at `offset` (from the prefix or the window), up to `into.size()`. Nothing
  /// before the kind is known and is the expected one. What is here is given even after an error. A
  /// reader that was served bytes of a version which the provider has replaced gets an error.
  [[nodiscard]] ReadResult read(std::uint64_t offset, std::span<std::byte> into,
                                Reading& reading) const;
  /// The same with one memory for all who read so: once the file was changed under one of them,
  /// none gets anything any more.
  [[nodiscard]] ReadResult read(std::uint64_t offset, std::span<std::byte> into) const;
  /// A reader waits for this offset: it is woken by the first byte there. Far beyond the download
  /// (more than 256 KiB or a second away), that asks for the window at the end.
  void want(std::uint64_t offset);
  /// `wake` hears of every change (facts, error, wanted bytes; other bytes each 64 KiB or 20 ms).
  void watch(const std::shared_ptr<Wake>& wake);

  // ---- The job, on the loop thread ----

  /// Called (any thread) when a reader's want(), or an MP4 whose `moov` stands behind the data,
  /// makes the window at the end worth fetching: the offset where it should begin. At most once per
  /// offset and attempt; together the windows cost at most 256 KiB that are sent twice. The
  /// callback must not call back into the clip.
  void on_tail_wanted(std::function<void(std::uint64_t begin)> call);

  // ---- The downloader, on a worker ----

  /// The head of a reply arrived: total size if announced, validators. A changed validator or size
  /// drops all bytes held (readers that were served some get an error: bytes of two versions are
  /// never mixed). With `at_zero` and nothing that proves a change, the body is compared with what
  /// is here as it arrives, and what is here stays readable; the first difference drops the rest.
  /// Errors: too_large, storage.
  [[nodiscard]] Result<void> set_head(std::optional<std::uint64_t> size,
                                      const Validators& validators,
                                      BodyBegin begin = BodyBegin::at_prefix);
  /// The next bytes of the body; what goes beyond the announced size or into the window is ignored.
  /// Errors: wrong_media (not a kind of ours, or not expected), too_large, no_space, storage.
  [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);
  /// Nothing more is needed: the prefix reaches the announced size, or the window at the end.
  [[nodiscard]] bool has_all() const;
  /// The server sends no parts: no window will be asked for any more.
  void set_no_ranges();
  /// The window at the end, whole; it is written to disk, too. Dropped silently if it does not
  /// reach the end, is of another version, or the prefix has passed it.
  void set_tail(std::uint64_t begin, std::string bytes, const Validators& validators);
  /// Takes the window at the end from the disk, where an earlier attempt left one of this version.
  void recall_tail();
  /// The body ended. Joins the window to the prefix where they meet, proves the file whole by
  /// length and structure, computes its SHA-256, syncs and renames, telling `keeper` (without one,
  /// the clip counts as kept). Errors: network + retriable (short), wrong_media, no_space, storage.
  /// The kind decides the extension.
  [[nodiscard]] Result<void> finish(const Keeper& keeper = {});
  /// Whoever keeps the books knows it now.
  void set_kept();
  /// No more bytes will come; readers get the error.
  void fail(Error error);
  /// Before another attempt: forgets an error and a window that no validator ties to the prefix,
  /// and keeps the prefix.
  void begin_attempt();
  /// By what a finished download is known; nothing before, and for a clip that was opened.
  [[nodiscard]] std::optional<Finished> finished() const;
  /// SHA-256 of a finished download, hexadecimal; empty before, and for a clip that was opened.
  [[nodiscard]] std::string sha256() const;

  /// What the medium must be (from the model); automatic: any.
  void expect(Media medium);
  /// Refuses to grow beyond this; default 2 GiB.
  void limit_size(std::uint64_t max_bytes);

 private:
  struct State;
  ClipFile();
  std::unique_ptr<State> state_;  // its content is guarded inside
};

/// Whether a reader that plays from the start should begin now. safe: what remains will have
/// arrived before it is needed (remaining / rate <= `duration`); an unknown size, rate or duration
/// counts as first_byte, but a rate that is still being measured is waited for. Needs the kind to
/// be known in every case.
[[nodiscard]] bool may_start(const ClipFacts& facts, StartPolicy policy,
                             std::chrono::milliseconds duration);

}  // namespace prompt::clip
