// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What is told of a clip that is not as it was asked for.
#include <string>

#include "base/text.h"
#include "check.h"
#include "edit/delivered.h"

namespace {

using namespace prompt;
using namespace prompt::edit;

engine::LibraryJob asked(unsigned seconds, const char* ratio, const char* resolution, bool sound) {
  engine::LibraryJob job;
  job.media = Media::video;
  job.duration_s = seconds;
  job.resolution = resolution;
  job.request.set("aspect-ratio", json::Value(ratio));
  job.request.set("generate-audio", json::Value(sound));
  return job;
}

ClipFacts came(double seconds, int width, int height, bool sound) {
  ClipFacts facts;
  facts.width = width;
  facts.height = height;
  facts.video_ns = static_cast<std::int64_t>(seconds * 1e9);
  if (sound) facts.channels = 2;
  return facts;
}

void assert_told(const engine::LibraryJob& job, const ClipFacts& facts, const char* expected) {
  assert_text(join(differences(job, facts), "; "), expected);
}

GST_START_TEST(test_what_services_round_is_no_difference) {
  // As seen: 121 frames for 5 s, 864x496 for 480p in 16:9, 1470x630 for 21:9.
  assert_told(asked(5, "16:9", "480p", false), came(5.0417, 864, 496, false), "");
  assert_told(asked(5, "21:9", "", true), came(5.0417, 1470, 630, true), "");
  assert_told(asked(10, "9:16", "720p", false), came(10.04, 720, 1280, false), "");
  assert_told(asked(0, "auto", "4k", false), came(7, 100, 50, false), "");
}
GST_END_TEST;

GST_START_TEST(test_what_differs_is_named_with_both_values) {
  assert_told(asked(10, "16:9", "480p", false), came(5.0417, 864, 496, false),
              "10 s asked for, 5.04 s delivered");
  assert_told(asked(5, "9:16", "480p", false), came(5, 864, 496, false),
              "9:16 asked for, 864x496 delivered");
  assert_told(asked(5, "16:9", "1080p", false), came(5, 1280, 720, false),
              "1080p asked for, 1280x720 delivered");
  assert_told(asked(5, "16:9", "720p", true), came(5, 1280, 720, false),
              "sound asked for, none delivered");
  assert_told(asked(5, "16:9", "720p", false), came(5, 1280, 720, true),
              "no sound asked for, some delivered");
  ClipFacts still;
  still.medium = Media::image;
  assert_told(asked(5, "auto", "", false), still, "video asked for, image delivered");
}
GST_END_TEST;

Suite* delivered_suite() {
  Suite* const suite = suite_create("delivered");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_what_services_round_is_no_difference);
  tcase_add_test(tests, test_what_differs_is_named_with_both_values);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(delivered)
