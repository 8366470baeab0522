// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "server_process.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace prompt::test {
namespace {

constexpr gint64 patience_us = 5 * G_USEC_PER_SEC;

void remove_tree(const std::string& path) {
  if (GDir* folder = g_dir_open(path.c_str(), 0, nullptr); folder != nullptr) {
    while (const char* name = g_dir_read_name(folder)) remove_tree(path + "/" + name);
    g_dir_close(folder);
  }
  g_remove(path.c_str());
}

std::string text_member(JsonObject* object, const char* name) {
  JsonNode* node = json_object_get_member(object, name);
  if (node == nullptr || json_node_get_value_type(node) != G_TYPE_STRING) return {};
  return json_node_get_string(node);
}

long number_member(JsonObject* object, const char* name) {
  JsonNode* node = json_object_get_member(object, name);
  if (node == nullptr || json_node_get_value_type(node) != G_TYPE_INT64) return 0;
  return static_cast<long>(json_node_get_int(node));
}

// The parser has to live as long as the object is used.
JsonObject* parse_object(JsonParser* parser, const std::string& line) {
  if (!json_parser_load_from_data(parser, line.data(), static_cast<gssize>(line.size()), nullptr))
    return nullptr;
  JsonNode* root = json_parser_get_root(parser);
  return root != nullptr && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : nullptr;
}

LoggedRequest read_request(JsonObject* object) {
  LoggedRequest request;
  request.method = text_member(object, "method");
  request.path = text_member(object, "path");
  request.query = text_member(object, "query");
  request.listener = text_member(object, "listener");
  request.alpn = text_member(object, "alpn");
  request.body_length = number_member(object, "body_length");
  request.connection = number_member(object, "connection");
  JsonNode* headers = json_object_get_member(object, "headers");
  if (headers == nullptr || !JSON_NODE_HOLDS_OBJECT(headers)) return request;
  json_object_foreach_member(
      json_node_get_object(headers),
      [](JsonObject*, const char* name, JsonNode* value, gpointer data) {
        const OwnedString lower(g_ascii_strdown(name, -1));
        if (json_node_get_value_type(value) == G_TYPE_STRING)
          (*static_cast<std::map<std::string, std::string>*>(data))[lower.get()] =
              json_node_get_string(value);
      },
      &request.headers);
  return request;
}

}  // namespace

int slowness() {
  const char* factor = g_getenv("CK_TIMEOUT_MULTIPLIER");
  return factor != nullptr ? std::max(1, std::atoi(factor)) : 1;
}

TemporaryFolder::TemporaryFolder() {
  GErrorPtr error;
  const OwnedString made(g_dir_make_tmp("prompt-test-XXXXXX", error.out()));
  if (!made) g_error("no temporary folder: %s", error->message);
  path_ = made.get();
}

TemporaryFolder::~TemporaryFolder() { remove_tree(path_); }

ServerProcess::ServerProcess(const std::vector<std::string>& command, std::string log,
                             const std::vector<std::string>& environment, Stop stop)
    : log_(std::move(log)), stop_(stop) {
  const auto launcher =
      Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE)));
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    g_subprocess_launcher_setenv(launcher.get(), variable.substr(0, equals).c_str(),
                                 variable.substr(equals + 1).c_str(), TRUE);
  }
  // What a test preloads into itself is not for its servers.
  g_subprocess_launcher_unsetenv(launcher.get(), "LD_PRELOAD");
  std::vector<const char*> arguments;
  for (const std::string& word : command) arguments.push_back(word.c_str());
  arguments.push_back(nullptr);
  GErrorPtr error;
  process_ = Ref<GSubprocess>::adopt(
      g_subprocess_launcher_spawnv(launcher.get(), arguments.data(), error.out()));
  if (!process_) g_error("'%s' does not start: %s", command[0].c_str(), error->message);

  const auto output = Ref<GDataInputStream>::adopt(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  const OwnedString line(
      g_data_input_stream_read_line(output.get(), nullptr, nullptr, error.out()));
  const auto parser = Ref<JsonParser>::adopt(json_parser_new());
  JsonObject* ready = line ? parse_object(parser.get(), line.get()) : nullptr;
  if (ready == nullptr) g_error("'%s' did not say that it is ready", command[0].c_str());
  json_object_foreach_member(
      ready,
      [](JsonObject* object, const char* name, JsonNode*, gpointer data) {
        auto* self = static_cast<ServerProcess*>(data);
        if (const std::string value = text_member(object, name); !value.empty())
          self->texts_[name] = value;
      },
      this);
  ports_[""] = static_cast<int>(number_member(ready, "port"));
  JsonNode* ports = json_object_get_member(ready, "ports");
  if (ports == nullptr || !JSON_NODE_HOLDS_OBJECT(ports)) return;
  json_object_foreach_member(
      json_node_get_object(ports),
      [](JsonObject* object, const char* name, JsonNode*, gpointer data) {
        static_cast<ServerProcess*>(data)->ports_[name] =
            static_cast<int>(number_member(object, name));
      },
      this);
}

ServerProcess::~ServerProcess() {
  if (stop_ == Stop::by_closed_input)
    g_output_stream_close(g_subprocess_get_stdin_pipe(process_.get()), nullptr, nullptr);
  else
    g_subprocess_send_signal(process_.get(), SIGTERM);
  g_subprocess_wait(process_.get(), nullptr, nullptr);
}

int ServerProcess::port(const std::string& name) const {
  const auto found = ports_.find(name);
  if (found == ports_.end()) g_error("the server has no port '%s'", name.c_str());
  return found->second;
}

std::string ServerProcess::text(const std::string& name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::string() : found->second;
}

std::vector<ServerProcess::Entry> ServerProcess::read_log() const {
  std::ifstream file(log_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(log_start_));
  std::vector<Entry> entries;
  const auto parser = Ref<JsonParser>::adopt(json_parser_new());
  for (std::string line; std::getline(file, line);) {
    JsonObject* object = parse_object(parser.get(), line);
    if (object == nullptr) continue;  // a line that is still being written
    std::string event = text_member(object, "event");
    if (event.empty()) event = "request";
    entries.push_back(Entry{event, read_request(object)});
  }
  return entries;
}

std::vector<LoggedRequest> ServerProcess::requests() const {
  std::vector<LoggedRequest> requests;
  for (Entry& entry : read_log())
    if (entry.event == "request") requests.push_back(std::move(entry.request));
  return requests;
}

int ServerProcess::count(const std::string& path) const {
  int found = 0;
  for (const LoggedRequest& request : requests())
    if (request.path == path) ++found;
  return found;
}

int ServerProcess::connections(const std::string& listener) const {
  int found = 0;
  for (const Entry& entry : read_log())
    if (entry.event == "connection" && (listener.empty() || entry.request.listener == listener))
      ++found;
  return found;
}

int ServerProcess::wait_for_count(const std::string& path, int wanted) const {
  const gint64 until = g_get_monotonic_time() + patience_us;
  for (;;) {
    const int seen = count(path);
    if (seen >= wanted || g_get_monotonic_time() > until) return seen;
    g_usleep(2000);
  }
}

void ServerProcess::clear_log() {
  std::ifstream file(log_, std::ios::binary | std::ios::ate);
  log_start_ = file ? static_cast<std::size_t>(file.tellg()) : 0;
}

HostileServer::HostileServer()
    : process_({PROMPT_TEST_PYTHON, PROMPT_TEST_SUPPORT "/hostile_server.py", "--tls", "--log",
                folder_.file("log")},
               folder_.file("log"), {}, ServerProcess::Stop::by_closed_input) {}

std::string HostileServer::url(const std::string& path, const std::string& listener,
                               const std::string& host) const {
  const bool is_tls = listener.rfind("tls-", 0) == 0;
  return (is_tls ? "https://" : "http://") + host + ":" + std::to_string(process_.port(listener)) +
         path;
}

}  // namespace prompt::test
