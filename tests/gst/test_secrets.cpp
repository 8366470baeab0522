// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The key, and the query of a signed URL, are nowhere to be seen: not in the log at its highest
// level, on the bus, in a dot dump, in what gst-launch prints with -v -m, in the ledger or in any
// other file of ours.
#include "fixture.h"

#include <fstream>
#include <mutex>

using namespace prompt::element::test;
using prompt::Ref;

namespace {

// What rehearsal puts into the query of its media URLs.
constexpr const char* signature = "signature=";

struct Log {
  std::mutex mutex;
  std::string text;
  long lines = 0;
};

void on_log(GstDebugCategory* category, GstDebugLevel level, const gchar* file,
            const gchar* function, gint line, GObject* object, GstDebugMessage* message,
            gpointer data) {
  const prompt::OwnedString text(
      gst_debug_log_get_line(category, level, file, function, line, object, message));
  auto* log = static_cast<Log*>(data);
  const std::lock_guard lock(log->mutex);
  log->text += text.get();
  ++log->lines;
}

void expect_absent(const std::string& text, const char* what, const char* where) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) return;
  const std::size_t begin = at > 200 ? at - 200 : 0;
  g_error("'%s' is in %s: ...%s...", what, where, text.substr(begin, 300).c_str());
}

void read_tree(const std::string& folder, std::string& into) {
  GDir* dir = g_dir_open(folder.c_str(), 0, nullptr);
  if (dir == nullptr) return;
  while (const char* name = g_dir_read_name(dir)) {
    const std::string path = folder + "/" + name;
    if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR) != FALSE)
      read_tree(path, into);
    else
      into += name + read_bytes(path);
  }
  g_dir_close(dir);
}

struct Ran {
  int status = 0;
  std::string output;
  std::string log;
  std::string dots;
};

// gst-launch with everything that it can show, the key coming by the environment.
Ran launch(const Rehearsal& server, const std::string& line) {
  const TemporaryFolder folder;
  const auto launcher =
      Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
          G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE)));
  const std::string log = folder.file("log");
  const auto set = [&](const char* name, const std::string& value) {
    g_subprocess_launcher_setenv(launcher.get(), name, value.c_str(), TRUE);
  };
  set("GST_DEBUG", "*:9");
  set("GST_DEBUG_FILE", log);
  set("GST_DEBUG_NO_COLOR", "1");
  set("GST_DEBUG_DUMP_DOT_DIR", folder.path());
  set("GST_PROMPT_HOME", server.library());
  set("QUICKGEN_API_KEY", canary_key);
  set("QUICKGEN_BASE_URL", server.base_url());
  set("GST_PROMPT_PROVIDER", "quickgen");
  const std::string command = "gst-launch-1.0 -v -m -t " + line;
  gchar** words = nullptr;
  g_shell_parse_argv(command.c_str(), nullptr, &words, nullptr);
  const auto process =
      Ref<GSubprocess>::adopt(g_subprocess_launcher_spawnv(launcher.get(), words, nullptr));
  g_strfreev(words);
  gchar* output = nullptr;
  g_subprocess_communicate_utf8(process.get(), nullptr, nullptr, &output, nullptr, nullptr);
  Ran ran;
  ran.status = g_subprocess_get_exit_status(process.get());
  if (output != nullptr) ran.output = output;
  g_free(output);
  ran.log = read_bytes(log);
  std::remove(log.c_str());
  read_tree(folder.path(), ran.dots);
  return ran;
}

}  // namespace

GST_START_TEST(nothing_that_an_application_sees_shows_the_key) {
  static Log log;
  gst_debug_remove_log_function(gst_debug_log_default);
  gst_debug_add_log_function(on_log, &log, nullptr);
  gst_debug_set_default_threshold(GST_LEVEL_MEMDUMP);
  std::string seen;
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--task-seconds", "0.3"}, {"--fault", "submit-401"}}) {
    const Rehearsal server(options);
    for (const char* line : {"promptsrc name=p ! fakesink", "promptdecodebin name=p ! fakesink"}) {
      Pipeline pipeline(line);
      const Element element = pipeline.find("p");
      gst_element_add_property_deep_notify_watch(pipeline.get(), nullptr, TRUE);
      server.apply(element.get());
      g_object_set(element.get(), "prompt", "secret", nullptr);
      pipeline.set_state(GST_STATE_PLAYING);
      GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless(end != nullptr);
      const bool is_refused = GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR;
      if (is_refused) seen += read_error(end).message + read_error(end).debug;
      fail_unless(is_refused == (options[0] == "--fault"), "%s", seen.c_str());
      const prompt::OwnedString dot(
          gst_debug_bin_to_dot_data(GST_BIN(pipeline.get()), GST_DEBUG_GRAPH_SHOW_ALL));
      seen += dot.get();
      for (const Message& message : pipeline.messages()) {
        const GstStructure* structure = gst_message_get_structure(message.get());
        if (structure == nullptr) continue;
        const prompt::OwnedString text(gst_structure_to_string(structure));
        seen += text.get();
      }
      seen += text_property(element.get(), "base-url") + nick_property(element.get(), "job-state");
    }
    std::string files;
    read_tree(server.library(), files);
    fail_unless(files.find("ledger.db") != std::string::npos && files.size() > 1000,
                "%s: %zu bytes", server.library().c_str(), files.size());
    expect_absent(files, canary_key, "a file of the library");
    fail_unless(server.stat({"providers", "vibegen", "requests"}) >= 1);
  }
  gst_debug_set_default_threshold(GST_LEVEL_NONE);
  gst_debug_remove_log_function(on_log);
  fail_unless(seen.size() > 10000);
  expect_absent(seen, canary_key, "a message or a dot dump");
  expect_absent(seen, signature, "a message or a dot dump");
  const std::lock_guard lock(log.mutex);
  g_print("%ld lines of log\n", log.lines);
  fail_unless(log.lines > 1000);
  // All of our layers had their say, at the level that says most.
  for (const char* category : {"promptsrc", "promptdecodebin", "promptjob", "prompthttp"})
    fail_unless(log.text.find(std::string(" ") + category + " ") != std::string::npos,
                "nothing of %s is in the log", category);
  for (const char* category : {"promptclip", "promptledger", "promptengine"})
    fail_unless(_gst_debug_get_category(category) != nullptr, "there is no category %s", category);
  expect_absent(log.text, canary_key, "the log");
  expect_absent(log.text, signature, "the log");
}
GST_END_TEST

GST_START_TEST(nothing_that_gst_launch_prints_shows_the_key) {
  // gst-launch is not instrumented and cannot load a plugin that is.
  if (g_getenv("GST_REGISTRY_FORK") != nullptr) return;
  const Rehearsal server({"--task-seconds", "0.3"});
  const Rehearsal refusing({"--fault", "submit-402"});
  struct Case {
    const Rehearsal* server;
    const char* line;
    int status;
  };
  for (const Case& one :
       {Case{&server, "promptsrc prompt=a ! fakesink", 0},
        {&server, "promptdecodebin prompt=b ! fakesink", 0},
        {&server, "playbin uri='prompt:c' video-sink=fakesink audio-sink=fakesink", 0},
        {&refusing, "promptsrc prompt=d ! fakesink", 1},
        {&refusing, "promptdecodebin prompt=e ! fakesink", 1}}) {
    const Ran ran = launch(*one.server, one.line);
    fail_unless(ran.status == one.status, "%s: %d: %s", one.line, ran.status, ran.output.c_str());
    fail_unless(ran.log.size() > 100000 && ran.dots.find("digraph") != std::string::npos);
    for (const char* secret : {canary_key, signature}) {
      expect_absent(ran.output, secret, "what gst-launch prints");
      expect_absent(ran.log, secret, "the log file");
      expect_absent(ran.dots, secret, "a dot file");
    }
    // What went wrong is told although gst-launch prints no details.
    if (one.status != 0)
      fail_unless(ran.output.find("http-status-code=402") != std::string::npos, "%s",
                  ran.output.c_str());
  }
  fail_unless_equals_int64(server.stat({"media", "with-authorization"}), 0);
}
GST_END_TEST

static Suite* secrets_suite() {
  Suite* suite = suite_create("secrets");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, nothing_that_an_application_sees_shows_the_key);
  tcase_add_test(tests, nothing_that_gst_launch_prints_shows_the_key);
  return suite;
}

GST_CHECK_MAIN(secrets)
