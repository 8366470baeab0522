// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "fixture.h"

#include "base/file.h"
#include "json/parse.h"
#include "json/write.h"
#include "provider/catalogue.h"
#include "provider/loader.h"

namespace prompt::provider::testing {

std::string read_test_file(const std::string& path) {
  const Result<std::string> text = read_file(std::string(PROMPT_TESTS) + "/" + path, 1024 * 1024);
  return good(text);
}

json::Value read_json(const std::string& text) {
  const Result<json::Value> value = json::parse(text);
  return good(value);
}

std::string transcript(const std::string& name) { return read_test_file("transcripts/" + name); }

http::Reply make_reply(int status, std::string body) {
  http::Reply reply;
  reply.head.status = status;
  reply.head.headers.push_back(http::Header{"Content-Type", "application/json"});
  reply.body = std::move(body);
  return reply;
}

http::Reply documented_reply(int status, const std::string& name) {
  return make_reply(status, transcript(name));
}

std::shared_ptr<const Description> shipped(const char* id) {
  static const Catalogue catalogue = Catalogue::load(std::vector<std::string>());
  return good(catalogue.find(id));
}

std::shared_ptr<const Description> load_good(const std::string& text) {
  return good(load_description(text, "test.json"));
}

Translator translator_for(const char* id) {
  const std::shared_ptr<const Description> description = shipped(id);
  return Translator(description, description->base_url);
}

Request checked(const Description& description, Request request) {
  const Result<void> fine = complete_and_check(description, request);
  fail_unless(fine.has_value(), "%s", fine ? "" : fine.error().message.c_str());
  return request;
}

std::string refusal(const Description& description, Request request) {
  const Result<void> fine = complete_and_check(description, request);
  fail_if(fine.has_value(), "the request was accepted");
  fail_unless(fine.error().kind == ErrorKind::settings);
  return fine.error().message;
}

void assert_contains(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* const word : words)
    fail_unless(text.find(word) != std::string::npos, "\"%s\" is not in: %s", word, text.c_str());
}

Request request_for(const Translator& translator, const char* model, const char* prompt) {
  Request request;
  request.model = model;
  request.prompt = prompt;
  return checked(translator.description(), request);
}

Task task_of(const char* id) {
  Task task;
  task.id = id;
  return task;
}

void assert_submits(const Translator& translator, Request request, const std::string& callback,
                    const char* url, const json::Value& body) {
  request = checked(translator.description(), request);
  const http::Request http = good(translator.submit(request, callback));
  assert_text(http.method, "POST");
  assert_text(http.url, url);
  assert_text(http.content_type, "application/json");
  fail_unless(read_json(http.body) == body, "%s", http.body.c_str());
}

std::string urls_of(const StatusFacts& facts) {
  fail_unless(facts.state == TaskState::ready);
  std::string out;
  for (const MediaResult& result : facts.results) out.append(result.url).append(" ");
  return out;
}

StatusFacts status_of(const Translator& translator, const char* model, const char* id,
                      const std::string& body) {
  return good(translator.read_status(request_for(translator, model, "x"), task_of(id),
                                     make_reply(200, body)));
}

}  // namespace prompt::provider::testing
