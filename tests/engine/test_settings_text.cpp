// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The table of what can be asked for: each row has a text form that is read as it is written.
#include "../support/check.h"

#include <map>
#include <set>
#include <string>

#include "engine/settings_text.h"

using prompt::engine::find_setting;
using prompt::engine::set_from_text;
using prompt::engine::Setting;
using prompt::engine::Settings;
using prompt::engine::settings_table;
using prompt::engine::texts_of;

namespace {

// A value that is no default; a row without one here fails the test.
const std::map<std::string, std::string> samples = {
    {"provider", "vidgo"},
    {"model", "veo3.1-fast"},
    {"prompt", "a fox, 100% red?"},
    {"media", "audio"},
    {"duration", "3600"},
    {"aspect-ratio", "9:16"},
    {"resolution", "720p"},
    {"generate-audio", "false"},
    {"images", "https://example.org/fox.png"},
    {"image", "https://example.org/fox.png"},
    {"result", "3"},
    {"seed", "9223372036854775807"},
    {"take", "4294967295"},
    {"parameters", R"({"style":"jazz","fast":true,"n":[1,2.5]})"},
    {"callback-url", "https://example.org/called"},
    {"api-key", "sk-a-key-of-somebody"},
    {"base-url", "http://127.0.0.1:8091/v1"},
    {"task-id", "t/1"},
    {"cache", "refresh"},
    {"max-credits", "12.5"},
    {"poll-interval", "1500"},
    {"generation-timeout", "60"},
    {"on-stop", "cancel"},
    {"start-policy", "first-byte"},
    {"library", "/tmp/a library"},
};

struct Refused {
  const char* name;
  const char* text;
  const char* takes;
};

constexpr Refused refusals[] = {
    {"duration", "-5", "a whole number from 0 to 3600"},
    {"duration", "3601", "a whole number from 0 to 3600"},
    {"duration", "5s", "a whole number from 0 to 3600"},
    {"duration", "", "a whole number from 0 to 3600"},
    {"take", "0", "a whole number from 1 to 4294967295"},
    {"take", "4294967296", "a whole number from 1 to 4294967295"},
    {"seed", "-2", "a whole number from 0 on, or -1 for none"},
    {"seed", "9223372036854775808", "a whole number from 0 on, or -1 for none"},
    {"generate-audio", "yes", "'true' or 'false'"},
    {"media", "film", "'auto', 'video', 'image' or 'audio'"},
    {"cache", "never", "'use', 'refresh' or 'only'"},
    {"on-stop", "", "'keep' or 'cancel'"},
    {"max-credits", "-1", "a number from 0 on"},
    {"max-credits", "nan", "a number from 0 on"},
    {"max-credits", "inf", "a number from 0 on"},
    {"max-credits", "12 credits", "a number from 0 on"},
    {"max-credits", "", "a number from 0 on"},
    {"parameters", "p,style=jazz", "a JSON object"},
    {"parameters", "[1]", "a JSON object"},
};

}  // namespace

GST_START_TEST(each_is_read_as_it_is_written) {
  for (const Setting& setting : settings_table()) {
    const auto sample = samples.find(setting.name);
    fail_unless(sample != samples.end(), "no sample of %s", setting.name);
    Settings settings;
    fail_unless(texts_of(settings, setting).empty(), "%s has a text by default", setting.name);
    const auto set = set_from_text(settings, setting, sample->second, "It");
    fail_unless(set.has_value(), "%s: %s", setting.name, set ? "" : set.error().message.c_str());
    const auto texts = texts_of(settings, setting);
    if (std::string(setting.name) == "api-key" || setting.is_only_one) {
      fail_unless(texts.empty(), "%s can be read", setting.name);
    } else {
      fail_unless(texts.size() == 1);
      fail_unless_equals_string(texts[0].c_str(), sample->second.c_str());
    }
    // Nothing else was touched: with this one reset, all are as they were.
    reset(settings, setting);
    for (const Setting& other : settings_table())
      fail_unless(texts_of(settings, other).empty(), "%s changed %s", setting.name, other.name);
  }
}
GST_END_TEST

GST_START_TEST(what_it_does_not_take_is_refused_and_changes_nothing) {
  for (const Refused& refused : refusals) {
    const Setting& setting = *find_setting(refused.name);
    Settings settings;
    fail_unless(set_from_text(settings, setting, samples.at(refused.name), "").has_value());
    const auto before = texts_of(settings, setting);
    const auto set = set_from_text(settings, setting, refused.text,
                                   std::string("The property '") + refused.name + "'");
    fail_if(set.has_value(), "%s='%s' is taken", refused.name, refused.text);
    const std::string wanted = std::string("The property '") + refused.name + "' is '" +
                               refused.text + "'; it takes " + refused.takes + ".";
    fail_unless_equals_string(set.error().message.c_str(), wanted.c_str());
    fail_unless(texts_of(settings, setting) == before, "%s is changed", refused.name);
  }
}
GST_END_TEST

GST_START_TEST(several_texts_are_added_and_one_is_alone) {
  Settings settings;
  const Setting& images = *find_setting("images");
  for (const char* image : {"a.png", "b.png"})
    fail_unless(set_from_text(settings, images, image, "It").has_value());
  fail_unless(texts_of(settings, images).size() == 2);
  fail_unless(set_from_text(settings, *find_setting("image"), "c.png", "It").has_value());
  fail_unless(settings.images == std::vector<std::string>{"c.png"});
  fail_unless(set_from_text(settings, *find_setting("seed"), "-1", "It").has_value());
  fail_if(settings.seed.has_value());
}
GST_END_TEST

GST_START_TEST(a_secret_is_not_written) {
  const Setting& setting = *find_setting("api-key");
  Settings settings;
  fail_unless(set_from_text(settings, setting, "sk-secret-of-mine", "It").has_value());
  for (const Setting& each : settings_table())
    for (const std::string& text : texts_of(settings, each))
      fail_if(text.find("sk-secret") != std::string::npos);
}
GST_END_TEST

GST_START_TEST(names_and_words_are_told_apart) {
  std::set<std::string> names;
  for (const Setting& setting : settings_table()) {
    fail_unless(names.insert(setting.name).second, "%s stands twice", setting.name);
    fail_unless(find_setting(setting.name) == &setting);
    fail_if(setting.help.empty() || setting.title == nullptr);
    std::set<std::string> words;
    for (const auto& choice : setting.choices)
      fail_unless(words.insert(choice.name).second, "%s: %s", setting.name, choice.name);
  }
  fail_unless(find_setting("Prompt") == nullptr);
  fail_unless(find_setting("") == nullptr);
}
GST_END_TEST

static Suite* settings_text_suite() {
  Suite* suite = suite_create("settings_text");
  TCase* tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, each_is_read_as_it_is_written);
  tcase_add_test(tests, what_it_does_not_take_is_refused_and_changes_nothing);
  tcase_add_test(tests, several_texts_are_added_and_one_is_alone);
  tcase_add_test(tests, a_secret_is_not_written);
  tcase_add_test(tests, names_and_words_are_told_apart);
  return suite;
}

GST_CHECK_MAIN(settings_text)
