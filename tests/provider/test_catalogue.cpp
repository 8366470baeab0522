// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Users' own descriptions are found and used; a broken one hides nothing but itself, and none can
// take a shipped provider's place or key.
#include "fixture.h"

#include <glib/gstdio.h>

#include <algorithm>

#include "base/ref.h"
#include "provider/catalogue.h"

using namespace prompt;
using namespace prompt::provider;
using namespace prompt::provider::testing;

namespace {

class Folder {
 public:
  Folder() {
    const OwnedString made(g_dir_make_tmp("catalogue-XXXXXX", nullptr));
    path_ = made.get();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    for (const std::string& file : files_) g_unlink(file.c_str());
    g_rmdir(path_.c_str());
  }
  std::string add(const std::string& name, const std::string& text) {
    const std::string file = path_ + "/" + name;
    fail_unless(
        g_file_set_contents(file.c_str(), text.data(), static_cast<gssize>(text.size()), nullptr));
    files_.push_back(file);
    return file;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> files_;
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  fail_unless(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string kiln() { return read_test_file("provider/kiln.json"); }

bool has(const std::vector<std::string>& ids, const char* id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

GST_START_TEST(every_shipped_description_is_good) {
  const Catalogue catalogue = Catalogue::load(std::vector<std::string>());
  fail_if(catalogue.entries().empty());
  for (const Catalogue::Entry& entry : catalogue.entries()) {
    fail_unless(entry.description != nullptr, "%s: %s", entry.id.c_str(),
                entry.error ? entry.error->message.c_str() : "");
    assert_text(entry.description->id, entry.id);
    fail_unless(entry.file.empty());
    fail_unless(has(catalogue.ids(), entry.id.c_str()));
  }
  fail_unless(has(catalogue.ids(), "vibegen"));
  fail_if(has(catalogue.ids(), "rehearsal"));
}
GST_END_TEST

GST_START_TEST(unknown_provider_lists_those_that_exist) {
  const Catalogue catalogue = Catalogue::load(std::vector<std::string>());
  const Error error = bad(catalogue.find("nope"));
  fail_unless(error.kind == ErrorKind::settings);
  assert_contains(error.message, {"\"nope\"", "vibegen", "rehearsal"});
  for (const std::string& id : catalogue.ids()) assert_contains(error.message, {id.c_str()});
}
GST_END_TEST

GST_START_TEST(file_that_is_dropped_in_is_found_and_used) {
  Folder folder;
  folder.add("kiln.json", kiln());
  folder.add(".hidden.json", "{");
  folder.add("readme.txt", "{");
  const Catalogue catalogue = Catalogue::load({folder.path(), "/nonexistent/place"});
  fail_unless(has(catalogue.ids(), "kiln"));
  assert_text(good(catalogue.find("kiln"))->name, "Kiln");
  fail_unless(good(catalogue.find("vibegen")) != nullptr);
  fail_unless(std::none_of(catalogue.entries().begin(), catalogue.entries().end(),
                           [](const Catalogue::Entry& entry) { return entry.error.has_value(); }));
}
GST_END_TEST

GST_START_TEST(broken_file_hides_nothing_but_itself) {
  Folder folder;
  folder.add("broken.json", "{ \"id\": \"broken\"");
  folder.add("kiln.json", kiln());
  folder.add("large.json", std::string(300'000, ' '));
  const Catalogue catalogue = Catalogue::load({folder.path()});
  fail_unless(has(catalogue.ids(), "kiln"));
  fail_if(has(catalogue.ids(), "broken"));
  assert_contains(bad(catalogue.find("broken")).message, {"/broken.json", "expected JSON"});
  assert_contains(bad(catalogue.find("large")).message, {"/large.json"});
  fail_unless(2 ==
              std::count_if(catalogue.entries().begin(), catalogue.entries().end(),
                            [](const Catalogue::Entry& entry) { return entry.error.has_value(); }));
}
GST_END_TEST

GST_START_TEST(files_name_and_id_are_one) {
  Folder folder;
  folder.add("oven.json", kiln());
  const Catalogue catalogue = Catalogue::load({folder.path()});
  fail_if(has(catalogue.ids(), "kiln"));
  fail_if(has(catalogue.ids(), "oven"));
  assert_contains(bad(catalogue.find("oven")).message,
                  {"oven.json is wrong at /id: expected \"oven\"", "got \"kiln\""});
}
GST_END_TEST

GST_START_TEST(first_file_of_an_id_counts) {
  Folder first;
  Folder second;
  first.add("kiln.json", replaced(kiln(), "\"Kiln\"", "\"First kiln\""));
  const std::string single = second.add("kiln.json", kiln());
  const Catalogue catalogue = Catalogue::load({first.path(), single});
  assert_text(good(catalogue.find("kiln"))->name, "First kiln");
  fail_unless(catalogue.entries().back().error.has_value());
  assert_contains(catalogue.entries().back().error->message, {single.c_str(), "not used"});
  // A single file serves as well as a folder.
  assert_text(good(Catalogue::load({single}).find("kiln"))->name, "Kiln");
}
GST_END_TEST

GST_START_TEST(shipped_providers_cannot_be_replaced_or_robbed) {
  Folder folder;
  folder.add("vibegen.json", replaced(kiln(), "\"id\": \"kiln\"", "\"id\": \"vibegen\""));
  folder.add("kiln.json", replaced(kiln(), "KILN_API_KEY", "VIBEGEN_API_KEY"));
  folder.add("rehearsal.json", replaced(kiln(), "\"id\": \"kiln\"", "\"id\": \"rehearsal\""));
  const Catalogue catalogue = Catalogue::load({folder.path()});
  assert_text(good(catalogue.find("vibegen"))->base_url, "https://vibegen.art/api/v1");
  assert_contains(bad(catalogue.find("kiln")).message,
                  {"/auth/env/0", "\"VIBEGEN_API_KEY\"", "built-in provider"});
  assert_contains(bad(catalogue.find("rehearsal")).message, {"/id", "no built-in provider"});
  fail_unless(3 ==
              std::count_if(catalogue.entries().begin(), catalogue.entries().end(),
                            [](const Catalogue::Entry& entry) { return entry.error.has_value(); }));
}
GST_END_TEST

GST_START_TEST(environment_names_the_places) {
  // The folder of settings is looked up once per process, so this test has a process of its own.
  Folder on_path;
  Folder config;
  const std::string below = config.path() + "/gst-prompt/providers";
  fail_unless(g_mkdir_with_parents(below.c_str(), 0700) == 0);
  const std::string own = below + "/kiln.json";
  const std::string text = kiln();
  fail_unless(
      g_file_set_contents(own.c_str(), text.data(), static_cast<gssize>(text.size()), nullptr));
  on_path.add("oven.json", replaced(replaced(text, "\"id\": \"kiln\"", "\"id\": \"oven\""),
                                    "KILN_API_KEY", "OVEN_API_KEY"));
  fail_unless(g_setenv("XDG_CONFIG_HOME", config.path().c_str(), TRUE));
  fail_unless(g_setenv("GST_PROMPT_PROVIDER_PATH", ("::" + on_path.path()).c_str(), TRUE));
  const std::vector<std::string> ids = catalogue_ids();
  fail_unless(has(ids, "oven") && has(ids, "kiln") && has(ids, "vibegen"));
  assert_text(good(find_description("kiln"))->id, "kiln");
  g_unlink(own.c_str());
  g_rmdir(below.c_str());
  g_rmdir((config.path() + "/gst-prompt").c_str());
}
GST_END_TEST

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  Suite* const suite = suite_create("catalogue");
  TCase* const chain = tcase_create("catalogue");
  suite_add_tcase(suite, chain);
  tcase_add_test(chain, every_shipped_description_is_good);
  tcase_add_test(chain, unknown_provider_lists_those_that_exist);
  tcase_add_test(chain, file_that_is_dropped_in_is_found_and_used);
  tcase_add_test(chain, broken_file_hides_nothing_but_itself);
  tcase_add_test(chain, files_name_and_id_are_one);
  tcase_add_test(chain, first_file_of_an_id_counts);
  tcase_add_test(chain, shipped_providers_cannot_be_replaced_or_robbed);
  tcase_add_test(chain, environment_names_the_places);
  return gst_check_run_suite(suite, "catalogue", __FILE__);
}
