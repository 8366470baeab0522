// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Rates and timecodes as editors count them.
#include "check.h"
#include "edit/frame_rate.h"

namespace {

using namespace prompt::edit;

constexpr FrameRate film{24, 1};
constexpr FrameRate slow_film{24000, 1001};
constexpr FrameRate pal{25, 1};
constexpr FrameRate ntsc{30000, 1001};
constexpr FrameRate double_ntsc{60000, 1001};

void assert_rate(const char* text, FrameRate expected) {
  const auto rate = parse_frame_rate(text);
  fail_unless(rate && *rate == expected, "%s is not read as it should be", text);
}

GST_START_TEST(test_rates_are_read_as_people_write_them) {
  assert_rate("24", film);
  assert_rate("25/1", pal);
  assert_rate("50/2", pal);
  assert_rate("30000/1001", ntsc);
  assert_rate("23.976", slow_film);
  assert_rate("23.98", slow_film);
  assert_rate("23.976023976", slow_film);
  assert_rate("29.97", ntsc);
  assert_rate("59.94", double_ntsc);
  assert_rate("12.5", {25, 2});
  assert_rate("24.0", film);
  for (const char* text : {"", "0", "-24", "24/0", "x", "1001", "24fps", "23.", ".5", "1e3", "/",
                           "99999999999999999999", "24/1/1"})
    fail_unless(!parse_frame_rate(text), "\"%s\" was taken for a rate", text);
}
GST_END_TEST;

GST_START_TEST(test_rates_are_written_as_people_read_them) {
  assert_text(to_string(film), "24");
  assert_text(to_string(slow_film), "23.976");
  assert_text(to_string(ntsc), "29.97");
  assert_text(to_string({25, 2}), "12.5");
  fail_unless(nominal(slow_film) == 24 && nominal(ntsc) == 30 && nominal(double_ntsc) == 60);
  fail_unless(is_ntsc(slow_film) && is_ntsc(ntsc) && !is_ntsc(pal) && !is_ntsc({25, 2}));
}
GST_END_TEST;

GST_START_TEST(test_one_hour_has_the_frames_it_should) {
  const auto frames = [](const char* text, FrameRate rate) {
    const auto code = parse_timecode(text, rate);
    fail_unless(code.has_value(), "%s: %s", text, code ? "" : code.error().message.c_str());
    assert_text(timecode_text(code->frame, rate, code->is_drop), text);
    return code->frame;
  };
  fail_unless(frames("01:00:00:00", film) == 86400);
  fail_unless(frames("01:00:00:00", slow_film) == 86400);
  fail_unless(frames("01:00:00:00", pal) == 90000);
  fail_unless(frames("01:00:00:00", ntsc) == 108000);
  fail_unless(frames("01:00:00;00", ntsc) == 107892);
  fail_unless(frames("01:00:00;00", double_ntsc) == 215784);
  // The numbers that are left out are those of a minute's beginning, but not of every tenth.
  fail_unless(frames("00:00:59;29", ntsc) == 1799);
  fail_unless(frames("00:01:00;02", ntsc) == 1800);
  fail_unless(frames("00:10:00;00", ntsc) == 17982);
  fail_unless(frames("00:01:00;04", double_ntsc) == 3600);
}
GST_END_TEST;

GST_START_TEST(test_every_drop_frame_number_comes_once_and_in_order) {
  std::int64_t frame = 0;
  for (int minute = 0; minute < 21; ++minute) {
    for (int second = 0; second < 60; ++second) {
      for (int i = minute % 10 != 0 && second == 0 ? 2 : 0; i < 30; ++i) {
        char text[16];
        g_snprintf(text, sizeof text, "00:%02d:%02d;%02d", minute, second, i);
        assert_text(timecode_text(frame, ntsc, true), text);
        fail_unless(parse_timecode(text, ntsc)->frame == frame, "%s", text);
        ++frame;
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST(test_what_is_no_timecode_is_refused) {
  for (const char* text : {"", "1:00:00:00", "01:00:00", "01:00:00:24", "24:00:00:00",
                           "01:60:00:00", "01:00:00.00", "01:00:00;00", "aa:00:00:00"})
    fail_unless(!parse_timecode(text, film), "\"%s\" was taken at 24", text);
  fail_unless(!parse_timecode("00:01:00;00", ntsc), "a dropped number was taken");
  fail_unless(!parse_timecode("01:00:00;00", slow_film), "23.976 has no drop-frame");
}
GST_END_TEST;

GST_START_TEST(test_lengths_are_rounded_to_the_nearest) {
  fail_unless(rescale_frames(50, pal, film) == 48);
  fail_unless(rescale_frames(121, film, slow_film) == 121);
  fail_unless(rescale_frames(1000000, film, slow_film) == 999001);
  fail_unless(nanoseconds_of(48, film) == 2000000000);
  fail_unless(nanoseconds_of(1, slow_film) == 41708333);
  fail_unless(frame_at(41708333, slow_film) == 1);
}
GST_END_TEST;

Suite* frame_rate_suite() {
  Suite* const suite = suite_create("frame_rate");
  TCase* const tests = tcase_create("all");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_rates_are_read_as_people_write_them);
  tcase_add_test(tests, test_rates_are_written_as_people_read_them);
  tcase_add_test(tests, test_one_hour_has_the_frames_it_should);
  tcase_add_test(tests, test_every_drop_frame_number_comes_once_and_in_order);
  tcase_add_test(tests, test_what_is_no_timecode_is_refused);
  tcase_add_test(tests, test_lengths_are_rounded_to_the_nearest);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(frame_rate)
