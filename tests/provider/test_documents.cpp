// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Vibetool, Omni Video and Vidgo by their documents: requests as documented, each medium's result,
// each documented way to fail. (VibeGen has a file of its own.)
#include "fixture.h"

#include "provider/catalogue.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

Translator omnivideo(const char* base = "https://your-site.com") {
  return Translator(shipped("omnivideo"), base);
}

}  // namespace

GST_START_TEST(vibetool_image) {
  const Translator translator = translator_for("vibetool");
  Request request;
  request.prompt = "A cute cat running on the grass at sunset";
  request.media = Media::image;
  assert_submits(translator, request, "", "https://api.vibetool.ai/v1/images/generations",
                 read_json(transcript("vibetool/create-image.request.json")));
  request = checked(translator.description(), request);
  const SubmitFacts made = good(translator.read_submit(
      request, make_reply(200, R"({"task_id":"img_20251229_xxxxxx","status":"pending"})")));
  assert_text(made.task.id, "img_20251229_xxxxxx");
  assert_text(good(translator.status(request, made.task)).url,
              "https://api.vibetool.ai/v1/images/status/img_20251229_xxxxxx");
  const StatusFacts done =
      status_of(translator, "nano-banana-pro", "img_20251229_xxxxxx",
                R"({"status":"completed","images":[{"url":"https://c.example/1.png"},
                                         {"url":"https://c.example/2.png"}],"error":null})");
  assert_text(urls_of(done), "https://c.example/1.png https://c.example/2.png ");
  const StatusFacts failed = status_of(translator, "nano-banana-pro", "a",
                                       R"({"status":"failed","error":"No cats today"})");
  assert_contains(failed.failure->message, {"\"No cats today\""});
  fail_unless(status_of(translator, "nano-banana-pro", "a", R"({"status":"processing"})").state ==
              TaskState::running);
}
GST_END_TEST

GST_START_TEST(vibetool_video) {
  const Translator translator = translator_for("vibetool");
  Request request;
  request.model = "veo-3.1";
  request.media = Media::video;
  request.prompt = "a fox";
  request.images = {Image{"https://e.org/a.png", "", "", ""}};
  request.parameters.set("duration", json::Value(8));
  assert_submits(translator, request, "https://me.example/h",
                 "https://api.vibetool.ai/v1/videos/generations",
                 read_json(R"({"model":"veo-3.1","prompt":"a fox","duration":8,
                               "image_urls":["https://e.org/a.png"],
                               "callback_url":"https://me.example/h"})"));
  request = checked(translator.description(), request);
  const SubmitFacts made = good(translator.read_submit(
      request, make_reply(200, R"({"task_id":"vid_202511221200_0af3","status":"pending",
                                   "message":null,"created_at":1763812800})")));
  assert_text(good(translator.status(request, made.task)).url,
              "https://api.vibetool.ai/v1/videos/status/vid_202511221200_0af3");
  const StatusFacts running = status_of(
      translator, "veo-3.1", "a", R"({"status":"processing","progress":35,"video_url":null})");
  fail_unless(running.progress == 0.35);
  assert_text(urls_of(status_of(translator, "veo-3.1", "a",
                                R"({"status":"completed","progress":100,"duration":null,
                                    "video_url":"https://c.example/v.mp4","error":null,
                                    "thumbnail_url":"https://c.example/v.jpg"})")),
              "https://c.example/v.mp4 ");
  // A field that is not documented is not guessed; the sentence says the way.
  request.duration_s = 8;
  request.parameters = {};
  assert_text(
      refusal(translator.description(), request),
      "The property \"duration\" is 8, but Vibetool's \"veo-3.1\" has no place for it: leave "
      "it unset, or set the provider's own field in \"parameters\".");
}
GST_END_TEST

GST_START_TEST(vibetool_speaking_picture) {
  const Translator translator = translator_for("vibetool");
  Request request;
  request.model = "omnihuman-1.5";
  request.images = {Image{"https://e.org/a.png", "", "", ""}};
  assert_contains(refusal(translator.description(), request), {"\"audio_url\"", "\"parameters\""});
  request.parameters.set("audio_url", json::Value("https://e.org/a.mp3"));
  request.parameters.set("auto_mask", json::Value(true));
  assert_submits(translator, request, "", "https://api.vibetool.ai/v1/videos/generations",
                 read_json(R"({"model":"omnihuman-1.5","image_urls":["https://e.org/a.png"],
                               "audio_url":"https://e.org/a.mp3","auto_mask":true})"));
  request.images.clear();
  assert_contains(refusal(translator.description(), request), {"0 images", "at least 1"});
}
GST_END_TEST

GST_START_TEST(vibetool_errors) {
  const Translator translator = translator_for("vibetool");
  const Request request = request_for(translator, "nano-banana-pro", "x");
  Error error = bad(translator.read_submit(request, make_reply(402, R"({"error":"No balance"})")));
  fail_unless(error.kind == ErrorKind::not_authorized && !error.maybe_billed);
  assert_text(error.code, "INSUFFICIENT_CREDITS");
  assert_contains(error.message, {"Vibetool", "\"No balance\""});
  error = bad(translator.read_submit(
      request, make_reply(429, R"({"error":{"code":"slow_down","message":"Too fast"}})")));
  fail_unless(error.kind == ErrorKind::busy && error.retriable);
  assert_text(error.code, "slow_down");
  assert_contains(error.message, {"\"Too fast\""});
}
GST_END_TEST

GST_START_TEST(omnivideo_requests) {
  const Translator translator = omnivideo();
  Request request;
  request.model = "gpt-image-2";
  request.prompt = "a serene zen garden at sunrise";
  request.aspect_ratio = "16:9";
  assert_submits(translator, request, "", "https://your-site.com/api/v1/tasks/create",
                 read_json(transcript("omnivideo/create-curl.request.json")));
  // The other example sends an empty list of images; what is not set is not sent.
  request.prompt = "a serene zen garden at sunrise, ultra detailed";
  json::Value documented = read_json(transcript("omnivideo/create.request.json"));
  fail_unless(documented.as_object()->erase("image_urls"));
  assert_submits(translator, request, "", "https://your-site.com/api/v1/tasks/create", documented);
  request.model = "seedance-2";
  request.images = {Image{"https://e.org/a.png", "", "", ""}};
  request.parameters.set("duration", json::Value(5));
  assert_submits(translator, request, "", "https://your-site.com/api/v1/tasks/create",
                 read_json(R"({"model_id":"seedance-2","aspect_ratio":"16:9","duration":5,
                               "prompt":"a serene zen garden at sunrise, ultra detailed",
                               "image_urls":["https://e.org/a.png"]})"));
  request.model = "sora";
  assert_contains(refusal(translator.description(), request),
                  {"\"seedance-2\", \"gpt-image-2\" or \"nano-banana-2\""});
  fail_unless(translator.description().base_url.empty());
}
GST_END_TEST

GST_START_TEST(omnivideo_base_url_may_hold_the_prefix) {
  for (const char* const base : {"https://h.example", "https://h.example/",
                                 "https://h.example/api/v1", "https://h.example/api/v1/"}) {
    const Translator translator = omnivideo(base);
    const Request request = request_for(translator, "seedance-2", "x");
    assert_text(good(translator.submit(request, "")).url, "https://h.example/api/v1/tasks/create");
    assert_text(good(translator.status(request, task_of("abc"))).url,
                "https://h.example/api/v1/tasks/abc");
  }
  const Translator behind = omnivideo("http://127.0.0.1:8080/gateway/api/v1");
  assert_text(good(behind.status(request_for(behind, "seedance-2", "x"), task_of("abc"))).url,
              "http://127.0.0.1:8080/gateway/api/v1/tasks/abc");
}
GST_END_TEST

GST_START_TEST(omnivideo_replies) {
  const Translator translator = omnivideo();
  const Request request = request_for(translator, "gpt-image-2", "x");
  const SubmitFacts made = good(
      translator.read_submit(request, documented_reply(200, "omnivideo/create-200.reply.json")));
  assert_text(made.task.id, "abcdef123456");
  assert_text(made.provider_request_id, "kie_xxxxxxxxxxxx");
  fail_unless(made.credits == 15.0);
  const StatusFacts done = status_of(translator, "gpt-image-2", "abcdef123456",
                                     transcript("omnivideo/status-success.reply.json"));
  assert_text(urls_of(done), "https://your-cdn.com/... ");
  fail_unless(done.credits == 15.0);
  const auto facts = [&](const char* model, const char* data) {
    return status_of(translator, model, "a",
                     std::string(R"({"code":200,"msg":"ok","data":)") + data + "}");
  };
  fail_unless(facts("seedance-2", R"({"task_status":1})").state == TaskState::queued);
  fail_unless(facts("seedance-2", R"({"task_status":2})").state == TaskState::running);
  fail_if(facts("seedance-2", R"({"task_status":5})").known_word);
  assert_text(urls_of(facts("seedance-2", R"({"task_status":3,"image_url":null,"audio_url":null,
                                              "video_url":"https://c.example/v.mp4"})")),
              "https://c.example/v.mp4 ");
  const StatusFacts failed =
      status_of(translator, "seedance-2", "a",
                R"({"code":200,"msg":"\u751f\u6210\u5931\u8d25","data":{"task_status":4}})");
  fail_unless(failed.state == TaskState::failed && failed.refunded);
  assert_contains(failed.failure->message, {"\u751f\u6210\u5931\u8d25"});
}
GST_END_TEST

GST_START_TEST(omnivideo_errors) {
  const Translator translator = omnivideo();
  const Request request = request_for(translator, "gpt-image-2", "x");
  const http::Reply business = make_reply(200, R"({"code":0,"msg":"\u79ef\u5206\u4e0d\u8db3"})");
  const Error refused = bad(translator.read_submit(request, business));
  fail_unless(refused.kind == ErrorKind::rejected && !refused.maybe_billed && !refused.retriable);
  assert_contains(refused.message, {"\u79ef\u5206\u4e0d\u8db3"});
  fail_unless(bad(translator.read_status(request, task_of("a"), business)).kind ==
              ErrorKind::rejected);
  const Error key = bad(translator.read_submit(request, make_reply(401, R"({"msg":"bad key"})")));
  fail_unless(key.kind == ErrorKind::not_authorized);
  assert_contains(key.message, {"\"bad key\"", "check the key"});
}
GST_END_TEST

GST_START_TEST(callbacks_name_the_task) {
  const auto announced = [](const char* provider, std::string_view body) {
    const Translator translator = translator_for(provider);
    Request request;
    request.prompt = "a";
    // As the engine has it: with the model that is meant when none is named.
    request.model = translator.description().models.front().id;
    request.media = translator.description().models.front().media;
    return translator.description().announced_task(request, body).value_or("nothing");
  };
  for (const char* name : {"vibegen/callback-completed", "vibegen/callback-failed"})
    assert_text(announced("vibegen", transcript(std::string(name) + ".request.json")),
                "550e8400-e29b-41d4-a716-446655440000");
  // The body is that of the status reply.
  const std::string finished = transcript("vidgo/status-finished.reply.json");
  const std::string id = announced("vidgo", finished);
  fail_unless(id.starts_with("task-unified-"), "%s", id.c_str());
  // Music may end in other ways, but is called from there, too.
  assert_text(announced("vidgo-music", finished), id);
  // No page says what Vibetool posts.
  assert_text(announced("vibetool", R"({"task_id":"vid_1"})"), "nothing");
  for (const char* body : {"", "[]", "null", "{", R"({"task_id":"../a"})", R"({"task_id":{}})",
                           R"({"data":{"task_id":"a"}})", "\xff"})
    assert_text(announced("vibegen", body), "nothing");
}
GST_END_TEST

GST_START_TEST(vidgo_requests) {
  const Translator translator = translator_for("vidgo");
  const char* const url = "https://api.vidgo.ai/api/generate/submit";
  const char* const callback = "https://your-domain.com/callback";
  Request image;
  image.model = "gpt-4o-image";
  image.prompt = "A serene mountain landscape at sunset with vibrant colors";
  image.aspect_ratio = "1:1";
  image.parameters.set("n", json::Value(1));
  assert_submits(translator, image, callback, url,
                 read_json(transcript("vidgo/create-image.request.json")));
  Request video;
  video.prompt = "A time-lapse of a bustling city street transitioning from day to night";
  video.duration_s = 10;
  video.aspect_ratio = "16:9";
  assert_submits(translator, video, callback, url,
                 read_json(transcript("vidgo/create-video.request.json")));
  Request music;
  music.media = Media::audio;
  music.prompt = "A calm and relaxing piano track with soft melodies";
  music.parameters.set("style", json::Value("Classical"));
  music.parameters.set("title", json::Value("Peaceful Piano Meditation"));
  music.parameters.set("custom_mode", json::Value(true));
  music.parameters.set("instrumental", json::Value(true));
  music.parameters.set("mv", json::Value("V5"));
  // The document's example is Python.
  const json::Value documented = read_json(R"({"model":"generate-music",
      "callback_url":"https://your-domain.com/callback",
      "input":{"prompt":"A calm and relaxing piano track with soft melodies","style":"Classical",
      "title":"Peaceful Piano Meditation","custom_mode":true,"instrumental":true,"mv":"V5"}})");
  assert_submits(translator, music, callback, url, documented);
  assert_submits(translator_for("vidgo-music"), music, callback, url, documented);
  music.parameters.set("instrumental", json::Value("yes"));
  assert_contains(refusal(translator.description(), music),
                  {"\"instrumental\"", "\"yes\"", "true or false"});
  video.duration_s = 12;
  assert_contains(refusal(translator.description(), video), {"duration", "12", "10 or 15"});
  // A model that is not listed passes with its own settings.
  video.model = "veo-3.1";
  video.duration_s = 8;
  checked(translator.description(), video);
}
GST_END_TEST

GST_START_TEST(vidgo_replies) {
  const Translator translator = translator_for("vidgo");
  const char* const id = "task-unified-1757165031-uyujaw3d";
  const Request request = request_for(translator, "gpt-4o-image", "x");
  const SubmitFacts made = good(
      translator.read_submit(request, make_reply(200, R"({"code":200,"data":{"status":"not_started",
        "task_id":"task-unified-1757165031-uyujaw3d","created_time":"2025-11-12T10:30:00"}})")));
  assert_text(made.task.id, id);
  fail_unless(made.state == TaskState::queued);
  assert_text(good(translator.status(request, made.task)).url,
              "https://api.vidgo.ai/api/generate/status/task-unified-1757165031-uyujaw3d");
  const StatusFacts done =
      status_of(translator, "gpt-4o-image", id, transcript("vidgo/status-finished.reply.json"));
  assert_text(urls_of(done), "https://storage.vidgo.ai/generated/image-abc123.jpg ");
  fail_unless(done.progress == 1.0);
  // A video's cover is no video.
  assert_text(
      urls_of(status_of(translator, "sora-2", id, R"({"code":200,"data":{"status":"finished",
      "files":[{"file_url":"https://s.example/c.jpg","file_type":"image"},
               {"file_url":"https://s.example/v.mp4","file_type":"video"}]}})")),
      "https://s.example/v.mp4 ");
  for (const char* const file : {R"({"file_url":"https://s.example/a.mp3","file_type":"audio"})",
                                 R"({"audio_url":"https://s.example/a.mp3","title":"One"})"})
    assert_text(
        urls_of(status_of(
            translator, "generate-music", id,
            std::string(R"({"code":200,"data":{"status":"finished","files":[)") + file + "]}}")),
        "https://s.example/a.mp3 ");
  const StatusFacts running = status_of(
      translator, "sora-2", id, R"({"code":200,"data":{"status":"running","progress":42}})");
  fail_unless(running.state == TaskState::running && running.progress == 0.42);
  const StatusFacts failed =
      status_of(translator, "sora-2", id,
                R"({"code":200,"data":{"status":"failed","error_message":"Prompt was refused"}})");
  assert_contains(failed.failure->message, {"\"Prompt was refused\""});
}
GST_END_TEST

GST_START_TEST(vidgo_music_page) {
  const Translator translator = translator_for("vidgo-music");
  const Request request = request_for(translator, "generate-music", "x");
  assert_text(good(translator.status(request, task_of("task-1"))).url,
              "https://api.vidgo.ai/api/generate/detail/music?task_id=task-1");
  const StatusFacts done = status_of(translator, "generate-music", "task-1",
                                     R"({"code":200,"data":{"status":"finished","files":[
      {"audio_id":"1","audio_url":"https://s.example/1.mp3","title":"First","duration":120.5,
       "image_url":"https://s.example/1.jpg"},
      {"audio_id":"2","audio_url":"https://s.example/2.mp3","title":"Second"}]}})");
  assert_text(urls_of(done), "https://s.example/1.mp3 https://s.example/2.mp3 ");
  assert_text(done.results[1].title, "Second");
}
GST_END_TEST

GST_START_TEST(vidgo_errors) {
  const Translator translator = translator_for("vidgo");
  const Request request = request_for(translator, "sora-2", "x");
  const auto submit = [&](int status, const char* body) {
    return bad(translator.read_submit(request, make_reply(status, body)));
  };
  fail_unless(submit(401, R"({"code":401,"message":"Unauthorized"})").kind ==
              ErrorKind::not_authorized);
  const Error poor = submit(200, R"({"code":402,"message":"Insufficient balance"})");
  fail_unless(poor.kind == ErrorKind::not_authorized && poor.http_status == 402);
  assert_contains(poor.message, {"\"Insufficient balance\"", "recharge"});
  fail_unless(submit(200, R"({"code":400,"message":"bad duration"})").kind == ErrorKind::rejected);
  fail_unless(submit(200, R"({"code":500,"message":"oops"})").maybe_billed);
}
GST_END_TEST

GST_START_TEST(keys_stay_with_their_provider) {
  const std::vector<std::string> ids = Catalogue::load(std::vector<std::string>()).ids();
  fail_unless(ids.size() >= 11);
  const Secret key("sk-canary");
  for (const std::string& mine : ids) {
    const auto description = shipped(mine.c_str());
    const Translator translator(description, description->base_url.empty()
                                                 ? std::string("https://your-site.com")
                                                 : description->base_url);
    for (const std::string& theirs : ids) {
      const std::string base = shipped(theirs.c_str())->base_url;
      if (base.empty() || base == description->base_url) continue;
      http::Request http;
      http.url = base + "/x";
      fail_if(good(translator.authorize(http, key)), "%s to %s", mine.c_str(), theirs.c_str());
      // Nor by what a reply says to ask or to fetch.
      fail_if(translator.may_send_credential_to(base + "/x"));
    }
  }
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("documents");
  TCase* const chain = tcase_create("documents");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, vibetool_image);
  tcase_add_test(chain, vibetool_video);
  tcase_add_test(chain, vibetool_speaking_picture);
  tcase_add_test(chain, vibetool_errors);
  tcase_add_test(chain, omnivideo_requests);
  tcase_add_test(chain, omnivideo_base_url_may_hold_the_prefix);
  tcase_add_test(chain, omnivideo_replies);
  tcase_add_test(chain, omnivideo_errors);
  tcase_add_test(chain, vidgo_requests);
  tcase_add_test(chain, callbacks_name_the_task);
  tcase_add_test(chain, vidgo_replies);
  tcase_add_test(chain, vidgo_music_page);
  tcase_add_test(chain, vidgo_errors);
  tcase_add_test(chain, keys_stay_with_their_provider);
  return gst_check_run_suite(suite, "documents", __FILE__);
}
