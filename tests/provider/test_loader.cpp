// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Descriptions that are wrong are refused with the file, the place, what was expected and what was
// found. The broken ones are changes to kiln.json, listed in broken.json, which the JSON Schema's
// test uses too.
#include "fixture.h"

#include "json/write.h"
#include "provider/loader.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

std::vector<std::string> steps_of(const std::string& pointer) {
  std::vector<std::string> out;
  std::size_t at = 1;
  while (at <= pointer.size()) {
    const std::size_t end = std::min(pointer.find('/', at), pointer.size());
    out.push_back(pointer.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

json::Value* step_into(json::Value& value, const std::string& name) {
  if (json::Array* const array = value.as_array()) return &array->at(std::stoul(name));
  json::Object* const object = value.as_object();
  fail_unless(object != nullptr, "no object to find %s in", name.c_str());
  json::Value* const member = object->find(name);
  fail_unless(member != nullptr, "no member %s", name.c_str());
  return member;
}

json::Value& parent_of(json::Value& root, const std::vector<std::string>& steps) {
  json::Value* here = &root;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) here = step_into(*here, steps[i]);
  return *here;
}

void set_at(json::Value& root, const std::string& pointer, const json::Value& value) {
  const std::vector<std::string> steps = steps_of(pointer);
  json::Value& parent = parent_of(root, steps);
  if (json::Object* const object = parent.as_object())
    object->set(steps.back(), value);
  else
    parent.as_array()->at(std::stoul(steps.back())) = value;
}

void remove_at(json::Value& root, const std::string& pointer) {
  const std::vector<std::string> steps = steps_of(pointer);
  json::Value& parent = parent_of(root, steps);
  if (json::Object* const object = parent.as_object()) {
    fail_unless(object->erase(steps.back()), "no member %s", pointer.c_str());
  } else {
    json::Array& array = *parent.as_array();
    array.erase(array.begin() + static_cast<std::ptrdiff_t>(std::stoul(steps.back())));
  }
}

std::string text_of(const json::Value& value, const char* name) {
  const json::Value* const member = value.find(name);
  fail_unless(member != nullptr && member->as_string() != nullptr, "no \"%s\"", name);
  return *member->as_string();
}

// kiln.json, changed.
std::string kiln_with(const char* pointer, const char* value) {
  json::Value root = read_json(read_test_file("provider/kiln.json"));
  set_at(root, pointer, read_json(value));
  return json::write(root);
}

void assert_refused(const std::string& text, std::initializer_list<const char*> words,
                    const Reserved& reserved = {}) {
  const auto loaded = load_description(text, "/etc/kiln.json", reserved);
  fail_if(loaded.has_value(), "accepted");
  fail_unless(loaded.error().kind == ErrorKind::settings);
  assert_contains(loaded.error().message, words);
}

}  // namespace

GST_START_TEST(broken_descriptions_are_refused_with_their_place) {
  const std::string base = read_test_file("provider/kiln.json");
  const json::Value cases = read_json(read_test_file("provider/broken.json"));
  fail_unless(cases.as_array()->size() >= 40);
  for (const json::Value& broken : *cases.as_array()) {
    const std::string name = text_of(broken, "name");
    json::Value root = read_json(base);
    if (const json::Value* const set = broken.find("set"))
      for (const json::Member& member : *set->as_object()) set_at(root, member.name, member.value);
    if (const json::Value* const remove = broken.find("remove"))
      for (const json::Value& pointer : *remove->as_array()) remove_at(root, *pointer.as_string());
    const auto loaded = load_description(json::write(root), "/etc/kiln.json");
    fail_if(loaded.has_value(), "accepted: %s", name.c_str());
    fail_unless(loaded.error().kind == ErrorKind::settings);
    const std::string& message = loaded.error().message;
    const std::string place = "The provider description /etc/kiln.json is wrong at " +
                              text_of(broken, "at") + ": expected ";
    fail_unless(message.rfind(place, 0) == 0, "%s: %s", name.c_str(), message.c_str());
    const std::size_t got = message.find(", got ");
    fail_unless(got != std::string::npos, "%s: %s", name.c_str(), message.c_str());
    fail_unless(message.find(text_of(broken, "expected")) < message.rfind(", got "), "%s: %s",
                name.c_str(), message.c_str());
    fail_unless(message.find(text_of(broken, "got"), got) != std::string::npos, "%s: %s",
                name.c_str(), message.c_str());
  }
}
GST_END_TEST

GST_START_TEST(what_is_no_json_is_refused) {
  assert_refused("", {"/etc/kiln.json", "expected JSON"});
  assert_refused("{", {"/etc/kiln.json", "expected JSON", "byte"});
  assert_refused("[]", {"at its root", "expected an object, got an array"});
  assert_refused("{\"id\": \"a\", \"id\": \"b\"}", {"expected JSON"});
  assert_refused("{\"id\": \"\xff\"}", {"expected JSON"});
  assert_refused(std::string(100'000, '['), {"expected JSON"});
  assert_refused(std::string(300'000, ' '), {"expected JSON"});
}
GST_END_TEST

GST_START_TEST(shipped_ids_and_keys_are_out_of_reach) {
  const Reserved reserved{{"vibegen"}, {"VIBEGEN_API_KEY"}};
  assert_refused(kiln_with("/id", "\"vibegen\""), {"at /id", "no built-in provider", "\"vibegen\""},
                 reserved);
  assert_refused(kiln_with("/auth/env", "[\"KILN_API_KEY\", \"VIBEGEN_API_KEY\"]"),
                 {"at /auth/env/1", "a variable of its own", "\"VIBEGEN_API_KEY\""}, reserved);
  for (const char* const name : {"[\"PATH\"]", "[\"KILN_SECRET\"]", "[\"kiln_api_key\"]",
                                 "[\"_KEY\"]", "[\"A B_KEY\"]", "[\"LD_PRELOAD\"]"})
    assert_refused(kiln_with("/auth/env", name), {"at /auth/env/0", "_API_KEY, _TOKEN or _KEY"});
  for (const char* const name : {"[\"KILN_KEY\"]", "[\"KILN_TOKEN\"]", "[\"K2_API_KEY\"]"})
    load_good(kiln_with("/auth/env", name));
}
GST_END_TEST

GST_START_TEST(good_description_is_read_whole) {
  const auto kiln = load_good(read_test_file("provider/kiln.json"));
  assert_text(kiln->id, "kiln");
  fail_unless(kiln->auth.scheme == Auth::Scheme::header);
  assert_text(kiln->auth.header, "X-Kiln-Key");
  fail_unless(kiln->models.size() == 2);
  fail_unless(kiln->find_model("slip-1")->media == Media::image);
  fail_unless(kiln->find_model("slip-2") == nullptr);
  fail_unless(kiln->default_model(Media::automatic)->id == "glaze-1");
  fail_unless(kiln->default_model(Media::image)->id == "slip-1");
  fail_unless(kiln->default_model(Media::audio) == nullptr);
  fail_unless(kiln->retention == std::chrono::hours(48));
  fail_unless(kiln->limits.submits_per_minute == 60 && kiln->limits.queries_per_minute == 0);
  fail_unless(kiln->polling.timeout == std::chrono::seconds(600));
  fail_unless(kiln->failed_tasks_are_free);
}
GST_END_TEST

GST_START_TEST(patterns_tell_names_apart) {
  const auto submits_of = [](const char* first, const char* second) {
    json::Value root = read_json(read_test_file("provider/kiln.json"));
    set_at(root, "/models", read_json(R"([{"id":"*","media":"image"}])"));
    remove_at(root, "/operations/submit/0");
    json::Value& submit = *root.as_object()->find("operations")->as_object()->find("submit");
    json::Array two(2, submit.as_array()->front());
    two[0].as_object()->set("select", read_json(first));
    two[1].as_object()->set("select", read_json(second));
    submit = json::Value(std::move(two));
    remove_at(root, "/operations/status/0/reply/results/0");
    remove_at(root, "/operations/status/0/url-from");
    return json::write(root);
  };
  const auto described =
      load_good(submits_of(R"({"models":["*/*"]})", R"({"not-models":["*/*"]})"));
  Request request;
  request.media = Media::image;
  const auto first_fits = [&](const char* model) {
    request.model = model;
    const Operation* const found = described->operations.find(OperationKind::submit, request);
    return found == described->operations.submit.data();
  };
  fail_unless(first_fits("acme/clips") && first_fits("a/b/c"));
  fail_if(first_fits("clips") || first_fits(""));
  // Names between the two, and names for both, are found when the file is loaded.
  assert_refused(submits_of(R"({"models":["a/*"]})", R"({"not-models":["b/*"]})"),
                 {"at /operations/submit/1/select", "both for \"a/x\""});
  assert_refused(submits_of(R"({"models":["*/*"]})", R"({"models":["*:*"]})"),
                 {"at /models/0", "none for \"*\""});
}
GST_END_TEST

GST_START_TEST(self_hosted_server_needs_no_key) {
  json::Value root = read_json(read_test_file("provider/kiln.json"));
  set_at(root, "/auth", read_json(R"({"scheme": "none"})"));
  const auto open = load_good(json::write(root));
  fail_unless(open->auth.scheme == Auth::Scheme::none && open->auth.optional);
  set_at(root, "/auth", read_json(R"({"scheme":"bearer","env":["KILN_KEY"],"optional":true})"));
  const auto guarded = load_good(json::write(root));
  fail_unless(guarded->auth.optional);
  assert_text(guarded->auth.header, "Authorization");
  set_at(root, "/auth", read_json(R"({"scheme":"header","header":"Authorization","word":"Key",
                                      "env":["KILN_KEY"]})"));
  assert_text(load_good(json::write(root))->auth.word, "Key");
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("loader");
  TCase* const chain = tcase_create("loader");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, broken_descriptions_are_refused_with_their_place);
  tcase_add_test(chain, what_is_no_json_is_refused);
  tcase_add_test(chain, shipped_ids_and_keys_are_out_of_reach);
  tcase_add_test(chain, good_description_is_read_whole);
  tcase_add_test(chain, patterns_tell_names_apart);
  tcase_add_test(chain, self_hosted_server_needs_no_key);
  return gst_check_run_suite(suite, "loader", __FILE__);
}
