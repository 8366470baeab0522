// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// OpenAI's form of a video API, OpenRouter, fal, Replicate and Ark by their references: requests as
// documented, results wherever they are, each documented way to fail.
#include "fixture.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

Request fox(const char* model, Media media = Media::automatic) {
  Request request;
  request.model = model;
  request.media = media;
  request.prompt = "a fox";
  return request;
}

Image picture(const char* url) { return Image{url, "", "", ""}; }

// "name=value; " for each part of a form, files as "name=<type>".
std::string parts_of(const http::Request& request) {
  const std::string mark = "boundary=";
  const std::size_t at = request.content_type.find(mark);
  fail_unless(
      request.content_type.rfind("multipart/form-data; ", 0) == 0 && at != std::string::npos, "%s",
      request.content_type.c_str());
  const std::string line = "--" + request.content_type.substr(at + mark.size());
  std::string out;
  std::size_t begin = request.body.find(line);
  while (begin != std::string::npos) {
    const std::size_t end = request.body.find(line, begin + 1);
    if (end == std::string::npos) break;
    const std::string part = request.body.substr(begin, end - begin);
    const std::size_t name = part.find("name=\"") + 6;
    const std::size_t body = part.find("\r\n\r\n") + 4;
    out += part.substr(name, part.find('"', name) - name) + "=";
    const std::size_t type = part.find("Content-Type: ");
    out += type != std::string::npos ? "<" + part.substr(type + 14, body - type - 18) + ">"
                                     : part.substr(body, part.size() - body - 2);
    out += "; ";
    begin = end;
  }
  return out;
}

void assert_credential(const Translator& translator, const char* url, const char* header,
                       const char* prefix) {
  http::Request request;
  request.url = url;
  fail_unless(good(translator.authorize(request, Secret("secret"))), "%s", url);
  assert_text(request.credential.name, header);
  assert_text(request.credential.prefix, prefix);
}

}  // namespace

GST_START_TEST(openai_form) {
  const Translator translator(shipped("openai"), "http://127.0.0.1:8091/v1");
  Request request = checked(translator.description(), fox(""));
  http::Request http = good(translator.submit(request, ""));
  assert_text(http.method, "POST");
  assert_text(http.url, "http://127.0.0.1:8091/v1/videos");
  assert_text(parts_of(http), "prompt=a fox; ");
  request.model = "Wan-AI/Wan2.2-T2V";
  request.duration_s = 4;
  request.resolution = "1280x720";
  request.seed = 7;
  request.images = {Image{"/home/me/a.png", "iVBORw0KGgo=", "image/png", "00"}};
  request.parameters.set("guidance_scale", json::Value(4.5));
  request.parameters.set("generate_sound", json::Value(true));
  request.parameters.set("extra_params", read_json(R"({"shift":[1,2]})"));
  request = checked(translator.description(), request);
  http = good(translator.submit(request, ""));
  assert_text(parts_of(http),
              "model=Wan-AI/Wan2.2-T2V; prompt=a fox; seconds=4; size=1280x720; seed=7; "
              "input_reference=<image/png>; guidance_scale=4.5; generate_sound=true; "
              "extra_params={\"shift\":[1,2]}; ");
  request.images = {picture("https://e.org/a.png")};
  assert_contains(refusal(translator.description(), request), {"https://e.org/a.png", "local"});
}
GST_END_TEST

GST_START_TEST(openai_json) {
  const Translator translator(shipped("openai-json"), "http://127.0.0.1:4000/v1");
  Request request = fox("sora-2");
  request.duration_s = 8;
  request.resolution = "720x1280";
  const char* const url = "http://127.0.0.1:4000/v1/videos";
  assert_submits(
      translator, request, "", url,
      read_json(R"({"model":"sora-2","prompt":"a fox","seconds":"8","size":"720x1280"})"));
  request.images = {picture("https://e.org/a.png")};
  assert_submits(translator, request, "", url,
                 read_json(R"({"model":"sora-2","prompt":"a fox","seconds":"8","size":"720x1280",
                               "input_reference":{"image_url":"https://e.org/a.png"}})"));
}
GST_END_TEST

GST_START_TEST(openai_result_is_behind_the_key) {
  for (const char* const id : {"openai", "openai-json"}) {
    const Translator translator(shipped(id), "http://127.0.0.1:8091/v1");
    const Request request = checked(translator.description(), fox(""));
    const SubmitFacts made = good(translator.read_submit(
        request, make_reply(200, R"({"id":"video_gen_1","status":"queued","progress":0,
                                     "error":null,"object":"video"})")));
    assert_text(good(translator.status(request, made.task)).url,
                "http://127.0.0.1:8091/v1/videos/video_gen_1");
    const auto status = [&](const char* body) {
      return good(translator.read_status(request, made.task, make_reply(200, body)));
    };
    fail_unless(status(R"({"status":"in_progress","progress":40})").progress == 0.4);
    const StatusFacts done = status(R"({"id":"video_gen_1","status":"completed","progress":100})");
    assert_text(urls_of(done), "http://127.0.0.1:8091/v1/videos/video_gen_1/content ");
    fail_unless(done.results[0].needs_credential);
    const StatusFacts failed =
        status(R"({"status":"failed","error":{"code":507,"message":"out of memory"}})");
    assert_contains(failed.failure->message, {"\"out of memory\"", "507"});
    // SGLang's error may have no code, and a removed task has a state of its own.
    assert_contains(status(R"({"status":"failed","error":{"message":"no"}})").failure->message,
                    {"\"no\""});
    fail_unless(status(R"({"status":"deleted"})").state == TaskState::cancelled);
    fail_unless(good(translator.read_cancel(
        request, make_reply(200, R"({"id":"a","deleted":true,"object":"video.deleted"})"))));
    // LiteLLM puts its own address into the id, in base64.
    const std::string opaque = "video_" + std::string(300, 'A') + "==";
    const SubmitFacts routed = good(translator.read_submit(
        request, make_reply(200, "{\"id\":\"" + opaque + "\",\"status\":\"queued\"}")));
    assert_text(
        good(translator.status(request, routed.task)).url,
        ("http://127.0.0.1:8091/v1/videos/video_" + std::string(300, 'A') + "%3D%3D").c_str());
  }
}
GST_END_TEST

GST_START_TEST(self_hosted_server_has_no_address_and_needs_no_key) {
  for (const char* const id : {"openai", "openai-json"}) {
    const auto description = shipped(id);
    fail_unless(description->base_url.empty());
    fail_unless(description->auth.optional);
  }
}
GST_END_TEST

GST_START_TEST(openrouter_requests) {
  const Translator translator = translator_for("openrouter");
  const char* const url = "https://openrouter.ai/api/v1/videos";
  Request request = fox("google/veo");
  assert_submits(translator, request, "", url,
                 read_json(R"({"model":"google/veo","prompt":"a fox"})"));
  request.duration_s = 8;
  request.aspect_ratio = "16:9";
  request.resolution = "720p";
  request.generate_audio = false;
  request.seed = 5;
  request.images = {picture("https://e.org/a.png"), picture("https://e.org/b.png")};
  request.parameters.set("session_id", json::Value("s1"));
  assert_submits(
      translator, request, "https://me.example/h", url,
      read_json(R"({"model":"google/veo","prompt":"a fox","duration":8,"aspect_ratio":"16:9",
          "resolution":"720p","generate_audio":false,"seed":5,"session_id":"s1",
          "callback_url":"https://me.example/h","frame_images":[
          {"type":"image_url","image_url":{"url":"https://e.org/a.png"},"frame_type":"first_frame"},
          {"type":"image_url","image_url":{"url":"https://e.org/b.png"},
           "frame_type":"last_frame"}]})"));
  request.images.push_back(picture("https://e.org/c.png"));
  assert_contains(refusal(translator.description(), request), {"3 images", "at most 2"});
  request.images = {picture("/tmp/a.png")};
  assert_contains(refusal(translator.description(), request), {"/tmp/a.png", "https://"});
  assert_contains(refusal(translator.description(), fox("")), {"\"model\" is empty"});
}
GST_END_TEST

GST_START_TEST(openrouter_replies) {
  const Translator translator = translator_for("openrouter");
  const Request request = checked(translator.description(), fox("google/veo"));
  for (const char* const polling :
       {"/api/v1/videos/job-1", "https://openrouter.ai/api/v1/videos/job-1"}) {
    const SubmitFacts made = good(translator.read_submit(
        request,
        make_reply(202, std::string(R"({"id":"job-1","status":"pending","polling_url":")") +
                            polling + "\"}")));
    assert_text(good(translator.status(request, made.task)).url,
                "https://openrouter.ai/api/v1/videos/job-1");
  }
  // Attached by its id: no address was given.
  assert_text(good(translator.status(request, task_of("job-2"))).url,
              "https://openrouter.ai/api/v1/videos/job-2");
  const auto status = [&](const std::string& body) {
    return status_of(translator, "google/veo", "job-1", body);
  };
  const StatusFacts done = status(R"({"id":"job-1","status":"completed","unsigned_urls":[
      "https://openrouter.ai/api/v1/videos/job-1/content?index=0",
      "https://cdn.example/v.mp4"],"usage":{"cost":0.25,"is_byok":false}})");
  fail_unless(done.credits == 0.25 && done.results.size() == 2);
  // The key goes to the API's own origin alone.
  fail_unless(done.results[0].needs_credential);
  fail_if(done.results[1].needs_credential);
  for (const char* const word : {"failed", "expired"}) {
    const StatusFacts failed =
        status(std::string(R"({"status":")") + word + R"(","error":"The prompt was refused"})");
    fail_unless(failed.state == TaskState::failed);
    assert_contains(failed.failure->message, {"\"The prompt was refused\""});
  }
  fail_unless(status(R"({"status":"cancelled"})").state == TaskState::cancelled);
  const Error poor = bad(translator.read_submit(
      request, make_reply(402, R"({"error":{"code":402,"message":"Insufficient credits"}})")));
  fail_unless(poor.kind == ErrorKind::not_authorized && !poor.maybe_billed);
  assert_contains(poor.message, {"\"Insufficient credits\"", "recharge"});
}
GST_END_TEST

GST_START_TEST(fal_requests) {
  const Translator translator = translator_for("fal");
  Request request = fox("fal-ai/veo3/fast");
  request.aspect_ratio = "16:9";
  request.seed = 3;
  request.parameters.set("duration", json::Value("8s"));
  assert_submits(translator, request, "", "https://queue.fal.run/fal-ai/veo3/fast",
                 read_json(R"({"prompt":"a fox","aspect_ratio":"16:9","seed":3,"duration":"8s"})"));
  request.images = {picture("https://e.org/a.png")};
  assert_submits(translator, request, "https://me.example/h?a=b",
                 "https://queue.fal.run/fal-ai/veo3/fast"
                 "?fal_webhook=https%3A%2F%2Fme.example%2Fh%3Fa%3Db",
                 read_json(R"({"prompt":"a fox","aspect_ratio":"16:9","seed":3,"duration":"8s",
                               "image_url":"https://e.org/a.png"})"));
  request.duration_s = 8;
  assert_contains(refusal(translator.description(), request), {"\"duration\"", "\"parameters\""});
  assert_credential(translator, "https://queue.fal.run/fal-ai/x", "Authorization", "Key ");
}
GST_END_TEST

GST_START_TEST(fal_asks_twice_and_only_where_it_was_told) {
  const Translator translator = translator_for("fal");
  const Request request = checked(translator.description(), fox("fal-ai/veo3/fast"));
  const SubmitFacts made = good(translator.read_submit(request, make_reply(200, R"({
      "status":"IN_QUEUE","request_id":"r-1","queue_position":2,
      "response_url":"https://queue.fal.run/fal-ai/veo3/requests/r-1",
      "status_url":"https://queue.fal.run/fal-ai/veo3/requests/r-1/status",
      "cancel_url":"https://queue.fal.run/fal-ai/veo3/requests/r-1/cancel"})")));
  assert_text(good(translator.status(request, made.task)).url,
              "https://queue.fal.run/fal-ai/veo3/requests/r-1/status");
  assert_text(good(*translator.result(request, made.task)).url,
              "https://queue.fal.run/fal-ai/veo3/requests/r-1");
  const http::Request cancel = good(translator.cancel(request, made.task));
  assert_text(cancel.method, "PUT");
  assert_text(cancel.url, "https://queue.fal.run/fal-ai/veo3/requests/r-1/cancel");
  // Whoever has but the id has no address.
  assert_contains(bad(translator.status(request, task_of("r-1"))).message, {"status-url"});
  const auto status = [&](int code, const char* body) {
    return good(translator.read_status(request, made.task, make_reply(code, body)));
  };
  fail_unless(status(202, R"({"status":"IN_QUEUE","queue_position":1})").state ==
              TaskState::queued);
  fail_unless(status(202, R"({"status":"IN_PROGRESS","logs":[]})").state == TaskState::running);
  const StatusFacts done = status(200, R"({"status":"COMPLETED","request_id":"r-1"})");
  fail_unless(done.state == TaskState::ready && done.results.empty());
  const StatusFacts result = good(translator.read_result(
      request, made.task, make_reply(200, R"({"video":{"url":"https://fal.media/v.mp4"}})")));
  assert_text(urls_of(result), "https://fal.media/v.mp4 ");
  fail_if(result.results[0].needs_credential);
}
GST_END_TEST

GST_START_TEST(fal_task_that_is_completed_may_have_failed) {
  const Translator translator = translator_for("fal");
  const Request request = checked(translator.description(), fox("fal-ai/veo3"));
  const auto result = [&](int code, const char* body) {
    return translator.read_result(request, task_of("r-1"), make_reply(code, body));
  };
  const StatusFacts refused = good(result(422, R"({"detail":[{"loc":["body","prompt"],
      "msg":"Content policy","type":"content_policy_violation"}]})"));
  fail_unless(refused.state == TaskState::failed);
  assert_contains(refused.failure->message, {"\"Content policy\""});
  assert_text(refused.failure->code, "content_policy_violation");
  const StatusFacts broken = good(result(500, R"({"detail":"Internal error in the runner"})"));
  assert_contains(broken.failure->message, {"\"Internal error in the runner\""});
  // Not the end of the task: too early, too often, their network.
  fail_unless(bad(result(400, R"({"detail":"Request is still in progress"})")).kind ==
              ErrorKind::busy);
  fail_unless(bad(result(429, R"({"detail":"slow down"})")).kind == ErrorKind::busy);
  for (const int code : {502, 503, 504})
    fail_unless(bad(result(code, R"({"detail":"x"})")).kind == ErrorKind::network);
  fail_unless(bad(result(401, R"({"detail":"x"})")).kind == ErrorKind::not_authorized);
}
GST_END_TEST

GST_START_TEST(fal_results_by_medium) {
  const Translator translator = translator_for("fal");
  const auto urls = [&](Media media, const char* body) {
    const Request request = checked(translator.description(), fox("fal-ai/x", media));
    return urls_of(good(translator.read_result(request, task_of("r-1"), make_reply(200, body))));
  };
  assert_text(urls(Media::image, R"({"images":[{"url":"https://f.example/1.png"},
                                               {"url":"https://f.example/2.png"}]})"),
              "https://f.example/1.png https://f.example/2.png ");
  assert_text(urls(Media::audio, R"({"audio":{"url":"https://f.example/1.mp3"}})"),
              "https://f.example/1.mp3 ");
}
GST_END_TEST

GST_START_TEST(replicate_requests) {
  const Translator translator = translator_for("replicate");
  Request request = fox("black-forest/flux-dev");
  request.parameters.set("aspect_ratio", json::Value("16:9"));
  request.parameters.set("num_outputs", json::Value(2));
  const json::Value body =
      read_json(R"({"input":{"prompt":"a fox","aspect_ratio":"16:9","num_outputs":2}})");
  assert_submits(translator, request, "",
                 "https://api.replicate.com/v1/models/black-forest/flux-dev/predictions", body);
  request.model = "deployments/acme/clips";
  assert_submits(translator, request, "",
                 "https://api.replicate.com/v1/deployments/acme/clips/predictions", body);
  request.model = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa";
  request.parameters = {};
  request.images = {Image{"/home/me/a.png", "iVBORw0KGgo=", "image/png", "00"}};
  assert_submits(translator, request, "https://me.example/h",
                 "https://api.replicate.com/v1/predictions", read_json(R"({"version":
                     "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
                     "input":{"prompt":"a fox","image":"data:image/png;base64,iVBORw0KGgo="},
                     "webhook":"https://me.example/h"})"));
  request.images = {picture("https://e.org/a.png")};
  request.model = "acme/clips";
  assert_submits(translator, request, "",
                 "https://api.replicate.com/v1/models/acme/clips/predictions",
                 read_json(R"({"input":{"prompt":"a fox","image":"https://e.org/a.png"}})"));
}
GST_END_TEST

GST_START_TEST(replicate_output_has_any_form) {
  const Translator translator = translator_for("replicate");
  const auto urls = [&](const char* output) {
    return urls_of(status_of(translator, "acme/clips", "p1",
                             std::string(R"({"id":"p1","status":"succeeded","error":null,
                                             "output":)") +
                                 output + "}"));
  };
  assert_text(urls("\"https://replicate.delivery/a.mp4\""), "https://replicate.delivery/a.mp4 ");
  assert_text(urls(R"(["https://replicate.delivery/a.png","https://replicate.delivery/b.png"])"),
              "https://replicate.delivery/a.png https://replicate.delivery/b.png ");
  assert_text(urls(R"({"video":"https://replicate.delivery/a.mp4"})"),
              "https://replicate.delivery/a.mp4 ");
  assert_text(urls(R"([{"url":"https://replicate.delivery/a.mp4"}])"),
              "https://replicate.delivery/a.mp4 ");
}
GST_END_TEST

GST_START_TEST(replicate_replies) {
  const Translator translator = translator_for("replicate");
  const Request request = checked(translator.description(), fox("acme/clips"));
  const SubmitFacts made = good(
      translator.read_submit(request, make_reply(201, R"({"id":"p1","status":"starting","urls":{
          "get":"https://api.replicate.com/v1/predictions/p1",
          "cancel":"https://api.replicate.com/v1/predictions/p1/cancel"}})")));
  assert_text(good(translator.status(request, made.task)).url,
              "https://api.replicate.com/v1/predictions/p1");
  const http::Request cancel = good(translator.cancel(request, made.task));
  assert_text(cancel.method, "POST");
  assert_text(cancel.url, "https://api.replicate.com/v1/predictions/p1/cancel");
  const auto status = [&](const char* body) {
    return status_of(translator, "acme/clips", "p1", body);
  };
  fail_unless(status(R"({"status":"processing","output":null})").state == TaskState::running);
  assert_contains(status(R"({"status":"failed","error":"NSFW"})").failure->message, {"\"NSFW\""});
  assert_contains(
      status(R"({"status":"failed","error":{"message":"Out of GPUs"}})").failure->message,
      {"\"Out of GPUs\""});
  fail_unless(status(R"({"status":"aborted"})").state == TaskState::failed);
  fail_unless(status(R"({"status":"canceled"})").state == TaskState::cancelled);
  // After an hour it is gone, although it succeeded.
  fail_unless(
      bad(translator.read_status(request, made.task,
                                 make_reply(200, R"({"id":"p1","status":"succeeded","output":null,
                                          "data_removed":true})")))
          .kind == ErrorKind::not_found);
  const Error busy = bad(translator.read_submit(
      request, make_reply(429, R"({"detail":"Request was throttled. Try again in 5 s."})")));
  fail_unless(busy.kind == ErrorKind::busy && busy.retriable);
  assert_contains(busy.message, {"Request was throttled"});
}
GST_END_TEST

GST_START_TEST(ark_roles_follow_the_number_of_images) {
  const Translator translator = translator_for("ark");
  const char* const url = "https://ark.cn-beijing.volces.com/api/v3/contents/generations/tasks";
  Request request = fox("doubao-seedance");
  request.aspect_ratio = "16:9";
  request.resolution = "720p";
  request.duration_s = 5;
  request.generate_audio = true;
  request.seed = 11;
  request.parameters.set("watermark", json::Value(false));
  const std::string rest = R"("ratio":"16:9","resolution":"720p","duration":5,"seed":11,
      "generate_audio":true,"watermark":false,"model":"doubao-seedance")";
  const auto body = [&](const std::string& pictures) {
    return read_json(R"({"content":[{"type":"text","text":"a fox"})" + pictures + "]," + rest +
                     "}");
  };
  assert_submits(translator, request, "", url, body(""));
  request.images = {picture("https://e.org/a.png")};
  assert_submits(translator, request, "", url,
                 body(R"(,{"type":"image_url","image_url":{"url":"https://e.org/a.png"}})"));
  request.images.push_back(picture("https://e.org/b.png"));
  assert_submits(translator, request, "", url, body(R"(,
      {"type":"image_url","image_url":{"url":"https://e.org/a.png"},"role":"first_frame"},
      {"type":"image_url","image_url":{"url":"https://e.org/b.png"},"role":"last_frame"})"));
  request.images.push_back(picture("https://e.org/c.png"));
  assert_submits(translator, request, "", url, body(R"(,
      {"type":"image_url","image_url":{"url":"https://e.org/a.png"},"role":"reference_image"},
      {"type":"image_url","image_url":{"url":"https://e.org/b.png"},"role":"reference_image"},
      {"type":"image_url","image_url":{"url":"https://e.org/c.png"},"role":"reference_image"})"));
  request.parameters.set("watermark", json::Value("no"));
  assert_contains(refusal(translator.description(), request), {"\"watermark\"", "true or false"});
}
GST_END_TEST

GST_START_TEST(ark_replies) {
  const Translator translator = translator_for("ark");
  const Request request = checked(translator.description(), fox("doubao-seedance"));
  const SubmitFacts made =
      good(translator.read_submit(request, make_reply(200, R"({"id":"cgt-2025-abc"})")));
  assert_text(made.task.id, "cgt-2025-abc");
  const http::Request cancel = good(translator.cancel(request, made.task));
  assert_text(cancel.method, "DELETE");
  const auto status = [&](const char* body) {
    return status_of(translator, "doubao-seedance", "cgt-2025-abc", body);
  };
  const StatusFacts done = status(R"({"id":"cgt-2025-abc","status":"succeeded","content":{
      "video_url":"https://v.example/v.mp4","last_frame_url":"https://v.example/l.png"},
      "usage":{"completion_tokens":108900}})");
  assert_text(urls_of(done), "https://v.example/v.mp4 ");
  fail_unless(done.credits == 108900.0);
  const StatusFacts failed = status(R"({"status":"failed","error":{
      "code":"OutputVideoSensitiveContentDetected","message":"may be sensitive"}})");
  assert_text(failed.failure->code, "OutputVideoSensitiveContentDetected");
  assert_contains(failed.failure->message, {"\"may be sensitive\""});
  fail_unless(status(R"({"status":"expired"})").state == TaskState::failed);
  fail_unless(status(R"({"status":"cancelled"})").state == TaskState::cancelled);
  const Error error = bad(translator.read_submit(
      request, make_reply(400, R"({"error":{"code":"InvalidParameter","message":"bad ratio"}})")));
  fail_unless(error.kind == ErrorKind::rejected);
  assert_text(error.code, "InvalidParameter");
  assert_contains(error.message, {"\"bad ratio\""});
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("services");
  TCase* const chain = tcase_create("services");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, openai_form);
  tcase_add_test(chain, openai_json);
  tcase_add_test(chain, openai_result_is_behind_the_key);
  tcase_add_test(chain, self_hosted_server_has_no_address_and_needs_no_key);
  tcase_add_test(chain, openrouter_requests);
  tcase_add_test(chain, openrouter_replies);
  tcase_add_test(chain, fal_requests);
  tcase_add_test(chain, fal_asks_twice_and_only_where_it_was_told);
  tcase_add_test(chain, fal_task_that_is_completed_may_have_failed);
  tcase_add_test(chain, fal_results_by_medium);
  tcase_add_test(chain, replicate_requests);
  tcase_add_test(chain, replicate_output_has_any_form);
  tcase_add_test(chain, replicate_replies);
  tcase_add_test(chain, ark_roles_follow_the_number_of_images);
  tcase_add_test(chain, ark_replies);
  return gst_check_run_suite(suite, "services", __FILE__);
}
