// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the provider tests share: shipped descriptions, the providers' documented examples (kept
// literally in tests/transcripts), replies made of them.
#pragma once

#include "../support/check.h"

#include <memory>
#include <string>
#include <vector>

#include "http/message.h"
#include "json/value.h"
#include "provider/translator.h"

namespace prompt::provider::testing {

/// A file below tests/; stops the test if it cannot be read.
std::string read_test_file(const std::string& path);
json::Value read_json(const std::string& text);

/// A file of tests/transcripts, e.g. "vibegen/create-201.reply.json".
std::string transcript(const std::string& name);
http::Reply make_reply(int status, std::string body);
/// "vibegen/create-201.reply.json" as a reply with HTTP status 201.
http::Reply documented_reply(int status, const std::string& name);

std::shared_ptr<const Description> shipped(const char* id);
/// Loads a text that must be a good description.
std::shared_ptr<const Description> load_good(const std::string& text);
Translator translator_for(const char* id);

/// complete_and_check() must accept it.
Request checked(const Description& description, Request request);
/// complete_and_check() must refuse it with a `settings` error; gives the message.
std::string refusal(const Description& description, Request request);

/// Every word must be in the text.
void assert_contains(const std::string& text, std::initializer_list<const char*> words);

/// A checked request of a model.
Request request_for(const Translator& translator, const char* model, const char* prompt);
Task task_of(const char* id);
/// The request, checked, is submitted as a POST of this JSON.
void assert_submits(const Translator& translator, Request request, const std::string& callback,
                    const char* url, const json::Value& body);
/// The URLs of a task that is ready, a space behind each.
std::string urls_of(const StatusFacts& facts);
/// What a body, with HTTP 200, says of a task.
StatusFacts status_of(const Translator& translator, const char* model, const char* id,
                      const std::string& body);

template <typename T>
const T& good(const Result<T>& result) {
  fail_unless(result.has_value(), "%s", result ? "" : result.error().message.c_str());
  return *result;
}

template <typename T>
const Error& bad(const Result<T>& result) {
  fail_if(result.has_value(), "an error was expected");
  return result.error();
}

}  // namespace prompt::provider::testing
