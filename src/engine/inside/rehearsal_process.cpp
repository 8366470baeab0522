// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/rehearsal_process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/inside/environment.h"
#include "json/parse.h"

namespace prompt::engine {
namespace {

constexpr const char* program = "gst-prompt-rehearsal";

// By where the engine's library lies, which is beside it when it was built but not installed; else
// where it was meant to be installed, else in the path. GST_PROMPT_REHEARSAL goes before all.
std::string find_program() {
  if (std::string named = environment("GST_PROMPT_REHEARSAL"); !named.empty()) return named;
  std::vector<std::string> places;
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&find_program), &here) != 0 &&
      here.dli_fname != nullptr) {
    const std::unique_ptr<char, decltype(&std::free)> file(::realpath(here.dli_fname, nullptr),
                                                           &std::free);
    const OwnedString own(g_path_get_dirname(file != nullptr ? file.get() : here.dli_fname));
    for (const char* way : {"../rehearsal", PROMPT_PROGRAMS_FROM_LIBRARY}) {
      const OwnedString folder(g_canonicalize_filename(way, own.get()));
      places.push_back(std::string(folder.get()) + "/" + program);
    }
  }
  places.push_back(std::string(PROMPT_BINDIR) + "/" + program);
  for (const std::string& place : places)
    if (g_file_test(place.c_str(), G_FILE_TEST_IS_EXECUTABLE)) return place;
  const OwnedString in_path(g_find_program_in_path(program));
  return in_path != nullptr ? in_path.get() : "";
}

// It would write over the log of whoever starts it, or into it.
constexpr const char* debugging[] = {"GST_DEBUG", "GST_DEBUG_FILE", "GST_TRACERS",
                                     "GST_DEBUG_DUMP_DOT_DIR"};

// Keys and other credentials are none of the stand-in's business.
Ref<GSubprocessLauncher> make_launcher(const std::string& log_file) {
  const auto flags =
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE);
  Ref<GSubprocessLauncher> launcher =
      Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(flags));
  g_subprocess_launcher_set_stderr_file_path(launcher.get(), log_file.c_str());
  std::unique_ptr<char*, decltype(&g_strfreev)> names(g_listenv(), g_strfreev);
  for (char** name = names.get(); *name != nullptr; ++name) {
    const std::string_view text(*name);
    if (text.ends_with("_KEY") || text.ends_with("_TOKEN") || text == "GST_PROMPT_API_KEY_FILE" ||
        text == "CREDENTIALS_DIRECTORY")
      g_subprocess_launcher_unsetenv(launcher.get(), *name);
  }
  for (const char* const name : debugging) g_subprocess_launcher_unsetenv(launcher.get(), name);
  return launcher;
}

// Before a server is looked for, so that none that is found is just ending. Waits for one that is.
Result<FileDescriptor> become_user(const std::string& folder) {
  const std::string path = folder + "/users";
  Result<FileDescriptor> file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return file;
  int done = 0;
  do {
    done = ::flock(file->get(), LOCK_SH);
  } while (done != 0 && errno == EINTR);
  if (done != 0) return fail(storage_error(path, "lock", errno));
  return file;
}

// Why it ended, in its own words.
std::string last_words(const std::string& log_file) {
  constexpr std::size_t limit = 64 * 1024;
  std::string text = read_file(log_file, limit).value_or("");
  while (text.ends_with('\n')) text.pop_back();
  std::string_view line = text;
  line = line.substr(line.rfind('\n') + 1);
  const std::string own_name = std::string(program) + ": ";
  if (line.starts_with(own_name)) line.remove_prefix(own_name.size());
  return line.empty() ? "It said nothing of why." : show_safely(line);
}

}  // namespace

RehearsalProcess::~RehearsalProcess() = default;

Result<std::string> RehearsalProcess::base_url(const std::string& provider,
                                               const std::string& library) {
  const std::lock_guard lock(mutex_);
  auto known = servers_.find(library);
  if (known != servers_.end() && ::kill(known->second.pid, 0) != 0) {
    servers_.erase(known);
    known = servers_.end();
  }
  if (known == servers_.end()) {
    Result<Server> started = start(library);
    if (!started) return fail(std::move(started.error()));
    known = servers_.emplace(library, std::move(*started)).first;
  }
  const std::map<std::string, std::string>& urls = known->second.base_urls;
  auto url = urls.find(provider);
  if (url == urls.end()) url = urls.find(provider.substr(0, provider.rfind('-')));
  if (url != urls.end()) return url->second;
  std::vector<std::string> names;
  for (const auto& [name, address] : urls) names.push_back(name);
  return fail(ErrorKind::settings,
              format("Rehearsal cannot stand in for \"%s\", only for %s: set base-url to a server "
                     "that speaks its API.",
                     provider.c_str(), join(names, ", ").c_str()));
}

Result<RehearsalProcess::Server> RehearsalProcess::start(const std::string& library) {
  const std::string path = find_program();
  if (path.empty())
    return fail(ErrorKind::settings,
                format("The program %s, which stands behind provider=rehearsal, is not installed; "
                       "set GST_PROMPT_REHEARSAL to its path.",
                       program));
  const std::string folder = library + "/rehearsal";
  if (const Result<void> made = make_private_folder(folder); !made) return fail(made.error());
  Result<FileDescriptor> user = become_user(folder);
  if (!user) return fail(user.error());
  std::vector<std::string> words = {
      path, "--port", "0", "--folder", folder, "--share", "--exit-when-unused"};
  // For trying out: "--task-seconds 10 --fault status-500@2".
  GErrorPtr parse_error;
  if (const std::string more = environment("GST_PROMPT_REHEARSAL_OPTIONS"); !more.empty()) {
    char** parsed = nullptr;
    if (g_shell_parse_argv(more.c_str(), nullptr, &parsed, parse_error.out()) == 0)
      return fail(ErrorKind::settings,
                  format("GST_PROMPT_REHEARSAL_OPTIONS='%s' cannot be read: %s.", more.c_str(),
                         parse_error->message));
    for (char** word = parsed; *word != nullptr; ++word) words.emplace_back(*word);
    g_strfreev(parsed);
  }
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  arguments.push_back(nullptr);

  // Anew: it would be written over, not emptied.
  const std::string log_file = folder + "/server.log";
  ::unlink(log_file.c_str());
  const Ref<GSubprocessLauncher> launcher = make_launcher(log_file);
  GErrorPtr error;
  Server server;
  server.no_childs.emplace(user->get());
  server.user = std::move(*user);
  server.process = Ref<GSubprocess>::adopt(
      g_subprocess_launcher_spawnv(launcher.get(), arguments.data(), error.out()));
  if (!server.process)
    return fail(ErrorKind::settings, format("The rehearsal server '%s' did not start: %s.",
                                            path.c_str(), error->message));
  const Ref<GDataInputStream> out = Ref<GDataInputStream>::adopt(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(server.process.get())));
  const OwnedString line(
      g_data_input_stream_read_line_utf8(out.get(), nullptr, nullptr, error.out()));
  const Result<json::Value> facts = json::parse(line != nullptr ? line.get() : "");
  const json::Value* urls = facts ? facts->find("base-urls") : nullptr;
  if (urls == nullptr || urls->as_object() == nullptr)
    return fail(ErrorKind::settings, "The rehearsal server cannot start: " + last_words(log_file));
  if (const json::Value* pid = facts->find("pid"); pid != nullptr && pid->as_int() != nullptr)
    server.pid = static_cast<int>(*pid->as_int());
  for (const json::Member& member : *urls->as_object())
    if (const std::string* url = member.value.as_string()) server.base_urls[member.name] = *url;
  log({LogCategory::engine, LogLevel::info}, "rehearsal server started: %s", line.get());
  return server;
}

}  // namespace prompt::engine
