// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Request bodies: exactly what was set, with its type, in the provider's own shape; everything
// wrong in a template is found when it is read, with its place.
#include "../support/check.h"

#include "json/parse.h"
#include "json/template.h"
#include "json/write.h"

using prompt::json::Lookup;
using prompt::json::parse;
using prompt::json::Template;
using prompt::json::Value;
using prompt::json::write;

namespace {

Template read(const char* source) {
  const prompt::Result<Value> value = parse(source);
  fail_unless(value.has_value(), "no JSON: %s", source);
  prompt::Result<Template> parsed = Template::parse(*value);
  fail_unless(parsed.has_value(), "%s: %s", source, parsed ? "" : parsed.error().message.c_str());
  return *parsed;
}

prompt::Result<Value> render(const char* source, const char* values) {
  const Value set = *parse(values);
  const Lookup lookup = [&set](std::string_view name) {
    return set.find(name);
  };
  return read(source).render(lookup);
}

void assert_renders(const char* source, const char* values, const char* expected) {
  const prompt::Result<Value> out = render(source, values);
  fail_unless(out.has_value(), "%s: %s", source, out ? "" : out.error().message.c_str());
  assert_text(write(*out).c_str(), expected);
}

// The error's message must contain all of the words.
void assert_fails(const char* source, const char* values,
                  std::initializer_list<const char*> words) {
  const prompt::Result<Value> out = render(source, values);
  fail_if(out.has_value(), "%s rendered %s", source, out ? write(*out).c_str() : "");
  fail_unless(out.error().kind == prompt::ErrorKind::settings);
  for (const char* word : words)
    fail_unless(out.error().message.find(word) != std::string::npos, "\"%s\" is not in: %s", word,
                out.error().message.c_str());
}

void assert_unreadable(const char* source, const char* pointer) {
  const prompt::Result<Template> parsed =
      Template::parse(*parse(source), "/operations/submit/body");
  fail_if(parsed.has_value(), "accepted: %s", source);
  const std::string expected = std::string("/operations/submit/body") + pointer + ":";
  fail_unless(parsed.error().message.compare(0, expected.size(), expected) == 0,
              "%s: expected %s, got: %s", source, expected.c_str(), parsed.error().message.c_str());
}

}  // namespace

GST_START_TEST(test_a_placeholder_keeps_the_type) {
  assert_renders(R"({"a":"${a}","b":"${b}","c":"${c}","d":"${d}","e":"${e}","f":"${f}","g":7})",
                 R"({"a":"x","b":5,"c":2.5,"d":true,"e":[1,{"k":"${a}"}],"f":null})",
                 R"({"a":"x","b":5,"c":2.5,"d":true,"e":[1,{"k":"${a}"}],"f":null,"g":7})");
  assert_renders(R"("${a}")", R"({"a":5})", "5");
  assert_renders(R"({"first":"${images[0]}","tail":"${images[1]}"})", R"({"images":["u"]})",
                 R"({"first":"u"})");
}
GST_END_TEST

GST_START_TEST(test_values_are_spliced_into_longer_strings) {
  assert_renders(R"({"t":"${p} --dur ${d} --cam ${c} ${x}"})",
                 R"({"p":"a ${d} fox","d":5,"c":false,"x":0.5})",
                 R"({"t":"a ${d} fox --dur 5 --cam false 0.5"})");
  assert_renders(R"({"t":"costs $${p} and $5 {}"})", "{}", R"({"t":"costs ${p} and $5 {}"})");
  assert_fails(R"({"t":"x ${l}"})", R"({"l":[1]})", {"\"l\"", "array"});
  assert_fails(R"({"t":"x ${l}"})", R"({"l":null})", {"\"l\"", "null"});
}
GST_END_TEST

GST_START_TEST(test_what_is_unset_is_not_sent) {
  assert_renders(R"({"p":"${p}","d":"${d}","t":"a ${d} b","input":{"x":"${d}","y":["${d}",1]}})",
                 R"({"p":"fox"})", R"({"p":"fox","input":{"y":[1]}})");
  assert_renders(R"({"input":{"x":"${d}"},"list":["${d}"]})", "{}", R"({"input":{},"list":[]})");
  assert_fails(R"("${d}")", "{}", {"d"});
}
GST_END_TEST

GST_START_TEST(test_as_changes_the_type) {
  const char* const text = R"({"v":{"$value":"${v}","$as":"string"}})";
  assert_renders(text, R"({"v":5})", R"({"v":"5"})");
  assert_renders(text, R"({"v":true})", R"({"v":"true"})");
  assert_renders(text, R"({"v":"x"})", R"({"v":"x"})");
  assert_renders(text, "{}", "{}");
  assert_fails(text, R"({"v":[]})", {"\"v\"", "array"});
  const char* const integer = R"({"v":{"$value":"${v}","$as":"integer"}})";
  assert_renders(integer, R"({"v":"5"})", R"({"v":5})");
  assert_renders(integer, R"({"v":"-5"})", R"({"v":-5})");
  assert_renders(integer, R"({"v":5})", R"({"v":5})");
  assert_renders(integer, R"({"v":5.0})", R"({"v":5})");
  for (const char* bad :
       {R"({"v":"5s"})", R"({"v":""})", R"({"v":" 5"})", R"({"v":5.5})", R"({"v":1e300})",
        R"({"v":true})", R"({"v":{}})", R"({"v":"99999999999999999999"})"})
    assert_fails(integer, bad, {"\"v\"", "whole number"});
}
GST_END_TEST

GST_START_TEST(test_local_images_become_text) {
  const char* const image = R"({"i":{"data":"AAEC","content-type":"image/png"}})";
  assert_renders(R"({"i":{"$value":"${i}","$as":"data-uri"}})", image,
                 R"({"i":"data:image/png;base64,AAEC"})");
  assert_renders(R"({"i":{"$value":"${i}","$as":"base64"}})", image, R"({"i":"AAEC"})");
  for (const char* as : {R"({"i":{"$value":"${i}","$as":"data-uri"}})",
                         R"({"i":{"$value":"${i}","$as":"base64"}})"}) {
    assert_renders(as, R"({"i":"https://x/a.png"})", R"({"i":"https://x/a.png"})");
    assert_fails(as, R"({"i":5})", {"\"i\"", "integer"});
    assert_fails(as, R"({"i":{"data":"AAEC"}})", {"\"i\""});
    assert_fails(as, R"({"i":{"data":1,"content-type":"image/png"}})", {"\"i\""});
  }
}
GST_END_TEST

GST_START_TEST(test_map_looks_up_one_or_two_keys) {
  const char* const one =
      R"({"s":{"$map":{"16:9":"1280x720","9:16":[720,1280],"5":1},"$key":"${r}"}})";
  assert_renders(one, R"({"r":"16:9"})", R"({"s":"1280x720"})");
  assert_renders(one, R"({"r":"9:16"})", R"({"s":[720,1280]})");
  assert_renders(one, R"({"r":5})", R"({"s":1})");
  assert_renders(one, "{}", "{}");
  assert_fails(one, R"({"r":"1:1"})", {"\"r\"", "1:1", "16:9, 9:16, 5"});
  assert_fails(one, R"({"r":[]})", {"\"r\"", "array"});
  const char* const two =
      R"({"s":{"$map":{"720p":{"16:9":"a","9:16":"b"},"4k":{"16:9":"c"}},"$keys":["${q}","${r}"]}})";
  assert_renders(two, R"({"q":"720p","r":"9:16"})", R"({"s":"b"})");
  assert_renders(two, R"({"q":"4k","r":"16:9"})", R"({"s":"c"})");
  assert_renders(two, "{}", "{}");
  assert_fails(two, R"({"q":"4k","r":"9:16"})", {"\"r\"", "9:16", "together with \"4k\"", "16:9"});
  assert_fails(two, R"({"q":"8k","r":"9:16"})", {"\"q\"", "8k", "720p, 4k"});
  assert_fails(two, R"({"q":"4k"})", {"\"r\" is missing", "\"q\""});
  assert_fails(two, R"({"r":"16:9"})", {"\"q\" is missing", "\"r\""});
}
GST_END_TEST

GST_START_TEST(test_each_repeats_its_item) {
  const char* const roles =
      R"({"f":{"$each":"${images}","$item":{"url":"${item}","role":"${role}","m":"${m}"},"$roles":["first","last"]}})";
  assert_renders(roles, R"({"images":["a","b"],"m":1})",
                 R"({"f":[{"url":"a","role":"first","m":1},{"url":"b","role":"last","m":1}]})");
  assert_renders(roles, R"({"images":["a"]})", R"({"f":[{"url":"a","role":"first"}]})");
  assert_renders(roles, R"({"images":[]})", "{}");
  assert_renders(roles, "{}", "{}");
  assert_fails(roles, R"({"images":["a","b","c"]})", {"\"images\"", "3", "at most 2"});
  assert_fails(roles, R"({"images":"a"})", {"\"images\"", "list"});
  const char* const by_count =
      R"({"f":{"$each":"${images}","$item":{"url":"${item}","role":"${role}"},"$roles":{"1":[null],"2":["first","last"],"more":"other"}}})";
  assert_renders(by_count, R"({"images":["a"]})", R"({"f":[{"url":"a"}]})");
  assert_renders(by_count, R"({"images":["a","b"]})",
                 R"({"f":[{"url":"a","role":"first"},{"url":"b","role":"last"}]})");
  assert_renders(
      by_count, R"({"images":["a","b","c"]})",
      R"({"f":[{"url":"a","role":"other"},{"url":"b","role":"other"},{"url":"c","role":"other"}]})");
  const char* const one_or_three =
      R"({"f":{"$each":"${images}","$item":"${role}","$roles":{"1":["only"],"3":["a","b","c"]}}})";
  assert_renders(one_or_three, R"({"images":[1,2,3]})", R"({"f":["a","b","c"]})");
  assert_fails(one_or_three, R"({"images":[1,2]})", {"\"images\"", "2 items", "set 1 or 3"});
  assert_fails(one_or_three, R"({"images":[1,2,3,4]})", {"4 items", "set 1 or 3"});
  assert_renders(
      R"({"content":[{"text":"${p}"},{"$each":"${images}","$item":{"$value":"${item}","$as":"data-uri"}},"end"]})",
      R"({"p":"fox","images":["a",{"data":"AA==","content-type":"image/png"}]})",
      R"({"content":[{"text":"fox"},"a","data:image/png;base64,AA==","end"]})");
  assert_renders(R"({"content":[1,{"$each":"${images}","$item":{"u":"${item}","r":"${role}"}}]})",
                 "{}", R"({"content":[1]})");
  assert_renders(R"({"c":{"$each":"${images}","$item":{"u":"${item}","r":"${role}"}}})",
                 R"({"images":["a"]})", R"({"c":[{"u":"a"}]})");
}
GST_END_TEST

GST_START_TEST(test_merge_never_overrides) {
  assert_renders(R"({"a":"${a}","$merge":"${more}","b":"${b}"})",
                 R"({"a":1,"more":{"x":true,"y":[1]}})", R"({"a":1,"x":true,"y":[1]})");
  assert_renders(R"({"a":"${a}","$merge":"${more}","b":"${b}"})", R"({"a":1,"more":{"b":9}})",
                 R"({"a":1,"b":9})");
  assert_renders(R"({"in":{"$merge":"${more}"}})", "{}", R"({"in":{}})");
  assert_fails(R"({"a":"${a}","$merge":"${more}"})", R"({"a":1,"more":{"a":2}})",
               {"\"a\"", "\"more\""});
  assert_fails(R"({"$merge":"${more}","a":"${a}"})", R"({"a":1,"more":{"a":2}})",
               {"\"a\"", "\"more\""});
  assert_fails(R"({"$merge":"${more}"})", R"({"more":[1]})", {"\"more\"", "object"});
}
GST_END_TEST

GST_START_TEST(test_a_providers_own_dollar_names) {
  assert_renders(R"({"$$schema":"x","$$value":"${v}","a$b":1})", R"({"v":2})",
                 R"({"$schema":"x","$value":2,"a$b":1})");
}
GST_END_TEST

GST_START_TEST(test_names_are_listed_once) {
  const Template both = read(
      R"({"b":"${b} ${a}","x":["${a}"],"m":{"$map":{"k":1},"$key":"${ratio}"},
          "e":{"$each":"${images}","$item":["${item}","${role}","${c}"]},"$merge":"${parameters}"})");
  fail_unless(both.names() ==
              std::vector<std::string>({"a", "b", "c", "images", "parameters", "ratio"}));
  // Outside of $each they are names like others.
  fail_unless(read(R"({"a":"${item}"})").names() == std::vector<std::string>({"item"}));
}
GST_END_TEST

GST_START_TEST(test_broken_templates_are_refused_with_their_place) {
  assert_unreadable(R"({"a":"${"})", "/a");
  assert_unreadable(R"({"a":["x",{"b/c~":"${}"}]})", "/a/1/b~1c~0");
  assert_unreadable(R"({"a":"${x:path}"})", "/a");
  assert_unreadable(R"({"$foo":1})", "/$foo");
  assert_unreadable(R"({"$key":"${a}"})", "/$key");
  assert_unreadable(R"({"$item":1})", "/$item");
  assert_unreadable(R"({"${a}":1})", "/${a}");
  assert_unreadable(R"({"x${a}":1})", "/x${a}");
  assert_unreadable(R"({"$$a":1,"x":{"$$b":1,"$b":2}})", "/x/$b");
  assert_unreadable(R"({"x":{"$value":"${a}"}})", "/x");
  assert_unreadable(R"({"x":{"$as":"string"}})", "/x");
  assert_unreadable(R"({"x":{"$value":"${a}","$as":"float"}})", "/x/$as");
  assert_unreadable(R"({"x":{"$value":"${a}","$as":1}})", "/x/$as");
  assert_unreadable(R"({"x":{"$value":5,"$as":"string"}})", "/x/$value");
  assert_unreadable(R"({"x":{"$value":"${a}","$as":"string","y":1}})", "/x");
  assert_unreadable(R"({"x":{"$map":{"a":1}}})", "/x");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$key":"a"}})", "/x/$key");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$key":"${a} "}})", "/x/$key");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$key":["${a}"]}})", "/x/$key");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$keys":["${a}"]}})", "/x/$keys");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$key":"${a}","$keys":["${a}","${b}"]}})", "/x");
  assert_unreadable(R"({"x":{"$map":{"a":1},"$keys":["${a}","${b}"]}})", "/x/$map/a");
  assert_unreadable(R"({"x":{"$map":{},"$key":"${a}"}})", "/x/$map");
  assert_unreadable(R"({"x":{"$map":[1],"$key":"${a}"}})", "/x/$map");
  assert_unreadable(R"({"x":{"$map":{"a":"${b}"},"$key":"${a}"}})", "/x/$map/a");
  assert_unreadable(R"({"x":{"$each":"${a}"}})", "/x");
  assert_unreadable(R"({"x":{"$each":"a","$item":1}})", "/x/$each");
  assert_unreadable(R"({"x":{"$each":["${a}"],"$item":1}})", "/x/$each");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":"r"}})", "/x/$roles");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":[1]}})", "/x/$roles");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{}}})", "/x/$roles");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{"more":"r"}}})", "/x/$roles");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{"1":["r"],"more":null}}})",
                    "/x/$roles/more");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{"2":["r"]}}})", "/x/$roles/2");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{"0":[]}}})", "/x/$roles/0");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":1,"$roles":{"101":[]}}})", "/x/$roles/101");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":{"$each":"${b}","$item":1}}})", "/x/$item");
  assert_unreadable(R"({"x":{"$each":"${a}","$item":{"k":"${"}}})", "/x/$item/k");
  assert_unreadable(R"({"x":{"$merge":{}}})", "/x/$merge");
  assert_unreadable(R"({"x":{"$merge":"a"}})", "/x/$merge");
  assert_unreadable(R"({"x":{"$merge":"${a}${b}"}})", "/x/$merge");
}
GST_END_TEST

GST_START_TEST(test_a_template_has_bounded_depth) {
  Value nested(1);
  for (int i = 0; i < 200; ++i) nested = Value(prompt::json::Array{nested});
  fail_if(Template::parse(nested).has_value());
}
GST_END_TEST

static Suite* json_template_suite() {
  Suite* const suite = suite_create("json-template");
  TCase* const tests = tcase_create("template");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_a_placeholder_keeps_the_type);
  tcase_add_test(tests, test_values_are_spliced_into_longer_strings);
  tcase_add_test(tests, test_what_is_unset_is_not_sent);
  tcase_add_test(tests, test_as_changes_the_type);
  tcase_add_test(tests, test_local_images_become_text);
  tcase_add_test(tests, test_map_looks_up_one_or_two_keys);
  tcase_add_test(tests, test_each_repeats_its_item);
  tcase_add_test(tests, test_merge_never_overrides);
  tcase_add_test(tests, test_a_providers_own_dollar_names);
  tcase_add_test(tests, test_names_are_listed_once);
  tcase_add_test(tests, test_broken_templates_are_refused_with_their_place);
  tcase_add_test(tests, test_a_template_has_bounded_depth);
  return suite;
}

GST_CHECK_MAIN(json_template)
