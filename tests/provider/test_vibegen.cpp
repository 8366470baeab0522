// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// VibeGen by its document: each documented request is made exactly, each documented reply and error
// is understood.
#include "fixture.h"

#include "json/write.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

constexpr const char* documented_id = "550e8400-e29b-41d4-a716-446655440000";

Request text_request(const char* prompt) {
  Request request;
  request.provider = "vibegen";
  request.prompt = prompt;
  return request;
}

Task documented_task() {
  Task task;
  task.id = documented_id;
  return task;
}

void assert_submits(Request request, const std::string& name, const std::string& callback = "") {
  const Translator translator = translator_for("vibegen");
  request = checked(translator.description(), request);
  const http::Request http = good(translator.submit(request, callback));
  assert_text(http.method, "POST");
  assert_text(http.url, "https://vibegen.art/api/v1/generations");
  assert_text(http.content_type, "application/json");
  fail_unless(http.headers.empty());
  fail_unless(http.credential.name.empty());
  fail_unless(read_json(http.body) == read_json(transcript("vibegen/" + name)), "%s",
              http.body.c_str());
}

std::chrono::system_clock::time_point at_unix(std::int64_t seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

}  // namespace

GST_START_TEST(text_to_video_is_requested_as_documented) {
  Request request = text_request(
      "Realistic style, under a clear blue sky, a large field of white daisies, camera gradually "
      "zooming in");
  request.duration_s = 5;
  request.aspect_ratio = "16:9";
  request.resolution = "720p";
  assert_submits(request, "create-text.request.json");
}
GST_END_TEST

GST_START_TEST(text_to_video_with_sound_is_requested_as_documented) {
  Request request = text_request("A girl holding a fox, with wind and bird sounds audible");
  request.duration_s = 5;
  request.aspect_ratio = "16:9";
  request.generate_audio = true;
  assert_submits(request, "create-text-audio.request.json");
}
GST_END_TEST

GST_START_TEST(image_to_video_is_requested_as_documented) {
  Request request =
      text_request("Girl opens her eyes, gently looks at the camera, hair blown by the wind");
  request.images.push_back(Image{"https://example.com/girl-with-fox.png", "", "", ""});
  request.duration_s = 5;
  request.aspect_ratio = "adaptive";
  request.generate_audio = true;
  assert_submits(request, "create-image.request.json");
}
GST_END_TEST

GST_START_TEST(what_is_not_set_is_not_sent) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  assert_text(good(translator.submit(request, "")).body,
              R"({"model":"seedance 2.0","prompt":"a fox"})");
}
GST_END_TEST

GST_START_TEST(all_eight_parameters_are_sent_with_their_types) {
  const Translator translator = translator_for("vibegen");
  Request request = text_request("say \"\n\u00e4\U0001f98a\"");
  request.images = {Image{"https://e.org/a.png", "", "", ""},
                    Image{"http://e.org/b.png", "", "", ""}};
  request.duration_s = 10;
  request.aspect_ratio = "keep_ratio";
  request.resolution = "1080p";
  request.generate_audio = false;
  request = checked(translator.description(), request);
  const http::Request http = good(translator.submit(request, "https://me.example/hook?t=1"));
  const json::Value sent = read_json(http.body);
  const json::Value expected =
      read_json(R"({"model":"seedance 2.0","prompt":"say \"\n\u00e4\ud83e\udd8a\"",)"
                R"("image_urls":["https://e.org/a.png","http://e.org/b.png"],"duration":10,)"
                R"("aspect_ratio":"keep_ratio","resolution":"1080p","generate_audio":false,)"
                R"("callback_url":"https://me.example/hook?t=1"})");
  fail_unless(sent == expected, "%s", http.body.c_str());
}
GST_END_TEST

GST_START_TEST(task_and_list_are_asked_for_at_their_own_addresses) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const http::Request status = good(translator.status(request, documented_task()));
  assert_text(status.method, "GET");
  assert_text(status.url, "https://vibegen.art/api/v1/tasks/550e8400-e29b-41d4-a716-446655440000");
  fail_unless(status.body.empty() && status.content_type.empty());
  assert_text(good(translator.list(request, 0)).url,
              "https://vibegen.art/api/v1/tasks?limit=20&offset=0");
  assert_text(good(translator.list(request, 3)).url,
              "https://vibegen.art/api/v1/tasks?limit=20&offset=60");
  fail_unless(translator.has_list());
  fail_if(translator.has_cancel());
  fail_if(translator.result(request, documented_task()).has_value());
}
GST_END_TEST

GST_START_TEST(created_task_is_read) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const SubmitFacts facts =
      good(translator.read_submit(request, documented_reply(201, "vibegen/create-201.reply.json")));
  assert_text(facts.task.id, documented_id);
  fail_unless(facts.state == TaskState::queued);
  fail_if(facts.credits.has_value());
  // Row 31 of the faults: the other success statuses mean the same.
  for (const int status : {200, 202})
    assert_text(good(translator.read_submit(
                         request, documented_reply(status, "vibegen/create-201.reply.json")))
                    .task.id,
                documented_id);
}
GST_END_TEST

GST_START_TEST(task_states_are_read) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const Task task = documented_task();
  StatusFacts facts = good(translator.read_status(
      request, task, documented_reply(200, "vibegen/status-processing.reply.json")));
  fail_unless(facts.state == TaskState::running && facts.known_word);
  assert_text(facts.provider_word, "processing");
  fail_if(facts.progress.has_value());
  fail_unless(facts.results.empty() && !facts.failure);

  facts = good(translator.read_status(
      request, task, documented_reply(200, "vibegen/status-completed.reply.json")));
  fail_unless(facts.state == TaskState::ready);
  fail_unless(facts.results.size() == 1);
  assert_text(facts.results[0].url, "https://cdn.example.com/videos/abc123.mp4");
  fail_if(facts.results[0].needs_credential);

  facts = good(translator.read_status(request, task,
                                      documented_reply(200, "vibegen/status-failed.reply.json")));
  fail_unless(facts.state == TaskState::failed);
  fail_unless(facts.failure.has_value() && facts.failure->kind == ErrorKind::failed);
  assert_contains(facts.failure->message, {"VibeGen", "\"Content policy violation\""});
  fail_if(facts.refunded);

  const http::Reply pending =
      make_reply(200, R"({"success":true,"data":{"id":"550e8400-e29b-41d4-a716-446655440000",)"
                      R"("status":"pending","error":null}})");
  fail_unless(good(translator.read_status(request, task, pending)).state == TaskState::queued);
}
GST_END_TEST

GST_START_TEST(failure_is_found_in_the_samples_member_too) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const http::Reply reply =
      make_reply(200, R"({"success":true,"data":{"status":"failed","error":null,)"
                      R"("error_message":"Timed out after 10 minutes"}})");
  const StatusFacts facts = good(translator.read_status(request, documented_task(), reply));
  assert_contains(facts.failure->message, {"Timed out after 10 minutes"});
}
GST_END_TEST

GST_START_TEST(list_is_read) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const ListPage page =
      good(translator.read_list(request, 0, documented_reply(200, "vibegen/list-200.reply.json")));
  fail_unless(page.tasks.size() == 1);
  fail_if(page.has_more);
  const ListedTask& task = page.tasks[0];
  assert_text(task.id, documented_id);
  assert_text(task.model, "seedance 2.0");
  assert_text(task.prompt, "A futuristic city");
  assert_text(task.task_type, "text_to_video");
  fail_unless(task.state == TaskState::ready);
  fail_unless(task.created_at == at_unix(1741600800));  // 2025-03-10T10:00:00Z
  assert_text(translator.expected_task_type(request), "text_to_video");
  Request with_image = text_request("a fox");
  with_image.images.push_back(Image{"https://e.org/a.png", "", "", ""});
  // The document does not say what it calls these.
  assert_text(translator.expected_task_type(checked(translator.description(), with_image)), "");
}
GST_END_TEST

GST_START_TEST(list_has_more_pages_until_the_total) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const auto has_more = [&](unsigned page, const char* tasks, int total) {
    const std::string body = std::string(R"({"success":true,"data":{"tasks":)") + tasks +
                             R"(,"pagination":{"page":1,"pageSize":20,"total":)" +
                             std::to_string(total) + "}}}";
    return good(translator.read_list(request, page, make_reply(200, body))).has_more;
  };
  const char* const one = R"([{"id":"a","model":"m","prompt":"p"}])";
  fail_unless(has_more(0, one, 21));
  fail_if(has_more(0, one, 20));
  fail_if(has_more(1, one, 40));
  fail_unless(has_more(1, one, 41));
  fail_if(has_more(0, "[]", 1000));
}
GST_END_TEST

GST_START_TEST(unknown_state_means_running) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  const http::Reply reply =
      make_reply(200, R"({"success":true,"data":{"status":"moder\u202eating"}})");
  const StatusFacts facts = good(translator.read_status(request, documented_task(), reply));
  fail_unless(facts.state == TaskState::running);
  fail_if(facts.known_word);
  assert_text(facts.provider_word, "moderating");
}
GST_END_TEST

GST_START_TEST(another_id_is_noted_and_believed) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  Task other;
  other.id = "another";
  const StatusFacts facts = good(translator.read_status(
      request, other, documented_reply(200, "vibegen/status-completed.reply.json")));
  fail_unless(facts.state == TaskState::ready && facts.results.size() == 1);
  assert_text(facts.other_id, documented_task().id.c_str());
}
GST_END_TEST

GST_START_TEST(completed_without_a_url_has_no_results) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  for (const char* const url : {"null", "\"\"", "7", "{}", "[]", "true"}) {
    const http::Reply reply = make_reply(
        200,
        std::string(R"({"success":true,"data":{"status":"completed","video_url":)") + url + "}}");
    const StatusFacts facts = good(translator.read_status(request, documented_task(), reply));
    fail_unless(facts.state == TaskState::ready);
    fail_unless(facts.results.empty(), "%s", url);
  }
}
GST_END_TEST

GST_START_TEST(prices_are_the_documents) {
  struct Price {
    const char* resolution;
    unsigned duration;
    double with_audio;
    double without;
  };
  const Price prices[] = {{"480p", 5, 20, 15},  {"720p", 5, 43, 30},  {"1080p", 5, 90, 50},
                          {"480p", 10, 40, 25}, {"720p", 10, 86, 45}, {"1080p", 10, 180, 100}};
  const auto description = shipped("vibegen");
  for (const Price& price : prices) {
    Request request = text_request("a fox");
    request.resolution = price.resolution;
    request.duration_s = price.duration;
    request.generate_audio = true;
    fail_unless(expected_credits(*description, checked(*description, request)) == price.with_audio);
    request.generate_audio = false;
    fail_unless(expected_credits(*description, checked(*description, request)) == price.without);
    request.images.push_back(Image{"https://e.org/a.png", "", "", ""});
    fail_unless(expected_credits(*description, checked(*description, request)) == price.without);
  }
  // Nothing set: 480p, 5 s, no sound.
  fail_unless(expected_credits(*description, checked(*description, text_request("a fox"))) == 15.0);
}
GST_END_TEST

GST_START_TEST(limits_and_times_are_the_documents) {
  const auto description = shipped("vibegen");
  fail_unless(description->limits.submits_per_minute == 1000);
  fail_unless(description->limits.queries_per_minute == 1000);
  fail_unless(description->retention == std::chrono::hours(24));
  fail_unless(description->polling.average == std::chrono::seconds(5));
  fail_unless(description->polling.floor == std::chrono::seconds(1));
  // Longer than the provider's own 10 minutes, so that its word is heard.
  fail_unless(description->polling.timeout == std::chrono::minutes(15));
  fail_unless(description->polling.settling == std::chrono::seconds(180));
  const TypicalTime time = description->typical_time(text_request("a fox"));
  fail_unless(time.p50_s == 60 && time.p90_s == 120);
  assert_text(description->auth.env.at(0), "VIBEGEN_API_KEY");
  assert_text(description->base_url_env, "VIBEGEN_BASE_URL");
  assert_text(description->auth.key_prefix, "sk-video-");
}
GST_END_TEST

GST_START_TEST(key_goes_to_the_base_urls_origin_alone) {
  const Translator translator = translator_for("vibegen");
  const Request request = checked(translator.description(), text_request("a fox"));
  http::Request submit = good(translator.submit(request, ""));
  const Secret key("sk-video-0123456789abcdef");
  fail_unless(good(translator.authorize(submit, key)));
  assert_text(submit.credential.name, "Authorization");
  assert_text(submit.credential.prefix, "Bearer ");
  assert_text(submit.credential.key.reveal(), "sk-video-0123456789abcdef");
  for (const char* const url :
       {"https://cdn.example.com/videos/abc123.mp4", "http://vibegen.art/api/v1/x",
        "https://vibegen.art:8443/api/v1/x", "https://vibegen.art.evil.org/", "https://evil.org/",
        "https://api.vibegen.art/", "ftp://vibegen.art/", "vibegen.art", ""}) {
    http::Request other;
    other.url = url;
    fail_if(good(translator.authorize(other, key)), "%s", url);
    fail_unless(other.credential.name.empty() && other.credential.key.empty());
    fail_if(translator.may_send_credential_to(url), "%s", url);
  }
  for (const char* const text : {"sk-video-\r\nX: y", "sk video", "sk-\xc3\xa4", "sk-\x7f"}) {
    const Error error = bad(translator.authorize(submit, Secret(text)));
    fail_unless(error.kind == ErrorKind::settings);
    fail_unless(error.message.find("sk-") == std::string::npos);
  }
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("vibegen");
  TCase* const chain = tcase_create("vibegen");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, text_to_video_is_requested_as_documented);
  tcase_add_test(chain, text_to_video_with_sound_is_requested_as_documented);
  tcase_add_test(chain, image_to_video_is_requested_as_documented);
  tcase_add_test(chain, what_is_not_set_is_not_sent);
  tcase_add_test(chain, all_eight_parameters_are_sent_with_their_types);
  tcase_add_test(chain, task_and_list_are_asked_for_at_their_own_addresses);
  tcase_add_test(chain, created_task_is_read);
  tcase_add_test(chain, task_states_are_read);
  tcase_add_test(chain, failure_is_found_in_the_samples_member_too);
  tcase_add_test(chain, list_is_read);
  tcase_add_test(chain, list_has_more_pages_until_the_total);
  tcase_add_test(chain, unknown_state_means_running);
  tcase_add_test(chain, another_id_is_noted_and_believed);
  tcase_add_test(chain, completed_without_a_url_has_no_results);
  tcase_add_test(chain, prices_are_the_documents);
  tcase_add_test(chain, limits_and_times_are_the_documents);
  tcase_add_test(chain, key_goes_to_the_base_urls_origin_alone);
  return gst_check_run_suite(suite, "vibegen", __FILE__);
}
