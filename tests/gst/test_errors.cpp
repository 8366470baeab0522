// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Each failure is one error message with a domain, a code and details that say what to do.
#include "fixture.h"

#include <glib/gstdio.h>

#include <array>

using namespace prompt::element::test;

namespace {

struct Code {
  GQuark domain;
  int code;
};

Code resource(GstResourceError code) { return {GST_RESOURCE_ERROR, code}; }
Code stream(GstStreamError code) { return {GST_STREAM_ERROR, code}; }

constexpr const char* lines[] = {"promptsrc name=p ! fakesink",
                                 "promptdecodebin name=p ! fakesink"};

using Prepare = std::function<void(GstElement*)>;

// Plays until the error, and looks at everything that holds for every error.
SeenError fail_with(const Rehearsal& server, const char* line, const Prepare& prepare) {
  Pipeline pipeline(line);
  const Element element = pipeline.find("p");
  server.apply(element.get());
  g_object_set(element.get(), "prompt", "doomed", nullptr);
  prepare(element.get());
  pipeline.set_state(GST_STATE_PLAYING);
  SeenError seen = read_error(pipeline.wait(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  // Whatever else comes of it comes soon: the end of the progress, and no second error.
  const bool has_progress = pipeline.count(GST_MESSAGE_PROGRESS) > 0;
  if (has_progress)
    fail_unless(pipeline.wait_until([&](GstMessage*) {
      return pipeline.progress().find("ERROR") != std::string::npos;
    }) != nullptr);
  pipeline.set_state(GST_STATE_READY);
  pipeline.drain();
  // In pull mode typefind adds an error of its own behind promptsrc.
  int errors = 0;
  for (const Message& message : pipeline.messages())
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR &&
        GST_MESSAGE_SRC(message.get()) == GST_OBJECT_CAST(element.get()))
      ++errors;
  fail_unless_equals_int(errors, 1);
  if (std::string(line).find("decodebin !") == std::string::npos)
    fail_unless_equals_int(pipeline.count(GST_MESSAGE_ERROR), 1);
  const std::string progress = pipeline.progress();
  fail_unless(!has_progress || (progress.rfind("START", 0) == 0 &&
                                progress.rfind("ERROR") == progress.size() - 5 &&
                                progress.find("COMPLETE") == std::string::npos),
              "%s", progress.c_str());
  // One sentence for a person; the details again for who reads the debug text only.
  fail_unless(seen.message.ends_with('.') || seen.message.ends_with(")"), "%s",
              seen.message.c_str());
  fail_unless(seen.message.find(canary_key) == std::string::npos &&
              seen.debug.find(canary_key) == std::string::npos);
  fail_unless(seen.details != nullptr &&
              gst_structure_has_name(seen.details.get(), "prompt-error"));
  fail_unless(gst_structure_has_field_typed(seen.details.get(), "retriable", G_TYPE_BOOLEAN));
  for (const char* field : {"provider", "error-code", "task-id", "job-id", "http-status-code"}) {
    const std::string text = seen.text(field);
    fail_unless(
        text.empty() || seen.debug.find(std::string(field) + "=" + text) != std::string::npos,
        "%s is not in: %s", field, seen.debug.c_str());
  }
  return seen;
}

void check_code(const SeenError& seen, const Code& wanted, const char* what) {
  fail_unless(seen.is(wanted.domain, wanted.code), "%s: %s %d: %s (%s)", what, seen.domain.c_str(),
              seen.code, seen.message.c_str(), seen.debug.c_str());
}

}  // namespace

GST_START_TEST(what_the_provider_answers_becomes_a_code_with_details) {
  struct Case {
    const char* fault;
    Code code;
    const char* http_status;
    const char* error_code;
    const char* in_message;
    bool has_task;
  };
  const std::array cases = {
      Case{"submit-400", resource(GST_RESOURCE_ERROR_SETTINGS), "400", "INVALID_PARAMETER", "",
           false},
      Case{"submit-401", resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED), "401", "INVALID_API_KEY", "",
           false},
      Case{"submit-402", resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED), "402", "INSUFFICIENT_CREDITS",
           "", false},
      Case{"status-401", resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED), "401", "INVALID_API_KEY", "",
           true},
      Case{"task-fails", stream(GST_STREAM_ERROR_FAILED), "", "", "Content policy violation", true},
      Case{"submit-lost-reply", resource(GST_RESOURCE_ERROR_FAILED), "", "", "", false},
      Case{"media-html", stream(GST_STREAM_ERROR_WRONG_TYPE), "", "", "", true},
  };
  for (const Case& one : cases) {
    // A lost reply is found again in the list, unless the list hides it.
    const Rehearsal server(std::vector<std::string>{"--task-seconds", "0.1", "--fault", one.fault,
                                                    "--fault", "list-hides"});
    for (const char* line : lines) {
      const SeenError seen = fail_with(server, line, [](GstElement*) {});
      check_code(seen, one.code, one.fault);
      assert_text(seen.text("http-status-code"), one.http_status);
      assert_text(seen.text("error-code"), one.error_code);
      assert_text(seen.text("provider"), "quickgen");
      fail_unless(!seen.text("job-id").empty());
      fail_unless(seen.text("task-id").empty() == !one.has_task, "%s: task '%s'", one.fault,
                  seen.text("task-id").c_str());
      fail_unless(seen.message.find(one.in_message) != std::string::npos, "%s",
                  seen.message.c_str());
    }
    fail_unless(server.submits() <= 2, "%s: %ld submits", one.fault, server.submits());
    const std::string fault = one.fault;
    fail_unless(server.stat({"faults", fault}) >= 1, "%s never happened", one.fault);
  }
}
GST_END_TEST

GST_START_TEST(lists_of_addresses_are_refused_and_never_followed) {
  for (const char* fault :
       {"media-hls", "media-dash", "media-smil", "media-sdp", "media-urilist"}) {
    const Rehearsal server(std::vector<std::string>{"--task-seconds", "0.1", "--fault", fault});
    for (const char* line : {lines[0], lines[1], "promptsrc name=p ! decodebin ! fakesink"}) {
      const SeenError seen = fail_with(server, line, [](GstElement*) {});
      check_code(seen, stream(GST_STREAM_ERROR_WRONG_TYPE), fault);
    }
    fail_unless_equals_int64(server.stat({"canary", "connections"}), 0);
    fail_unless(server.stat({"faults", fault}) >= 1, "%s never happened", fault);
  }
}
GST_END_TEST

GST_START_TEST(bad_settings_are_refused_before_anything_is_submitted) {
  const Rehearsal server({"--task-seconds", "0.1"});
  const TemporaryFolder folder;
  g_file_set_contents(folder.file("file").c_str(), "x", 1, nullptr);
  g_mkdir(folder.file("broken").c_str(), 0700);
  const std::string garbage(8192, 'x');
  g_file_set_contents(folder.file("broken/ledger.db").c_str(), garbage.data(),
                      static_cast<gssize>(garbage.size()), nullptr);
  const std::string long_prompt(2001, 'x');
  const auto text = [](const char* name, const std::string& value) {
    return Prepare([name, value](GstElement* element) {
      g_object_set(element, name, value.c_str(), nullptr);
    });
  };
  struct Case {
    const char* what;
    Prepare prepare;
    Code code;
    const char* in_message;
  };
  const Code settings = resource(GST_RESOURCE_ERROR_SETTINGS);
  const std::vector<Case> cases = {
      {"no key", [](GstElement* element) { g_object_set(element, "api-key", nullptr, nullptr); },
       resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED), "QUICKGEN_API_KEY"},
      {"odd key", text("api-key", "sk-video-a\nb"), settings, ""},
      {"no prompt", text("prompt", ""), settings, "prompt"},
      {"long prompt", text("prompt", long_prompt), settings, "2001"},
      {"prompt of another encoding", text("prompt", "caf\xe9"), settings, "UTF-8"},
      {"unknown provider", text("provider", "nobody"), settings, "nobody"},
      {"unknown model", text("model", "tarzan"), settings, "seedance 2.0"},
      {"seven seconds", [](GstElement* element) { g_object_set(element, "duration", 7, nullptr); },
       settings, "7"},
      {"4k", text("resolution", "4k"), settings, "4k"},
      {"no address", text("base-url", "not an address"), settings, "base-url"},
      {"plain http", text("base-url", "http://example.com/api"), settings, "http"},
      {"local image", text("image", "/etc/hostname"), settings, "/etc/hostname"},
      {"price", [](GstElement* element) { g_object_set(element, "max-credits", 14.9, nullptr); },
       settings, "15"},
      {"cache only",
       [](GstElement* element) { gst_util_set_object_arg(G_OBJECT(element), "cache", "only"); },
       resource(GST_RESOURCE_ERROR_NOT_FOUND), "only"},
      {"a parameter that is not for JSON",
       [](GstElement* element) {
         gst_util_set_object_arg(G_OBJECT(element), "parameters", "p,rate=(fraction)1/2");
       },
       settings, "rate"},
      {"a parameter that has no place",
       [](GstElement* element) {
         gst_util_set_object_arg(G_OBJECT(element), "parameters", "p,style=jazz");
       },
       settings, "style"},
      {"library below a file", text("library", folder.file("file/below")),
       resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE), "file"},
      {"corrupt ledger", text("library", folder.file("broken")),
       resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE), "ledger"},
  };
  for (const Case& one : cases) {
    for (const char* line : lines) {
      const SeenError seen = fail_with(server, line, one.prepare);
      check_code(seen, one.code, one.what);
      fail_unless(seen.message.find(one.in_message) != std::string::npos, "%s: %s", one.what,
                  seen.message.c_str());
    }
  }
  // The ledger that could not be read is still as it was.
  fail_unless(read_bytes(folder.file("broken/ledger.db")) == garbage);
  // Had one of them asked for anything, it would have come before this.
  fail_unless(!fetch(server, "a good one").empty());
  fail_unless_equals_int64(server.stat({"providers", "vibegen", "submits"}), 1);
}
GST_END_TEST

GST_START_TEST(an_error_can_be_recovered_from) {
  const Rehearsal server({"--task-seconds", "0.1"});
  for (const char* line : lines) {
    Pipeline pipeline(line);
    const Element element = pipeline.find("p");
    server.apply(element.get());
    g_object_set(element.get(), "prompt", "second try", "duration", 7, nullptr);
    pipeline.set_state(GST_STATE_PLAYING);
    fail_unless(pipeline.wait(GST_MESSAGE_ERROR) != nullptr);
    pipeline.set_state(GST_STATE_READY);
    g_object_set(element.get(), "duration", 5, nullptr);
    pipeline.set_state(GST_STATE_PLAYING);
    fail_unless(pipeline.wait(GST_MESSAGE_EOS) != nullptr, "%s", line);
    fail_unless_equals_int(pipeline.count(GST_MESSAGE_ERROR), 1);
  }
}
GST_END_TEST

GST_START_TEST(uri_with_a_forbidden_property_is_an_error_of_the_player) {
  for (const char* factory : {"uridecodebin", "uridecodebin3", "playbin", "playbin3"}) {
    Pipeline pipeline(make("pipeline"));
    const Element player = make(factory);
    gst_bin_add(GST_BIN(pipeline.get()), player.get());
    g_object_set(player.get(), "uri", "prompt:a fox?base-url=http://example.com", nullptr);
    pipeline.set_state(GST_STATE_PAUSED);
    const SeenError seen = read_error(pipeline.wait(GST_MESSAGE_ERROR));
    fail_unless(seen.message.find("'base-url'") != std::string::npos, "%s: %s", factory,
                seen.message.c_str());
  }
}
GST_END_TEST

static Suite* errors_suite() {
  Suite* suite = suite_create("errors");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, what_the_provider_answers_becomes_a_code_with_details);
  tcase_add_test(tests, lists_of_addresses_are_refused_and_never_followed);
  tcase_add_test(tests, bad_settings_are_refused_before_anything_is_submitted);
  tcase_add_test(tests, an_error_can_be_recovered_from);
  tcase_add_test(tests, uri_with_a_forbidden_property_is_an_error_of_the_player);
  return suite;
}

GST_CHECK_MAIN(errors)
