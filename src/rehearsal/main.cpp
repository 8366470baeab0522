// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// gst-prompt-rehearsal: a stand-in for the providers that costs nothing and needs no network.
#include <glib-unix.h>
#include <gst/gst.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "json/parse.h"
#include "rehearsal/options.h"
#include "rehearsal/render/renderer.h"
#include "rehearsal/server.h"
#include "rehearsal/users.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_spec = 1024 * 1024;

int complain(const Error& error) {
  g_printerr("gst-prompt-rehearsal: %s\n", error.message.c_str());
  return 1;
}

MediaKind kind_of(const std::string& path) {
  for (const MediaKind kind : {MediaKind::image, MediaKind::music})
    if (path.ends_with(std::string(".") + extension_of(kind))) return kind;
  return MediaKind::video;
}

Result<void> render_only(const Options& options) {
  RenderSpec spec;
  spec.kind = kind_of(options.render_only);
  const FrameSize size = seedance_size(options.aspect_ratio, options.resolution);
  spec.width = size.width;
  spec.height = size.height;
  spec.seconds = options.duration;
  spec.with_audio = options.generate_audio;
  spec.moov_first = options.moov_first;
  spec.prompt = options.prompt;
  spec.caption = format("%dx%d", size.width, size.height);
  return render_to_file(spec, options.render_only);
}

// What the server's render queue starts: the spec comes on standard input.
Result<void> render_spec(const std::string& path) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Result<std::string> text =
      read_all(FileDescriptor(STDIN_FILENO), "standard input", max_spec);
  if (!text) return fail(text.error());
  const Result<json::Value> value = json::parse(*text, {max_spec, 16});
  if (!value) return fail(value.error());
  const Result<RenderSpec> spec = render_spec_from_json(*value);
  if (!spec) return fail(spec.error());
  return render_to_file(*spec, path);
}

struct Watch {
  Server* server;
  std::optional<Users>* users;
  GMainLoop* loop;
  const Options* options;
  pid_t parent;
};

// A parent that died before we could see its number is still noticed by the pipe it left.
bool has_input_hung_up() {
  pollfd input{STDIN_FILENO, 0, 0};
  return ::poll(&input, 1, 0) == 1 && (input.revents & POLLHUP) != 0;
}

gboolean on_look(gpointer data) {
  const auto* watch = static_cast<const Watch*>(data);
  const double limit = watch->options->idle_exit_seconds;
  const bool idle = limit > 0 && watch->server->idle_seconds() >= limit;
  const bool orphaned =
      watch->options->exit_with_parent && (::getppid() != watch->parent || has_input_hung_up());
  const bool unused = *watch->users && (*watch->users)->are_gone();
  if (idle || orphaned || unused) g_main_loop_quit(watch->loop);
  return G_SOURCE_CONTINUE;
}

gboolean on_signal(gpointer data) {
  g_main_loop_quit(static_cast<GMainLoop*>(data));
  return G_SOURCE_CONTINUE;
}

Result<void> say_where(const Options& options, const std::string& line) {
  // The file first: who has read the line may look for it.
  if (!options.port_file.empty()) {
    GErrorPtr error;
    if (g_file_set_contents(options.port_file.c_str(), line.data(),
                            static_cast<gssize>(line.size()), error.out()) == 0)
      return fail(ErrorKind::storage,
                  format("--port-file could not be written: %s.", error->message));
  }
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  return {};
}

int serve(const Options& options, pid_t parent) {
  if (options.media_file.empty()) {
    const Result<void> elements = check_elements();
    if (!elements) return complain(elements.error());
  } else if (g_file_test(options.media_file.c_str(), G_FILE_TEST_IS_REGULAR) == 0) {
    return complain(Error{ErrorKind::settings,
                          format("--media: there is no file '%s'.", options.media_file.c_str())});
  }
  // Others may come to use it who were not started from the same terminal.
  if (options.exit_when_unused) (void)::setsid();
  std::optional<Users> users;  // goes last: who comes then finds that the server has gone
  // Before anybody can know of this process: an early end tidies up like a late one.
  const Ref<GMainLoop> loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, 0));
  g_unix_signal_add(SIGTERM, on_signal, loop.get());
  g_unix_signal_add(SIGINT, on_signal, loop.get());
  Result<std::unique_ptr<Server>> server = Server::start(options);
  if (!server && server.error().kind == ErrorKind::busy && options.share) {
    const Result<std::string> line = read_shared_line(options.folder);
    if (!line) return complain(line.error());
    const Result<void> said = say_where(options, *line);
    return said ? 0 : complain(said.error());
  }
  if (!server) return complain(server.error());
  if (options.exit_when_unused) {
    Result<Users> opened = Users::open(options.folder);
    if (!opened) return complain(opened.error());
    users = std::move(*opened);
  }
  const Result<void> said = say_where(options, (*server)->line());
  if (!said) return complain(said.error());
  Watch watch{server->get(), &users, loop.get(), &options, parent};
  g_timeout_add(200, on_look, &watch);
  g_main_loop_run(loop.get());
  return 0;
}

int run(int argc, char** argv) {
  const pid_t parent = ::getppid();
  std::setlocale(LC_ALL, "");
  std::signal(SIGPIPE, SIG_IGN);
  const Result<Options> options = parse_options(argc, argv);
  if (!options) return complain(options.error());
  gst_init(nullptr, nullptr);
  if (!options->render_spec.empty() || !options->render_only.empty()) {
    const Result<void> rendered =
        options->render_spec.empty() ? render_only(*options) : render_spec(options->render_spec);
    const int status = rendered ? 0 : complain(rendered.error());
    // Codecs and font libraries keep what they have allocated; tidying up costs time for nothing.
    std::fflush(nullptr);
    std::_Exit(status);
  }
  return serve(*options, parent);
}

}  // namespace
}  // namespace prompt::rehearsal

int main(int argc, char** argv) { return prompt::rehearsal::run(argc, argv); }
