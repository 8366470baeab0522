// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is wrong with a request is said before anything is sent, in one sentence; what makes two
// requests the same job, and what does not.
#include "fixture.h"

#include "json/write.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

Request vibegen_request() {
  Request request;
  request.provider = "vibegen";
  request.base_url = "https://vibegen.art/api/v1";
  request.prompt = "a red fox";
  return request;
}

Request kiln_request() {
  Request request;
  request.provider = "kiln";
  request.base_url = "https://api.kiln.example/v2";
  request.prompt = "a red fox";
  return request;
}

std::shared_ptr<const Description> kiln() {
  return load_good(read_test_file("provider/kiln.json"));
}

std::string repeat(const char* text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out.append(text);
  return out;
}

std::string hash_of(const Description& description, const Request& request) {
  return request_hash(canonical_json(description, checked(description, request)));
}

Image local_image(std::size_t bytes, const char* type) {
  Image image;
  image.url = "/tmp/fox.png";
  image.data = std::string((bytes + 2) / 3 * 4, 'A');
  if (bytes % 3 > 0) image.data.back() = '=';
  if (bytes % 3 == 1) image.data[image.data.size() - 2] = '=';
  image.content_type = type;
  image.sha256 = std::string(64, 'a');
  return image;
}

}  // namespace

GST_START_TEST(bad_settings_are_refused_in_one_sentence) {
  struct Case {
    void (*spoil)(Request&);
    const char* sentence;
  };
  const Case cases[] = {
      {[](Request& r) { r.prompt = ""; },
       "The property \"prompt\" is empty: set it to a description of what is to be made."},
      {[](Request& r) { r.prompt = " \n\t"; },
       "The property \"prompt\" is empty: set it to a description of what is to be made."},
      {[](Request& r) { r.prompt = repeat("a", 2001); },
       "The property \"prompt\" has 2001 characters, but VibeGen's \"seedance 2.0\" takes at most "
       "2000: shorten it."},
      {[](Request& r) { r.prompt = repeat("\u72d0", 2001); },
       "The property \"prompt\" has 2001 characters, but VibeGen's \"seedance 2.0\" takes at most "
       "2000: shorten it."},
      {[](Request& r) { r.prompt = "a\xff"; },
       "The property \"prompt\" is not valid UTF-8: set text in UTF-8."},
      {[](Request& r) { r.prompt = std::string("a\0b", 3); },
       "The property \"prompt\" is not valid UTF-8: set text in UTF-8."},
      {[](Request& r) { r.model = "sora"; },
       "The property \"model\" is \"sora\", which VibeGen does not have: set \"seedance 2.0\"."},
      {[](Request& r) { r.media = Media::image; },
       "The property \"media\" is \"image\", which VibeGen does not make: set \"video\"."},
      {[](Request& r) {
         r.media = Media::audio;
         r.model = "seedance 2.0";
       },
       "The property \"media\" is \"audio\", but VibeGen's \"seedance 2.0\" makes \"video\": leave "
       "it unset or set another model."},
      {[](Request& r) { r.duration_s = 7; },
       "The property \"duration\" is 7, which VibeGen's \"seedance 2.0\" does not take: set 5 or "
       "10."},
      {[](Request& r) { r.resolution = "4k"; },
       "The property \"resolution\" is \"4k\", which VibeGen's \"seedance 2.0\" does not take: set "
       "\"480p\", \"720p\" or \"1080p\"."},
      {[](Request& r) { r.aspect_ratio = "2:1"; },
       "The property \"aspect-ratio\" is \"2:1\", which VibeGen's \"seedance 2.0\" does not take: "
       "set \"16:9\", \"9:16\", \"1:1\", \"21:9\", \"4:3\", \"3:4\", \"9:21\", \"adaptive\" or "
       "\"keep_ratio\"."},
      {[](Request& r) { r.aspect_ratio = "\xc3"; },
       "The property \"aspect-ratio\" is not valid UTF-8: set text in UTF-8."},
      {[](Request& r) { r.seed = 42; },
       "The property \"seed\" is 42, but VibeGen's \"seedance 2.0\" has no place for it: leave it "
       "unset."},
      {[](Request& r) { r.parameters.set("style", json::Value("noir")); },
       "The property \"parameters\" sets \"style\", but VibeGen's \"seedance 2.0\" has no place "
       "for "
       "it: leave it unset."},
      {[](Request& r) {
         r.images = {Image{"/home/me/fox.png", "", "", ""}};
       },
       "The image \"/home/me/fox.png\" is a local file, but VibeGen's \"seedance 2.0\" takes only "
       "URLs: put it where it can be fetched and set its URL, which begins with https:// or "
       "http://."},
      {[](Request& r) {
         r.images = {Image{"file:///home/me/fox.png", "", "", ""}};
       },
       "The image \"file:///home/me/fox.png\" is a local file, but VibeGen's \"seedance 2.0\" "
       "takes "
       "only URLs: put it where it can be fetched and set its URL, which begins with https:// or "
       "http://."},
      {[](Request& r) { r.images = {local_image(100, "image/png")}; },
       "The image \"/tmp/fox.png\" is a local file, but VibeGen's \"seedance 2.0\" takes only "
       "URLs: "
       "put it where it can be fetched and set its URL, which begins with https:// or http://."},
      {[](Request& r) {
         r.images = {Image{"ftp://e.org/fox.png", "", "", ""}};
       },
       "The image \"ftp://e.org/fox.png\" is no URL that VibeGen's \"seedance 2.0\" takes: set one "
       "that begins with https:// or http://."},
  };
  const auto description = shipped("vibegen");
  for (const Case& expected : cases) {
    Request request = vibegen_request();
    expected.spoil(request);
    assert_text(refusal(*description, request), expected.sentence);
  }
}
GST_END_TEST

GST_START_TEST(longest_prompt_counts_characters_not_bytes) {
  const auto description = shipped("vibegen");
  Request request = vibegen_request();
  request.prompt = repeat("\u72d0", 2000);
  checked(*description, request);
  request.prompt = repeat("\U0001f98a", 2000);
  checked(*description, request);
}
GST_END_TEST

GST_START_TEST(model_and_medium_are_filled_in) {
  const auto description = kiln();
  Request request = checked(*description, kiln_request());
  assert_text(request.model, "glaze-1");
  fail_unless(request.media == Media::video);
  request = kiln_request();
  request.media = Media::image;
  assert_text(checked(*description, request).model, "slip-1");
  request = kiln_request();
  request.model = "slip-1";
  fail_unless(checked(*description, request).media == Media::image);
}
GST_END_TEST

GST_START_TEST(local_images_are_checked_by_count_type_and_size) {
  const auto description = kiln();
  Request request = kiln_request();
  request.images = {local_image(1048576, "image/png"), local_image(1, "image/jpeg")};
  checked(*description, request);
  request.images[0] = local_image(1048577, "image/png");
  assert_text(refusal(*description, request),
              "The image \"/tmp/fox.png\" has 1048577 bytes, but Kiln's \"glaze-1\" takes at most "
              "1048576: make it smaller.");
  request.images[0] = local_image(10, "image/gif");
  assert_text(refusal(*description, request),
              "The image \"/tmp/fox.png\" is of type image/gif, but Kiln's \"glaze-1\" takes "
              "image/png, image/jpeg: convert it.");
  request.images = {local_image(1, "image/png"), local_image(1, "image/png"),
                    local_image(1, "image/png")};
  assert_text(
      refusal(*description, request),
      "The property \"images\" has 3 images, but Kiln's \"glaze-1\" takes at most 2: remove "
      "some.");
  request.images = {Image{"http://e.org/a.png", "", "", ""}};
  assert_text(refusal(*description, request),
              "The image \"http://e.org/a.png\" is no URL that Kiln's \"glaze-1\" takes: set one "
              "that begins with https://.");
  request.images = {Image{"/tmp/gone.png", "", "", ""}};
  assert_text(refusal(*description, request),
              "The image \"/tmp/gone.png\" was not read: set the path of a file that can be read.");
  request.images = {Image{"https://me:pw@e.org/a.png?sig=1", "", "", ""}};
  const std::string message = refusal(*description, request);
  fail_unless(message.find("pw") == std::string::npos, "%s", message.c_str());
  fail_unless(message.find("sig") == std::string::npos, "%s", message.c_str());
  request = kiln_request();
  request.model = "slip-1";
  request.images = {Image{"https://e.org/a.png", "", "", ""}};
  assert_text(refusal(*description, request),
              "The property \"images\" is set, but Kiln's \"slip-1\" has no place for it: leave it "
              "unset.");
}
GST_END_TEST

GST_START_TEST(further_parameters_are_checked_and_cannot_collide) {
  const auto description = kiln();
  Request request = kiln_request();
  request.parameters.set("mood", json::Value("wild"));
  request.parameters.set("glow", json::Value(0.5));  // unknown to the description: let through
  checked(*description, request);
  request.parameters.set("mood", json::Value("sad"));
  assert_text(refusal(*description, request),
              "The field \"mood\" of \"parameters\" is \"sad\", which Kiln's \"glaze-1\" does not "
              "take: set \"calm\" or \"wild\".");
  request = kiln_request();
  request.parameters.set("text", json::Value("another prompt"));
  assert_contains(refusal(*description, request), {"\"text\"", "\"parameters\"", "already"});
  request = kiln_request();
  request.parameters.set("note", json::Value(json::Array{json::Value("\xff")}));
  assert_text(
      refusal(*description, request),
      "The property \"parameters\" holds a text that is not valid UTF-8: set text in UTF-8.");
}
GST_END_TEST

GST_START_TEST(time_that_an_image_is_shown_is_not_the_providers_matter) {
  const auto description = kiln();
  Request request = kiln_request();
  request.model = "slip-1";
  const std::string hash = hash_of(*description, request);
  request.duration_s = 300;
  assert_text(hash_of(*description, request), hash);
  const Translator translator(description, description->base_url);
  const Request whole = checked(*description, request);
  assert_text(good(translator.submit(whole, "")).body, R"({"engine":"slip-1","text":"a red fox"})");
}
GST_END_TEST

GST_START_TEST(asking_for_the_default_is_not_asking) {
  const auto description = shipped("vibegen");
  const std::string plain = hash_of(*description, vibegen_request());
  fail_unless(plain.size() == 64);
  Request request = vibegen_request();
  request.model = "seedance 2.0";
  request.media = Media::video;
  request.duration_s = 5;
  request.aspect_ratio = "16:9";
  request.resolution = "480p";
  request.generate_audio = false;
  assert_text(hash_of(*description, request), plain);
  const auto other = kiln();
  Request calm = kiln_request();
  calm.parameters.set("mood", json::Value("calm"));
  assert_text(hash_of(*other, calm), hash_of(*other, kiln_request()));
}
GST_END_TEST

GST_START_TEST(whatever_makes_another_clip_makes_another_hash) {
  const auto description = kiln();
  std::vector<std::string> hashes = {hash_of(*description, kiln_request())};
  const auto add = [&](void (*change)(Request&)) {
    Request request = kiln_request();
    change(request);
    const std::string hash = hash_of(*description, request);
    fail_unless(std::find(hashes.begin(), hashes.end(), hash) == hashes.end());
    hashes.push_back(hash);
  };
  add([](Request& r) { r.prompt = "a red fox "; });
  add([](Request& r) { r.base_url = "https://other.example"; });
  add([](Request& r) { r.provider = "rehearsal"; });
  add([](Request& r) { r.model = "slip-1"; });
  add([](Request& r) { r.duration_s = 8; });
  add([](Request& r) { r.aspect_ratio = "9:16"; });
  add([](Request& r) { r.seed = 0; });
  add([](Request& r) { r.seed = 7; });
  add([](Request& r) { r.take = 2; });
  add([](Request& r) { r.parameters.set("mood", json::Value("wild")); });
  add([](Request& r) { r.parameters.set("glow", json::Value(1)); });
  add([](Request& r) { r.parameters.set("glow", json::Value(true)); });
  add([](Request& r) { r.images = {Image{"https://e.org/a.png", "", "", ""}}; });
  add([](Request& r) { r.images = {Image{"https://e.org/b.png", "", "", ""}}; });
  add([](Request& r) {
    r.images = {Image{"https://e.org/a.png", "", "", ""}, Image{"https://e.org/b.png", "", "", ""}};
  });
  add([](Request& r) {
    r.images = {Image{"https://e.org/b.png", "", "", ""}, Image{"https://e.org/a.png", "", "", ""}};
  });
  add([](Request& r) { r.images = {local_image(10, "image/png")}; });
  add([](Request& r) {
    r.images = {local_image(10, "image/png")};
    r.images[0].sha256 = std::string(64, 'b');
  });
}
GST_END_TEST

GST_START_TEST(local_image_counts_by_content_not_by_path) {
  const auto description = kiln();
  Request request = kiln_request();
  request.images = {local_image(10, "image/png")};
  const std::string hash = hash_of(*description, request);
  request.images[0].url = "/elsewhere/copy.png";
  assert_text(hash_of(*description, request), hash);
  fail_unless(canonical_json(*description, checked(*description, request)).find("elsewhere") ==
              std::string::npos);
}
GST_END_TEST

GST_START_TEST(stored_request_comes_back_and_asks_for_the_same) {
  const auto description = kiln();
  Request request = kiln_request();
  request.prompt = "say \"\n\u72d0\"";
  request.duration_s = 8;
  request.aspect_ratio = "9:16";
  request.seed = 9'007'199'254'740'993;
  request.take = 3;
  request.parameters.set("mood", json::Value("wild"));
  request.images = {Image{"https://e.org/a.png", "", "", ""}};
  request = checked(*description, request);
  const std::string canonical = canonical_json(*description, request);
  const Request back = good(request_from_canonical(canonical));
  assert_text(canonical_json(*description, back), canonical);
  const Translator translator(description, description->base_url);
  assert_text(good(translator.submit(back, "")).body, good(translator.submit(request, "")).body);
  // Of a local image only the hash is kept.
  request.images = {local_image(10, "image/png")};
  const Request hashed =
      good(request_from_canonical(canonical_json(*description, checked(*description, request))));
  assert_text(hashed.images.at(0).sha256, std::string(64, 'a'));
  fail_unless(hashed.images.at(0).data.empty());
}
GST_END_TEST

GST_START_TEST(spoiled_stored_requests_are_errors) {
  for (const char* const text :
       {"", "[]", "{}", "null", "{\"provider\":\"kiln\"}", "{\"provider\":1,\"media\":\"video\"}",
        "{\"provider\":\"kiln\",\"media\":\"smell\"}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"duration\":-1}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"duration\":1e99}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"take\":99999999999}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"images\":{}}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"images\":[7]}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"images\":[{\"url\":1}]}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"parameters\":[]}",
        "{\"provider\":\"kiln\",\"media\":\"video\",\"generate-audio\":\"no\"}"}) {
    const Result<Request> back = request_from_canonical(text);
    fail_if(back.has_value(), "%s", text);
    fail_unless(back.error().kind == ErrorKind::malformed);
  }
}
GST_END_TEST

GST_START_TEST(price_follows_the_settings) {
  const auto description = kiln();
  Request request = kiln_request();
  fail_unless(expected_credits(*description, checked(*description, request)) == 12.0);
  request.duration_s = 8;
  fail_unless(expected_credits(*description, checked(*description, request)) == 24.0);
  request.parameters.set("mood", json::Value("wild"));
  fail_unless(expected_credits(*description, checked(*description, request)) == 32.0);
  // Nobody knows what this costs, so nobody claims to.
  request.parameters.set("glow", json::Value(1));
  fail_if(expected_credits(*description, checked(*description, request)).has_value());
  request = kiln_request();
  request.model = "slip-1";
  fail_if(expected_credits(*description, checked(*description, request)).has_value());
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("request");
  TCase* const chain = tcase_create("request");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, bad_settings_are_refused_in_one_sentence);
  tcase_add_test(chain, longest_prompt_counts_characters_not_bytes);
  tcase_add_test(chain, model_and_medium_are_filled_in);
  tcase_add_test(chain, local_images_are_checked_by_count_type_and_size);
  tcase_add_test(chain, further_parameters_are_checked_and_cannot_collide);
  tcase_add_test(chain, time_that_an_image_is_shown_is_not_the_providers_matter);
  tcase_add_test(chain, asking_for_the_default_is_not_asking);
  tcase_add_test(chain, whatever_makes_another_clip_makes_another_hash);
  tcase_add_test(chain, local_image_counts_by_content_not_by_path);
  tcase_add_test(chain, stored_request_comes_back_and_asks_for_the_same);
  tcase_add_test(chain, spoiled_stored_requests_are_errors);
  tcase_add_test(chain, price_follows_the_settings);
  return gst_check_run_suite(suite, "request", __FILE__);
}
