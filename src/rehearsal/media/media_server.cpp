// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/media/media_server.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <limits>
#include <utility>

#include "base/text.h"
#include "rehearsal/faults/hostile_bodies.h"
#include "rehearsal/media/delivery.h"
#include "rehearsal/net/byte_range.h"

namespace prompt::rehearsal {
namespace {

constexpr std::string_view hop_prefix = "/redirect/";
constexpr std::string_view loop_prefix = "/redirect-loop";
constexpr double default_not_yet_seconds = 10;
constexpr const char* not_yet = "{\"detail\":\"Video is still in-progress\"}";

Script text_reply(int status, std::string text, int& logged) {
  logged = status;
  return to_script(HttpReply{status, {{"Content-Type", "text/plain"}}, std::move(text)});
}

Script redirect(const std::string& location, int& logged) {
  logged = 302;
  return to_script(HttpReply{302, {{"Location", location}}, {}});
}

// The task's id and the number of the result (from 1) in "/videos/ID-N.mp4".
std::pair<std::string, std::size_t> result_in(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const std::size_t dash = path.rfind('-');
  if (slash == std::string_view::npos || dot == std::string_view::npos ||
      dash == std::string_view::npos || dash < slash || dot < dash)
    return {{}, 0};
  const std::string number(path.substr(dash + 1, dot - dash - 1));
  guint64 value = 0;
  if (g_ascii_string_to_unsigned(number.c_str(), 10, 1, 1000, &value, nullptr) == 0) return {{}, 0};
  return {std::string(path.substr(slash + 1, dash - slash - 1)), static_cast<std::size_t>(value)};
}

std::string path_of(const Task& task, std::size_t index) {
  const MediaKind kind = task.results[index].kind;
  return format("/%ss/%s-%zu.%s", to_string(kind), task.id.c_str(), index + 1, extension_of(kind));
}

}  // namespace

MediaServer::MediaServer(const Options& options, UrlSigner signer, const TaskStore& tasks,
                         const RenderQueue& renders, Faults& faults, Stats& stats, RequestLog& log)
    : options_(options),
      signer_(std::move(signer)),
      tasks_(tasks),
      renders_(renders),
      faults_(faults),
      stats_(stats),
      log_(log) {}

void MediaServer::set_origins(std::string media, std::string canary, int canary_port) {
  origin_ = std::move(media);
  canary_origin_ = std::move(canary);
  canary_port_ = canary_port;
}

std::string MediaServer::url_of(const Task& task, std::size_t index) const {
  return origin_ + signer_.sign(path_of(task, index));
}

std::string MediaServer::data_url_of(const Task& task, std::size_t index) const {
  constexpr std::size_t most_bytes = std::size_t{64} * 1024 * 1024;
  const std::string path = renders_.path_of(task.results[index]);
  const Result<std::string> bytes = read_file(path, most_bytes);
  if (!bytes) return {};
  const OwnedString text(
      g_base64_encode(reinterpret_cast<const guchar*>(bytes->data()), bytes->size()));
  return std::string("data:") + content_type_of(task.results[index].kind) + ";base64," + text.get();
}

Script MediaServer::handle(const HttpRequest& request) {
  int status = 0;
  FiredFaults fired;
  Script script;
  std::string path = request.path;
  const std::string tail = request.query.empty() ? std::string() : "?" + request.query;
  if (path.starts_with(loop_prefix)) {
    script = redirect(origin_ + path + tail, status);
  } else if (path.starts_with(hop_prefix)) {
    const std::size_t slash = path.find('/', hop_prefix.size());
    const guint64 hops = g_ascii_strtoull(path.c_str() + hop_prefix.size(), nullptr, 10);
    path = slash == std::string::npos ? "/" : path.substr(slash);
    script =
        hops > 0
            ? redirect(origin_ + format("/redirect/%d", static_cast<int>(hops - 1)) + path + tail,
                       status)
            : serve(request, path, fired, status);
  } else {
    fired = faults_.fire(Operation::media);
    script = serve(request, path, fired, status);
  }
  if (request.header("Authorization")) ++stats_.media_with_authorization;
  return account(request, path, status, fired, std::move(script));
}

Script MediaServer::hand_out(const HttpRequest& request, const Task& task, std::size_t index) {
  int status = 0;
  const FiredFaults fired = faults_.fire(Operation::media);
  Script script = serve_result(request, request.path, task, index, fired, status);
  return account(request, request.path, status, fired, std::move(script));
}

Script MediaServer::account(const HttpRequest& request, const std::string& path, int status,
                            const FiredFaults& fired, Script script) {
  if (status >= 400) ++stats_.media_refused;
  MediaCounts& counts = stats_.media[path];
  ++counts.requests;
  if (status == 206) ++counts.partial;
  script.on_body_sent = [&counts](std::size_t bytes) {
    counts.bytes += bytes;
  };
  log_.write("media", request, status, fired);
  script.delay += std::chrono::milliseconds(static_cast<std::int64_t>(options_.rtt_ms));
  return script;
}

Script MediaServer::serve(const HttpRequest& request, const std::string& path,
                          const FiredFaults& fired, int& status) {
  if (request.method != "GET" && request.method != "HEAD") {
    status = 405;
    return to_script(HttpReply{405, {{"Allow", "GET, HEAD"}}, "Only GET and HEAD.\n"});
  }
  std::string expires;
  std::string signature;
  // Only its own two are looked at: whatever else stands there may be malformed.
  const std::unique_ptr<char*, decltype(&g_strfreev)> members(
      g_strsplit(request.query.c_str(), "&", -1), g_strfreev);
  for (char** member = members.get(); *member != nullptr; ++member) {
    const std::string_view text(*member);
    if (text.starts_with("expires=")) expires = text.substr(8);
    if (text.starts_with("signature=")) signature = text.substr(10);
  }
  switch (signer_.check(path, expires, signature)) {
    case UrlSigner::Verdict::wrong:
      return text_reply(403, "The signature does not match.\n", status);
    case UrlSigner::Verdict::expired:
      return text_reply(403, "The URL has expired.\n", status);
    case UrlSigner::Verdict::valid:
      break;
  }
  const auto [id, number] = result_in(path);
  const Task* task = tasks_.find(id);
  if (task == nullptr) return text_reply(404, "There is no such file.\n", status);
  return serve_result(request, path, *task, number - 1, fired, status);
}

Script MediaServer::serve_result(const HttpRequest& request, const std::string& path,
                                 const Task& task, std::size_t index, const FiredFaults& fired,
                                 int& status) {
  if (index >= task.results.size() || task.state != TaskState::completed)
    return text_reply(404, "There is no such file.\n", status);
  Script instead;
  if (const std::string* seconds = fired.find("not-yet")) {
    const double age = static_cast<double>(g_get_real_time() - task.finished_us) / 1e6;
    if (age < number_in(*seconds, default_not_yet_seconds)) {
      status = 404;
      return to_script(HttpReply{404, {{"Content-Type", "application/json"}}, not_yet});
    }
  }
  if (play_instead(request, fired, instead, status)) return instead;
  const Result<MediaFile> media = open(renders_.path_of(task.results[index]));
  if (!media) return text_reply(404, "The file is gone.\n", status);
  return deliver(request, path, *media, fired, status);
}

// The faults that need no file. True if one of them struck.
bool MediaServer::play_instead(const HttpRequest& request, const FiredFaults& fired, Script& script,
                               int& status) const {
  const std::string tail = request.path + "?" + request.query;
  for (const FiredFaults::Entry& fault : fired.entries()) {
    const int port = static_cast<int>(number_in(fault.argument, canary_port_));
    if (const std::string text = playlist(fault.what, port); !text.empty()) {
      status = 200;
      script = to_script(HttpReply{200, {{"Content-Type", "video/mp4"}}, text});
    } else if (fault.what[0] >= '3' && fault.what[0] <= '5') {
      script = text_reply(static_cast<int>(number_in(fault.what, 500)), "A fault.\n", status);
      if (!fault.argument.empty())
        script = to_script(HttpReply{status, {{"Retry-After", fault.argument}}, "A fault.\n"});
    } else if (fault.what == "html") {
      status = 200;
      script = to_script(HttpReply{200, {{"Content-Type", "text/html"}}, web_page()});
    } else if (fault.what == "json") {
      status = 200;
      script = to_script(HttpReply{200, {{"Content-Type", "application/json"}}, not_yet});
    } else if (fault.what == "empty") {
      status = 200;
      script = to_script(HttpReply{200, {{"Content-Type", "video/mp4"}}, {}});
    } else if (fault.what == "redirect") {
      const int hops = static_cast<int>(number_in(fault.argument, 1));
      script = redirect(origin_ + format("/redirect/%d", std::max(0, hops - 1)) + tail, status);
    } else if (fault.what == "redirect-loop") {
      script = redirect(origin_ + std::string(loop_prefix) + tail, status);
    } else if (fault.what == "redirect-http") {
      script = redirect(canary_origin_ + tail, status);
    } else if (fault.what == "redirect-url") {
      script = redirect(fault.argument, status);
    } else if (fault.what == "never-answer") {
      script = just(Hold{});
    } else if (fault.what == "lost") {
      script = hang_up();
    } else if (fault.what == "gzip-bomb") {
      status = 200;
      add_gzip_bomb(script, 200, "video/mp4");
    } else if (fault.what == "endless") {
      status = 200;
      script.steps.emplace_back(
          Say{write_head(200, {{"Content-Type", "video/mp4"}, {"Connection", "close"}})});
      script.steps.emplace_back(Say{std::string("\0\0\0\x10"
                                                "ftypisom"
                                                "\0\0\0\0",
                                                16),
                                    true});
      script.steps.emplace_back(
          SayRepeatedly{std::string(65536, 'x'), std::numeric_limits<std::uint64_t>::max()});
      script.close_after = true;
    } else {
      continue;
    }
    return true;
  }
  return false;
}

Script MediaServer::deliver(const HttpRequest& request, const std::string& path,
                            const MediaFile& media, const FiredFaults& fired, int& status) {
  const bool ranges = !options_.no_range && !fired.has("no-range");
  std::string etag = media.etag;
  std::int64_t modified = media.modified;
  if (fired.has("etag-changes")) {
    const std::uint64_t count = stats_.media[path].requests;
    etag = format("\"changed-%" G_GUINT64_FORMAT "\"", static_cast<guint64>(count));
    modified += static_cast<std::int64_t>(count) + 1;
  }
  if (fired.has("etag-weak")) etag = "W/" + etag;
  const bool with_etag = !fired.has("etag-none");
  const bool with_date = with_etag && !fired.has("etag-weak");

  Delivery delivery;
  delivery.file = media.file;
  delivery.size = media.size;
  delivery.rate = options_.rate;
  delivery.only_head = request.method == "HEAD";
  if (options_.chunked) delivery.framing = Delivery::Framing::chunked;
  delivery.headers.emplace_back("Content-Type", media.content_type);
  if (with_etag) delivery.headers.emplace_back("ETag", etag);
  if (with_date) delivery.headers.emplace_back("Last-Modified", http_date(modified));
  if (ranges) delivery.headers.emplace_back("Accept-Ranges", "bytes");

  ByteRange range{ByteRange::Kind::whole, 0, media.size};
  const std::optional<std::string> wanted = request.header("Range");
  if (ranges && wanted && request.method == "GET") {
    // RFC 9110, section 13.1.5: another validator, or a weak one, means the whole file.
    const std::optional<std::string> condition = request.header("If-Range");
    const bool same = !condition || (with_etag && *condition == etag && !etag.starts_with("W/")) ||
                      (with_date && *condition == http_date(modified));
    if (same) range = read_range(*wanted, media.size);
  }
  if (fired.has("206") && range.kind == ByteRange::Kind::whole && media.size > 0)
    range = ByteRange{ByteRange::Kind::part, 0, media.size};
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    status = 416;
    return to_script(HttpReply{
        416, {{"Content-Range", "bytes */" + std::to_string(media.size)}}, "No such range.\n"});
  }
  if (range.kind == ByteRange::Kind::part) {
    delivery.status = 206;
    delivery.offset = range.from;
    delivery.size = range.size;
    std::uint64_t total = media.size;
    if (const std::string* lie = fired.find("range-lies")) {
      if (*lie == "total")
        total += 1000;
      else
        delivery.offset = range.from > 1000 ? range.from - 1000 : 0;
    }
    delivery.headers.emplace_back(
        "Content-Range",
        format("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
               static_cast<guint64>(range.from), static_cast<guint64>(range.from + range.size - 1),
               static_cast<guint64>(total)));
  }
  if (const std::string* coding = fired.find("coding"))
    delivery.headers.emplace_back("Content-Encoding", coding->empty() ? "aws-chunked" : *coding);
  if (fired.has("203") && delivery.status == 200) delivery.status = 203;
  apply_delivery_faults(delivery, fired);
  status = delivery.status;
  return to_script(delivery);
}

Result<MediaFile> MediaServer::open(const std::string& path) const {
  Result<FileDescriptor> file = open_file(path, O_RDONLY);
  if (!file) return fail(file.error());
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) return fail(storage_error(path, "read", errno));
  MediaFile media;
  media.size = static_cast<std::uint64_t>(facts.st_size);
  media.modified = facts.st_mtim.tv_sec;
  media.etag =
      format("\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%lx\"",
             static_cast<guint64>(facts.st_size), static_cast<guint64>(facts.st_mtim.tv_sec),
             static_cast<unsigned long>(facts.st_mtim.tv_nsec));
  media.file = std::make_shared<const FileDescriptor>(std::move(*file));
  media.content_type = "video/mp4";
  for (const MediaKind kind : {MediaKind::video, MediaKind::image, MediaKind::music})
    if (path.ends_with(std::string(".") + extension_of(kind)))
      media.content_type = content_type_of(kind);
  if (path.ends_with(".jpg") || path.ends_with(".jpeg")) media.content_type = "image/jpeg";
  if (path.ends_with(".webp")) media.content_type = "image/webp";
  return media;
}

}  // namespace prompt::rehearsal
