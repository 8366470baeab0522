// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "tool/chain.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "edit/clip_facts.h"
#include "edit/last_frame.h"
#include "edit/ordinary_file.h"
#include "engine/engine.h"

namespace prompt::tool {
namespace {

constexpr const char* kept_in = "/.gst-prompt/frames";
constexpr std::size_t longest_address = 8192;
// Nothing is fetched from there: it only has the form of an address.
constexpr const char* no_address = "https://example.com/frame.png";

// The smallest PNG: what a price is asked with.
constexpr std::array<unsigned char, 67> small_png = {
    0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    0x0d, 'I',  'H',
    'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
    0,    0x3a, 0x7e, 0x9b, 0x55, 0,    0,    0,    0x0a, 'I',  'D',  'A',  'T',  0x78,
    0x9c, 0x63, 0x60, 0,    0,    0,    2,    0,    1,    0x48, 0xaf, 0xa4, 0x71, 0,
    0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

bool is_rehearsed(const engine::Settings& settings) {
  return settings.provider.starts_with("rehearsal");
}

void put_first(engine::Settings& settings, const std::string& image) {
  settings.images.insert(settings.images.begin(), image);
}

Result<std::string> run_command(const std::string& command, const std::string& file) {
  int count = 0;
  char** parsed = nullptr;
  GErrorPtr error;
  if (g_shell_parse_argv(command.c_str(), &count, &parsed, error.out()) == FALSE)
    return fail(ErrorKind::settings,
                "The option '--upload-with' cannot be read: " + std::string(error->message) + ".");
  std::vector<const char*> words(parsed, parsed + count);
  words.push_back(file.c_str());
  words.push_back(nullptr);
  const Ref<GSubprocess> process = Ref<GSubprocess>::adopt(
      g_subprocess_newv(words.data(), G_SUBPROCESS_FLAGS_STDOUT_PIPE, error.out()));
  g_strfreev(parsed);
  if (!process)
    return fail(ErrorKind::settings,
                "The command of --upload-with cannot be run: " + std::string(error->message) + ".");
  char* output = nullptr;
  const bool is_read = g_subprocess_communicate_utf8(process.get(), nullptr, nullptr, &output,
                                                     nullptr, nullptr) != FALSE;
  const OwnedString text(output);
  if (!is_read || g_subprocess_get_successful(process.get()) == FALSE)
    return fail(ErrorKind::settings, "The command of --upload-with failed for '" + file + "'.");
  return std::string(g_strstrip(text.get()));
}

}  // namespace

Result<std::string> Chain::frame_of(const edit::FoundTake& take) const {
  const std::string kept = folder_ + kept_in;
  const std::string frame = kept + "/" + take.job_id + format("-%u.png", take.result);
  if (g_file_test(frame.c_str(), G_FILE_TEST_IS_REGULAR) != FALSE) return frame;
  if (take.path.empty())
    return fail(ErrorKind::not_found, "The clip of '" + take.sidecar + "' is not beside it.");
  if (g_mkdir_with_parents(kept.c_str(), 0777) != 0)
    return fail(storage_error(kept, "make", errno));
  const Result<edit::ClipFacts> facts = edit::read_clip_facts(take.path);
  if (!facts) return fail(facts.error());
  const Result<edit::FramePicture> written =
      edit::write_last_frame(take.path, *facts, frame, edit::LastFrame::sharpest);
  if (!written) return fail(written.error());
  return frame;
}

// Kept beside the frame and for its owner alone, as an address may be signed: the same address is
// the same request.
Result<std::string> Chain::address_of(const std::string& frame) const {
  const std::string kept = frame + ".address";
  if (Result<std::string> known = read_file(kept, longest_address)) {
    return known;
  }
  Result<std::string> address = run_command(upload_with_, frame);
  if (!address) return address;
  if (!address->starts_with("https://") || address->size() > longest_address ||
      address->find_first_of(" \t\r\n") != std::string::npos)
    return fail(ErrorKind::settings, "The command of --upload-with printed no https address: '" +
                                         show_safely(*address, {}, 80) + "'.");
  const Result<FileDescriptor> file = open_file(kept, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return fail(file.error());
  const Result<void> written = write_at(*file, kept, address->data(), address->size(), 0);
  if (!written) return fail(written.error());
  return address;
}

Result<Chain::Way> Chain::way_for(const engine::Settings& settings,
                                  const std::string& frame) const {
  engine::Settings tried = settings;
  put_first(tried, frame);
  if (auto with_file = engine::Engine::instance().quote(tried))
    return Way{true, std::move(*with_file)};
  tried.images.front() = no_address;
  auto with_address = engine::Engine::instance().quote(tried);
  // Wrong in another way, or no images at all.
  if (!with_address) return fail(with_address.error());
  if (!upload_with_.empty() || is_rehearsed(settings)) return Way{false, std::move(*with_address)};
  return fail(
      ErrorKind::settings,
      "The provider takes images by their address only, so the end of another shot has to "
      "be put somewhere: give --upload-with a command that gets a file and prints its https "
      "address.");
}

Result<void> Chain::begin_with(engine::Settings& settings, const edit::FoundShot& before) const {
  const Result<std::string> frame = frame_of(before.chosen());
  if (!frame) return fail(frame.error());
  const Result<Way> way = way_for(settings, *frame);
  if (!way) return fail(way.error());
  if (way->is_as_file) {
    put_first(settings, *frame);
    return {};
  }
  if (upload_with_.empty()) {
    // Rehearsed: an address that tells one frame from another is all that is needed.
    const std::optional<std::string> sum = edit::sha256_of_file(*frame);
    put_first(settings, "https://example.com/" + sum.value_or("frame") + ".png");
    return {};
  }
  const Result<std::string> address = address_of(*frame);
  if (!address) return fail(address.error());
  put_first(settings, *address);
  return {};
}

Result<engine::Quote> Chain::price_of(const engine::Settings& settings) const {
  const OwnedString folder(g_dir_make_tmp("gst-prompt-XXXXXX", nullptr));
  if (!folder) return fail(ErrorKind::storage, "No temporary folder can be made.");
  const std::string picture = std::string(folder.get()) + "/frame.png";
  const bool is_written =
      g_file_set_contents(picture.c_str(), reinterpret_cast<const char*>(small_png.data()),
                          static_cast<gssize>(small_png.size()), nullptr) != FALSE;
  Result<Way> way = is_written ? way_for(settings, picture)
                               : fail(ErrorKind::storage, "'" + picture + "' cannot be written.");
  g_unlink(picture.c_str());
  g_rmdir(folder.get());
  if (!way) return fail(way.error());
  // It is of another request, which nobody asks for.
  way->quote.is_ready = way->quote.is_under_way = false;
  way->quote.job_id.clear();
  return std::move(way->quote);
}

}  // namespace prompt::tool
