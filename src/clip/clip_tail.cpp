// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The window at the end of a ClipFile: in memory for readers, and as `NAME.tail` on disk, so that a
// process that ends takes no byte with it that was here. The file begins with lines that say what
// it is: a word, where the window begins, the SHA-256 of its bytes, and the validators of the
// version; a window that does not fit what is resumed is not used.
#include <fcntl.h>

#include <string_view>

#include "base/log.h"
#include "base/text.h"
#include "clip/clip_state.h"

namespace prompt::clip {
namespace {

constexpr const char* first_line = "gst-prompt-tail-1";
constexpr std::size_t longest_head = 8 * 1024;

std::string hash_of(std::string_view bytes) {
  Sha256 hash;
  hash.add(as_bytes(bytes));
  return hash.hex();
}

std::string head_of(std::uint64_t begin, const Validators& validators, std::string_view bytes) {
  return format("%s\n%" G_GUINT64_FORMAT "\n%s\n%s\n%s\n", first_line, begin,
                hash_of(bytes).c_str(), validators.etag.c_str(), validators.last_modified.c_str());
}

}  // namespace

void ClipFile::set_tail(std::uint64_t begin, std::string bytes, const Validators& validators) {
  State& state = *state_;
  std::unique_lock writing(state.writing);
  std::shared_ptr<const std::string> taken;
  Validators version;
  {
    const std::lock_guard lock(state.mutex);
    ClipFacts& facts = state.facts;
    const bool reaches_end = facts.size && !bytes.empty() && bytes.size() <= max_tail_bytes &&
                             begin < *facts.size && *facts.size - begin == bytes.size();
    const bool is_ahead =
        begin > facts.received && (!facts.tail_begin || begin < *facts.tail_begin);
    const bool is_same = same_version(facts.validators, validators)
                             .value_or(facts.validators.hint == validators.hint);
    if (!reaches_end || !is_ahead || !is_same || facts.complete) return;
    taken = std::make_shared<const std::string>(std::move(bytes));
    state.tail = taken;
    facts.tail_begin = begin;
    version = facts.validators;
    std::erase_if(state.wants, [&](std::uint64_t offset) { return state.is_here(offset); });
  }
  // Readers first.
  state.wakes.notify();
  state.save_tail(begin, version, *taken);
}

void ClipFile::State::save_tail(std::uint64_t begin, const Validators& validators,
                                const std::string& bytes) const {
  const std::string path = tail_path();
  const std::string content = head_of(begin, validators, bytes) + bytes;
  const Result<FileDescriptor> opened = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  Result<void> written;
  if (opened)
    written = write_at(*opened, path, content.data(), content.size(), 0);
  else
    written = prompt::fail(opened.error());
  // It is asked for again where it is missing.
  if (!written) log({LogCategory::clip, LogLevel::info}, "%s", written.error().message.c_str());
}

void ClipFile::recall_tail() {
  State& state = *state_;
  const std::lock_guard writing(state.writing);
  std::uint64_t received = 0;
  std::uint64_t size = 0;
  Validators version;
  {
    const std::lock_guard lock(state.mutex);
    const ClipFacts& facts = state.facts;
    // Nothing ties a window to a prefix without a validator.
    if (facts.complete || state.tail || !facts.size || facts.validators.empty()) return;
    received = facts.received;
    size = *facts.size;
    version = facts.validators;
  }
  if (received == 0) return;
  const Result<std::string> file = read_file(state.tail_path(), max_tail_bytes + longest_head);
  if (!file) return;
  std::string_view rest = *file;
  const auto next_line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
  };
  (void)next_line();
  const std::string digits(next_line());
  for (int line = 0; line < 3; ++line) (void)next_line();
  const std::uint64_t begin = g_ascii_strtoull(digits.c_str(), nullptr, 10);
  // Its head is what it must be: nothing in it is believed.
  const bool fits = begin < size && size - begin == rest.size() && rest.size() <= max_tail_bytes &&
                    received < size && file->starts_with(head_of(begin, version, rest));
  if (!fits) return;
  const std::lock_guard lock(state.mutex);
  state.tail = std::make_shared<const std::string>(rest);
  state.facts.tail_begin = begin;
}

}  // namespace prompt::clip
