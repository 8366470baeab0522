// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the format can say beyond VibeGen: structured bodies, addresses from replies, second calls,
// bytes behind the key, cancelling, forms with files.
#include "fixture.h"

#include "json/write.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

const char* const base = "https://api.kiln.example/v2";

Translator kiln() { return Translator(load_good(read_test_file("provider/kiln.json")), base); }

// kiln.json with other members, given as JSON, at the top level.
Translator kiln_with(std::initializer_list<std::pair<const char*, const char*>> members) {
  json::Value root = read_json(read_test_file("provider/kiln.json"));
  for (const auto& [name, value] : members) root.as_object()->set(name, read_json(value));
  return Translator(load_good(json::write(root)), base);
}

Request fox(const Translator& translator, const char* model = "glaze-1") {
  Request request;
  request.provider = "kiln";
  request.prompt = "a fox";
  request.model = model;
  return checked(translator.description(), request);
}

StatusFacts status_of(const Translator& translator, const char* model, const std::string& body) {
  return good(
      translator.read_status(fox(translator, model), task_of("k_1"), make_reply(200, body)));
}

}  // namespace

GST_START_TEST(structured_body_is_written) {
  const Translator translator = kiln();
  Request request;
  request.prompt = "a fox";
  request.duration_s = 8;
  request.aspect_ratio = "9:16";
  request.seed = 7;
  request.images = {Image{"https://e.org/a.png", "", "", ""},
                    Image{"/tmp/b.png", "QUJD", "image/png", std::string(64, 'a')}};
  request.parameters.set("mood", json::Value("wild"));
  request.parameters.set("depth", json::Value(3));
  request = checked(translator.description(), request);
  const http::Request http = good(translator.submit(request, "https://me.example/hook"));
  assert_text(http.url, "https://api.kiln.example/v2/clips");
  fail_unless(http.headers.size() == 1);
  assert_text(http.headers[0].name, "X-Kiln-Version");
  assert_text(http.headers[0].value, "2");
  fail_unless(read_json(http.body) == read_json(R"({
    "engine": "glaze-1", "text": "a fox", "seconds": "8", "shape": "tall", "seed": 7,
    "frames": [{"at": "first", "source": "https://e.org/a.png"},
               {"at": "last", "source": "data:image/png;base64,QUJD"}],
    "notify": "https://me.example/hook", "mood": "wild", "depth": 3})"),
              "%s", http.body.c_str());
}
GST_END_TEST

GST_START_TEST(callback_without_a_place_is_refused) {
  const Translator translator = kiln();
  const Request still = fox(translator, "slip-1");
  fail_unless(translator.description().takes_callback(fox(translator)));
  fail_if(translator.description().takes_callback(still));
  const Error error = bad(translator.submit(still, "https://me.example/hook"));
  fail_unless(error.kind == ErrorKind::settings);
  assert_text(
      error.message,
      "The property \"callback-url\" is set, but Kiln has no place for it: leave it unset.");
}
GST_END_TEST

GST_START_TEST(submit_reads_price_and_address) {
  const Translator translator = kiln();
  const Request request = fox(translator);
  const SubmitFacts facts = good(translator.read_submit(
      request, make_reply(202, R"({"job":{"ref":"k_1","phase":"firing","cost":12.5,
                                          "poll":"/v2/jobs/k_1?t=1"}})")));
  assert_text(facts.task.id, "k_1");
  fail_unless(facts.state == TaskState::running);
  fail_unless(facts.credits == 12.5);
  assert_text(good(translator.status(request, facts.task)).url,
              "https://api.kiln.example/v2/jobs/k_1?t=1");
  // Without the address the path serves.
  assert_text(good(translator.status(request, task_of("k_1"))).url,
              "https://api.kiln.example/v2/jobs/k_1");
}
GST_END_TEST

GST_START_TEST(strangers_address_is_asked_without_the_key) {
  const Translator translator = kiln();
  const Secret key("canary");
  for (const char* const poll :
       {"https://evil.example/v2/jobs/k_1", "http://api.kiln.example/v2/jobs/k_1",
        "https://api.kiln.example:444/jobs/k_1", "//evil.example/jobs/k_1"}) {
    Task task = task_of("k_1");
    task.captured.set("poll", json::Value(poll));
    http::Request http = good(translator.status(fox(translator), task));
    fail_if(good(translator.authorize(http, key)), "%s", poll);
    fail_unless(http.credential.key.empty());
  }
  // What is no address at all is not used.
  for (const char* const poll : {"javascript:alert(1)", "file:///etc/passwd", "jobs/k_1", "",
                                 "https://me:pw@api.kiln.example/x"}) {
    Task task = task_of("k_1");
    task.captured.set("poll", json::Value(poll));
    assert_text(good(translator.status(fox(translator), task)).url,
                "https://api.kiln.example/v2/jobs/k_1");
  }
  Task task = task_of("k_1");
  task.captured.set("poll", json::Value("/v2/jobs/k_1"));
  http::Request http = good(translator.status(fox(translator), task));
  fail_unless(good(translator.authorize(http, key)));
  assert_text(http.credential.name, "X-Kiln-Key");
  assert_text(http.credential.prefix, "");
}
GST_END_TEST

GST_START_TEST(listed_hosts_may_have_the_key_by_https_alone) {
  const Translator translator =
      kiln_with({{"hosts", R"(["files.kiln.example", "eu.kiln.example:8443"])"}});
  fail_unless(translator.may_send_credential_to("https://files.kiln.example/a"));
  fail_unless(translator.may_send_credential_to("https://eu.kiln.example:8443/a"));
  fail_if(translator.may_send_credential_to("http://files.kiln.example/a"));
  fail_if(translator.may_send_credential_to("https://files.kiln.example:8443/a"));
  fail_if(translator.may_send_credential_to("https://eu.kiln.example/a"));
  fail_if(translator.may_send_credential_to("https://x.files.kiln.example/a"));
}
GST_END_TEST

GST_START_TEST(results_are_chosen_by_medium_and_kind) {
  const Translator translator = kiln();
  const std::string body = R"({"job":{"ref":"k_1","phase":"done","cost":12,"files":[
      {"kind":"cover","href":"https://c.example/cover.png","name":"Cover"},
      {"kind":"clip","href":"https://c.example/clip.mp4"},
      {"kind":"clip","href":"/v2/files/2"}, {"kind":"clip","href":7}, null, {}]}})";
  const StatusFacts video = status_of(translator, "glaze-1", body);
  fail_unless(video.state == TaskState::ready && video.results.size() == 2);
  assert_text(video.results[0].url, "https://c.example/clip.mp4");
  assert_text(video.results[1].url, "https://api.kiln.example/v2/files/2");
  fail_unless(video.credits == 12.0);
  const StatusFacts image = status_of(translator, "slip-1", body);
  fail_unless(image.results.size() == 3);
  assert_text(image.results[0].title, "Cover");
}
GST_END_TEST

GST_START_TEST(progress_is_clamped_or_dropped) {
  const Translator translator = kiln();
  const auto progress = [&](const char* value) {
    return status_of(translator, "glaze-1",
                     std::string(R"({"job":{"phase":"firing","percent":)") + value + "}}")
        .progress;
  };
  fail_unless(progress("40") == 0.4);
  fail_unless(progress("150") == 1.0);
  fail_unless(progress("-3") == 0.0);
  fail_unless(progress("\"45%\"") == 0.45);
  fail_unless(progress("\"45\"") == 0.45);
  for (const char* const value :
       {"null", "\"NaN\"", "\"inf\"", "\"1e999\"", "\"soon\"", "[]", "{}", "true", "\"\"", "\"%\""})
    fail_if(progress(value).has_value(), "%s", value);
}
GST_END_TEST

GST_START_TEST(failed_task_says_why_and_that_it_is_free) {
  const Translator translator = kiln();
  const StatusFacts facts = status_of(
      translator, "glaze-1",
      R"({"job":{"phase":"cracked","reason":"too-hot","why":"The kiln\u0007 exploded \u202eat https://h.example/x?sig=canary"}})");
  fail_unless(facts.state == TaskState::failed && facts.refunded);
  fail_unless(facts.failure->kind == ErrorKind::failed);
  assert_text(facts.failure->code, "too-hot");
  assert_contains(facts.failure->message, {"The kiln exploded at https://h.example/x", "too-hot"});
  fail_unless(facts.failure->message.find("canary") == std::string::npos);
  const StatusFacts gone = status_of(translator, "glaze-1", R"({"job":{"phase":"withdrawn"}})");
  fail_unless(gone.state == TaskState::cancelled);
  fail_unless(gone.failure->kind == ErrorKind::cancelled);
}
GST_END_TEST

GST_START_TEST(rules_say_what_errors_mean) {
  const Translator translator = kiln();
  const Request request = fox(translator);
  const char* const refused = R"({"problem":{"id":"clay-not-allowed","text":"No."}})";
  // Moderation when submitting: nothing was made, and the settings are not at fault.
  const Error moderated = bad(translator.read_submit(request, make_reply(400, refused)));
  fail_unless(moderated.kind == ErrorKind::failed && !moderated.maybe_billed);
  assert_text(moderated.code, "clay-not-allowed");
  // The same about a task is the task's end, not a failed exchange, even with HTTP 200.
  for (const int status : {200, 400}) {
    const StatusFacts ended =
        good(translator.read_status(request, task_of("k_1"), make_reply(status, refused)));
    fail_unless(ended.state == TaskState::failed && ended.refunded);
    assert_contains(ended.failure->message, {"\"No.\""});
  }
  const Error full = bad(translator.read_status(request, task_of("k_1"), make_reply(503, "{}")));
  fail_unless(full.kind == ErrorKind::busy && full.retriable);
  // A 5xx may have made a task, whatever the rules call it.
  const Error unsure = bad(translator.read_submit(request, make_reply(503, "{}")));
  fail_unless(unsure.kind == ErrorKind::busy && unsure.maybe_billed && !unsure.retriable);
}
GST_END_TEST

GST_START_TEST(cancelling_is_asked_and_understood) {
  const Translator translator = kiln();
  const Request request = fox(translator);
  fail_unless(translator.has_cancel());
  const http::Request http = good(translator.cancel(request, task_of("k_1")));
  assert_text(http.method, "DELETE");
  assert_text(http.url, "https://api.kiln.example/v2/jobs/k_1");
  fail_unless(good(translator.read_cancel(request, make_reply(204, ""))));
  fail_unless(good(translator.read_cancel(request, make_reply(200, "{}"))));
  fail_if(good(translator.read_cancel(request, make_reply(404, "{}"))));
  fail_if(good(translator.read_cancel(request, make_reply(409, "{}"))));
  fail_unless(bad(translator.read_cancel(request, make_reply(500, "{}"))).retriable);
}
GST_END_TEST

GST_START_TEST(states_may_be_numbers_truth_values_and_http_statuses) {
  const Translator numbers =
      kiln_with({{"states", R"({"queued":[1],"running":[2],"ready":[3, true],"failed":[4]})"}});
  const auto state = [&](const Translator& translator, const char* value) {
    return status_of(translator, "slip-1", std::string(R"({"job":{"phase":)") + value + "}}").state;
  };
  fail_unless(state(numbers, "1") == TaskState::queued);
  fail_unless(state(numbers, "3") == TaskState::ready);
  fail_unless(state(numbers, "\"3\"") == TaskState::ready);
  fail_unless(state(numbers, "true") == TaskState::ready);
  fail_unless(state(numbers, "false") == TaskState::running);  // unknown
  fail_unless(state(numbers, "99") == TaskState::running);
  fail_unless(state(kiln(), "\"DONE\"") == TaskState::ready);

  const Translator by_status = kiln_with(
      {{"states", R"({"running":[{"http-status":202}],"ready":["done",{"http-status":200}]})"}});
  const Request request = fox(by_status);
  const auto facts = [&](int status, const char* body) {
    return by_status.read_status(request, task_of("k_1"), make_reply(status, body));
  };
  fail_unless(good(facts(202, "")).state == TaskState::running);
  fail_unless(good(facts(202, "{}")).state == TaskState::running);
  fail_unless(good(facts(200, "{}")).state == TaskState::ready);
  fail_unless(good(facts(202, R"({"job":{"phase":"done"}})")).state == TaskState::ready);
  fail_unless(bad(facts(204, "")).kind == ErrorKind::malformed);
}
GST_END_TEST

GST_START_TEST(number_in_the_reply_can_replace_the_http_status) {
  const Translator translator =
      kiln_with({{"http-status-at", R"("code")"}, {"success", R"({"at":"code","is":200})"}});
  const Request request = fox(translator);
  const auto submit = [&](const char* body) {
    return translator.read_submit(request, make_reply(200, body));
  };
  assert_text(good(submit(R"({"code":200,"job":{"ref":"k_1"}})")).task.id, "k_1");
  assert_text(good(submit(R"({"job":{"ref":"k_1"}})")).task.id, "k_1");
  const Error poor = bad(submit(R"({"code":402,"msg":"no money"})"));
  fail_unless(poor.kind == ErrorKind::not_authorized && !poor.maybe_billed);
  assert_text(poor.code, "INSUFFICIENT_CREDITS");
  assert_contains(poor.message, {"no money", "code 402"});
  fail_unless(bad(submit(R"({"code":429})")).kind == ErrorKind::busy);
  const Error broken = bad(submit(R"({"code":500})"));
  fail_unless(broken.kind == ErrorKind::network && broken.maybe_billed);
  const Error refused = bad(submit(R"({"code":0,"msg":"no"})"));
  fail_unless(refused.kind == ErrorKind::rejected && !refused.maybe_billed);
  fail_unless(bad(submit(R"({"code":[200]})")).kind == ErrorKind::malformed);
}
GST_END_TEST

GST_START_TEST(second_call_names_the_results) {
  const Translator translator = kiln_with({{"operations", R"({
    "submit": [{"path": "/${model:path}", "query": {"hook": "${callback-url}"},
      "body": {"json": {"text": "${prompt}", "seconds": "${duration}", "shape": "${aspect-ratio}",
                        "seed": "${seed}", "frames": "${images}", "$merge": "${parameters}"}},
      "reply": {"id": "id", "capture": {"answer": "response_url", "file": "file_id"}}}],
    "status": [{"path": "/${model:path}/${task-id}", "reply": {"state": "phase"}}],
    "result": [{"url-from": "answer", "query": {"file": "${captured.file}"},
      "reply": {"results": [{"items": "output[*]", "url": "$"}, {"url": ["output", "video.url"]}],
                "failure-message": "detail"},
      "errors": [{"http-status": "4xx", "kind": "failed", "message": ["detail[0].msg", "detail"]}]}]
  })"}});
  const Request request = fox(translator);
  assert_text(good(translator.submit(request, "https://me.example/a?b")).url,
              "https://api.kiln.example/v2/glaze-1?hook=https%3A%2F%2Fme.example%2Fa%3Fb");
  const SubmitFacts made = good(translator.read_submit(
      request, make_reply(200, R"({"id":"k_1","response_url":"/v2/answers/k_1","file_id":77})")));
  const StatusFacts done =
      good(translator.read_status(request, made.task, make_reply(200, R"({"phase":"done"})")));
  fail_unless(done.state == TaskState::ready && done.results.empty());
  const auto call = translator.result(request, made.task);
  fail_unless(call.has_value());
  assert_text(good(*call).url, "https://api.kiln.example/v2/answers/k_1?file=77");
  const auto urls = [&](const char* body) {
    const StatusFacts facts =
        good(translator.read_result(request, made.task, make_reply(200, body)));
    fail_unless(facts.state == TaskState::ready);
    std::string out;
    for (const MediaResult& result : facts.results) out.append(result.url).append(" ");
    return out;
  };
  assert_text(urls(R"({"output":"https://c.example/a"})"), "https://c.example/a ");
  assert_text(urls(R"({"output":["https://c.example/a","https://c.example/b"]})"),
              "https://c.example/a https://c.example/b ");
  assert_text(urls(R"({"video":{"url":"https://c.example/v"}})"), "https://c.example/v ");
  assert_text(urls("{}"), "");
  // The failure shows in this call only.
  const StatusFacts failed = good(translator.read_result(
      request, made.task, make_reply(422, R"({"detail":[{"msg":"not that prompt"}]})")));
  fail_unless(failed.state == TaskState::failed);
  assert_contains(failed.failure->message, {"not that prompt"});
  fail_unless(bad(translator.read_result(request, made.task, make_reply(502, ""))).retriable);
  // A task that is only known by its id has no such address.
  const auto unknown = translator.result(request, task_of("k_1"));
  fail_unless(unknown.has_value() && bad(*unknown).kind == ErrorKind::settings);
}
GST_END_TEST

GST_START_TEST(bytes_behind_the_key_and_forms_with_files) {
  const Translator translator = kiln_with({{"operations", R"({
    "submit": [{"path": "/videos",
      "body": {"multipart": {"model": "${model}", "prompt": "${prompt}",
        "seconds": {"$value": "${duration}", "$as": "string"}, "size": "${aspect-ratio}",
        "seed": "${seed}", "input_reference": "${images}", "$merge": "${parameters}"}},
      "reply": {"id": "id", "state": "status"}}],
    "status": [{"path": "/videos/${task-id}", "reply": {"state": "status"}}],
    "content": [{"path": "/videos/${task-id}/content", "query": {"variant": "video"}}]
  })"}});
  Request request;
  request.prompt = "a \"fox\"\n";
  request.duration_s = 4;
  request.images = {Image{"/tmp/b.png", "QUJD", "image/png", std::string(64, 'a')}};
  request = checked(translator.description(), request);
  const http::Request http = good(translator.submit(request, ""));
  const std::string prefix = "multipart/form-data; boundary=";
  fail_unless(http.content_type.rfind(prefix, 0) == 0);
  const std::string line = "--" + http.content_type.substr(prefix.size());
  assert_text(
      http.body,
      line + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nglaze-1\r\n" + line +
          "\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na \"fox\"\n\r\n" + line +
          "\r\nContent-Disposition: form-data; name=\"seconds\"\r\n\r\n4\r\n" + line +
          "\r\nContent-Disposition: form-data; name=\"input_reference\"; "
          "filename=\"image.png\"\r\nContent-Type: image/png\r\n\r\nABC\r\n" +
          line + "--\r\n");
  // The same request has the same bytes.
  assert_text(good(translator.submit(request, "")).body, http.body);

  const StatusFacts facts = good(
      translator.read_status(request, task_of("k_1"), make_reply(200, R"({"status":"done"})")));
  fail_unless(facts.results.size() == 1);
  assert_text(facts.results[0].url, "https://api.kiln.example/v2/videos/k_1/content?variant=video");
  fail_unless(facts.results[0].needs_credential);
}
GST_END_TEST

GST_START_TEST(results_get_the_key_on_their_own_origin_alone) {
  const Translator translator = kiln_with({{"operations", R"({
    "submit": [{"path": "/v", "body": {"json": {"p": "${prompt}", "d": "${duration}",
        "a": "${aspect-ratio}", "s": "${seed}", "i": "${images}", "$merge": "${parameters}"}},
      "reply": {"id": "id"}}],
    "status": [{"path": "/v/${task-id}", "reply": {"state": "s",
      "results": [{"items": "urls", "url": "$", "with-credential": true}]}}]})"}});
  const StatusFacts facts = good(
      translator.read_status(fox(translator), task_of("k_1"),
                             make_reply(200, R"({"s":"done","urls":["/v2/a","https://cdn.example/b",
                          "https://api.kiln.example/c"]})")));
  fail_unless(facts.results.size() == 3);
  fail_unless(facts.results[0].needs_credential);
  fail_if(facts.results[1].needs_credential);
  fail_unless(facts.results[2].needs_credential);
}
GST_END_TEST

GST_START_TEST(any_model_goes_into_the_path) {
  const Translator translator = kiln_with(
      {{"models", R"([{"id": "*", "media": "video", "settings": {"prompt": {"required": false}}},
                      {"id": "slip-1", "media": "image"}])"},
       {"operations", R"({
    "submit": [{"path": "/${model:path}", "body": {"json": {"prompt": "${prompt}"}},
                "reply": {"id": "id"}}],
    "status": [{"path": "/jobs/${task-id}",
                "reply": {"state": "s", "results": [{"url": "u"}]}}]})"}});
  Request request;
  request.prompt = "a fox";
  assert_contains(refusal(translator.description(), request),
                  {"The property \"model\" is empty", "https://kiln.example/docs"});
  request.model = "owner/name/text-to-video";
  const Request whole = checked(translator.description(), request);
  fail_unless(whole.media == Media::video);
  assert_text(good(translator.submit(whole, "")).url,
              "https://api.kiln.example/v2/owner/name/text-to-video");
  request.model = "../../admin";
  fail_unless(refusal(translator.description(), request).find("model") != std::string::npos);
  request.model = "a?b#c d";
  assert_text(good(translator.submit(checked(translator.description(), request), "")).url,
              "https://api.kiln.example/v2/a%3Fb%23c%20d");
  // Some take images alone.
  request.model = "x";
  request.prompt = "";
  assert_text(good(translator.submit(checked(translator.description(), request), "")).body, "{}");
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("translator");
  TCase* const chain = tcase_create("translator");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, structured_body_is_written);
  tcase_add_test(chain, callback_without_a_place_is_refused);
  tcase_add_test(chain, submit_reads_price_and_address);
  tcase_add_test(chain, strangers_address_is_asked_without_the_key);
  tcase_add_test(chain, listed_hosts_may_have_the_key_by_https_alone);
  tcase_add_test(chain, results_are_chosen_by_medium_and_kind);
  tcase_add_test(chain, progress_is_clamped_or_dropped);
  tcase_add_test(chain, failed_task_says_why_and_that_it_is_free);
  tcase_add_test(chain, rules_say_what_errors_mean);
  tcase_add_test(chain, cancelling_is_asked_and_understood);
  tcase_add_test(chain, states_may_be_numbers_truth_values_and_http_statuses);
  tcase_add_test(chain, number_in_the_reply_can_replace_the_http_status);
  tcase_add_test(chain, second_call_names_the_results);
  tcase_add_test(chain, bytes_behind_the_key_and_forms_with_files);
  tcase_add_test(chain, results_get_the_key_on_their_own_origin_alone);
  tcase_add_test(chain, any_model_goes_into_the_path);
  return gst_check_run_suite(suite, "translator", __FILE__);
}
