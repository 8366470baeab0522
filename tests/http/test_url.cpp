// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// URLs and addresses: what is accepted, what is the same origin, where a reference leads, and which
// addresses are nobody's business.
#include "../support/check.h"

#include "http/address.h"
#include "http/url.h"

namespace prompt::http {
namespace {

Url url(const std::string& text) {
  Result<Url> parsed = Url::parse(text);
  fail_unless(parsed.has_value(), "%s: %s", text.c_str(),
              parsed ? "" : parsed.error().message.c_str());
  return *parsed;
}

void assert_refused(const Result<Url>& parsed, const char* text) {
  fail_unless(!parsed.has_value(), "accepted: %s", text);
  fail_unless(parsed.error().kind == ErrorKind::settings);
  fail_unless(parsed.error().message.find("hidden") == std::string::npos, "%s",
              parsed.error().message.c_str());
}

GST_START_TEST(test_parts) {
  const Url plain = url("HTTP://Example.COM/a?b=%2F#c");
  assert_text(plain.host(), "example.com");
  fail_unless(plain.port() == 80 && !plain.is_https());
  const Url secure = url("https://[2001:DB8::1]:8443");
  assert_text(secure.host(), "2001:db8::1");
  assert_text(secure.host_and_port(), "[2001:db8::1]:8443");
  fail_unless(secure.port() == 8443 && secure.is_https());
  assert_text(url("https://h").host_and_port(), "h:443");
  assert_text(url("https://b\xc3\xbc.example/").host(), "xn--b-eha.example");
}
GST_END_TEST;

GST_START_TEST(test_refusals) {
  for (const char* text : {"",
                           "h",
                           "/a",
                           "//h/a",
                           "http:",
                           "http:/",
                           "http://",
                           "http:///a",
                           "https:h",
                           "ftp://h/",
                           "file:///etc/passwd",
                           "ws://h/",
                           "javascript:alert(1)",
                           "data:,x",
                           "http ://h/",
                           "http://u@h/?hidden",
                           "http://u:hidden@h/",
                           "http://@h/",
                           "http://h:0/",
                           "http://h:65536/",
                           "http://h:x/",
                           "http://h:-1/",
                           "http://h\\@evil/",
                           "http://ev il/",
                           "http://h\t/",
                           "http://h/\n/a",
                           "http://h/\x7f",
                           "http://[::1%25eth0]/",
                           "http://[::1",
                           "http://[h]/",
                           "http://a%00b/",
                           "http://a%2fb/",
                           "http://<h>/",
                           "http://h/\xff"})
    assert_refused(Url::parse(text), text);
  assert_refused(Url::parse(std::string("http://h/\0", 10)), "NUL");
  assert_refused(Url::parse("http://h/" + std::string(8184, 'x')), "8193 bytes");
  fail_unless(Url::parse("http://h/" + std::string(8183, 'x')).has_value());
  assert_refused(Url::parse("http://h/" + std::string(3000, ' ') + "x"), "9009 bytes when encoded");
}
GST_END_TEST;

// As they were copied, or stand in a reply.
GST_START_TEST(test_loose_texts) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {{" \t\r\nhttps://h/a \n", "https://h/a"},
               {"https://h/100% cotton.mp4", "https://h/100%25%20cotton.mp4"},
               {"https://h/%zz%2", "https://h/%25zz%252"},
               {"https://h/a?s=a%2Bb%&t=%41%", "https://h/a?s=a%2Bb%25&t=%41%25"},
               {"https://h/%2f%2F", "https://h/%2f%2F"}};
  for (const auto& entry : cases) assert_text(url(entry.text).text(), entry.expected);
  assert_text(url("https://h/a/").resolve(" /b%.mp4\n")->text(), "https://h/b%25.mp4");
  for (const char* text : {" ", "https://h%/", "https:// h/"})
    assert_refused(Url::parse(text), text);
}
GST_END_TEST;

GST_START_TEST(test_base_urls) {
  fail_unless(Url::parse_base("https://api.example.com/v1/").has_value());
  assert_refused(Url::parse_base("https://api.example.com/v1?hidden"), "query");
  assert_refused(Url::parse_base("https://api.example.com/v1#hidden"), "fragment");
  const Result<Url> named = Url::parse_base("nonsense", "The property 'base-url'");
  fail_unless(named.error().message.rfind("The property 'base-url' 'nonsense'", 0) == 0, "%s",
              named.error().message.c_str());
}
GST_END_TEST;

GST_START_TEST(test_join) {
  assert_text(url("https://h").join("/v1/tasks"), "https://h/v1/tasks");
  assert_text(url("https://h/").join("/v1/tasks?a=b"), "https://h/v1/tasks?a=b");
  assert_text(url("https://h/api/").join("/v1"), "https://h/api/v1");
  assert_text(url("https://h/api").join("v1"), "https://h/api/v1");
}
GST_END_TEST;

GST_START_TEST(test_resolve) {
  const Url base = url("https://h/a/b?c=d");
  const struct {
    const char* reference;
    const char* expected;
  } cases[] = {{"/x?y=%2F", "https://h/x?y=%2F"}, {"x", "https://h/a/x"},
               {"../x", "https://h/x"},           {"?q", "https://h/a/b?q"},
               {"//other/x", "https://other/x"},  {"http://other:81/x", "http://other:81/x"},
               {"/a b", "https://h/a%20b"}};
  for (const auto& entry : cases) {
    const Result<Url> resolved = base.resolve(entry.reference);
    fail_unless(resolved.has_value(), "%s", entry.reference);
    assert_text(resolved->text(), entry.expected);
  }
  for (const char* reference :
       {"", "ftp://h/", "file:///etc/passwd", "//u@h/", "https://u:hidden@h/", "/a\r\nb",
        "javascript:alert(1)", "http://", "//"})
    assert_refused(base.resolve(reference), reference);
  assert_refused(base.resolve(std::string(65536, 'x')), "64 KiB");
}
GST_END_TEST;

GST_START_TEST(test_same_origin) {
  fail_unless(same_origin(url("https://h/a"), url("https://H:443/b?c")));
  fail_unless(same_origin(url("http://h:80"), url("http://h")));
  fail_unless(!same_origin(url("https://h"), url("http://h")));
  fail_unless(!same_origin(url("https://h"), url("https://h:8443")));
  fail_unless(!same_origin(url("https://h"), url("https://h.evil")));
  fail_unless(!same_origin(url("https://a.h"), url("https://h")));
  fail_unless(!same_origin(url("https://h."), url("https://h")));
}
GST_END_TEST;

GST_START_TEST(test_plain_http) {
  for (const char* text : {"http://localhost/", "http://127.0.0.1:8080", "http://127.9.9.9",
                           "http://[::1]/", "https://example.com", "http://[::ffff:127.0.0.1]/"})
    fail_unless(check_plain_http(url(text), PlainHttp::loopback_only).has_value(), "%s", text);
  for (const char* text : {"http://example.com", "http://localhost.example.com", "http://10.0.0.1",
                           "http://127.0.0.1.example.com", "http://0.0.0.0", "http://2130706433"}) {
    fail_unless(!check_plain_http(url(text), PlainHttp::loopback_only), "%s", text);
    fail_unless(check_plain_http(url(text), PlainHttp::allowed).has_value(), "%s", text);
  }
}
GST_END_TEST;

bool is_public_text(const char* text) {
  const auto address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(text));
  fail_unless(static_cast<bool>(address), "%s", text);
  return is_public(address.get());
}

GST_START_TEST(test_addresses) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "fc00::1",
                           "fdff::1",
                           "ff02::1",
                           "2001:db8::1",
                           "100::1",
                           "::ffff:10.0.0.1",
                           "::ffff:169.254.169.254",
                           "::10.0.0.1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b:1::1",
                           "2002:7f00:1::",
                           "2002:c0a8:1::1"})
    fail_unless(!is_public_text(text), "%s", text);
  for (const char* text :
       {"1.1.1.1",        "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",    "126.255.255.255", "128.0.0.1",        "169.253.255.255",
        "172.15.255.255", "172.32.0.0",      "192.167.255.255",  "192.169.0.0",
        "198.17.255.255", "198.20.0.0",      "223.255.255.255",  "2606:4700::1111",
        "fbff::1",        "::ffff:1.1.1.1",  "64:ff9b::1.1.1.1", "2002:101:101::1"})
    fail_unless(is_public_text(text), "%s", text);
}
GST_END_TEST;

Suite* http_url_suite() {
  Suite* suite = suite_create("http-url");
  TCase* tests = tcase_create("url");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, test_parts);
  tcase_add_test(tests, test_refusals);
  tcase_add_test(tests, test_loose_texts);
  tcase_add_test(tests, test_base_urls);
  tcase_add_test(tests, test_join);
  tcase_add_test(tests, test_resolve);
  tcase_add_test(tests, test_same_origin);
  tcase_add_test(tests, test_plain_http);
  tcase_add_test(tests, test_addresses);
  return suite;
}

}  // namespace
}  // namespace prompt::http

using prompt::http::http_url_suite;
GST_CHECK_MAIN(http_url)
