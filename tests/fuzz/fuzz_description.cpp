// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fuzzes the loading of descriptions. What is accepted must work: each model's plainest request
// either is refused as wrong settings or can be submitted and asked for.
#include <glib.h>

#include <cstdint>

#include "base/text.h"
#include "provider/loader.h"
#include "provider/translator.h"

using prompt::ErrorKind;
using prompt::is_valid_utf8;
using prompt::provider::Image;
using prompt::provider::Request;
using prompt::provider::Task;
using prompt::provider::Translator;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto description = prompt::provider::load_description(text, "fuzz.json");
  if (!description) {
    g_assert_true(description.error().kind == ErrorKind::settings);
    g_assert_true(is_valid_utf8(description.error().message));
    return 0;
  }
  const Translator translator(*description, "https://api.example/v1");
  for (const prompt::provider::Model& model : (*description)->models) {
    Request request;
    request.provider = "fuzz";
    request.model = model.is_any() ? "any" : model.id;
    request.media = model.media;
    request.prompt = "a fox";
    for (unsigned i = 0; model.images && i < model.images->min_count; ++i)
      request.images.push_back(Image{"https://c.example/a.png", "", "", ""});
    const auto checked = prompt::provider::complete_and_check(**description, request);
    if (!checked) {
      g_assert_true(checked.error().kind == ErrorKind::settings);
      g_assert_true(is_valid_utf8(checked.error().message));
      continue;
    }
    g_assert_true(translator.submit(request, "").has_value());
    const std::string canonical = prompt::provider::canonical_json(**description, request);
    const auto back = prompt::provider::request_from_canonical(canonical);
    g_assert_true(back.has_value());
    static_cast<void>(prompt::provider::expected_credits(**description, request));
    static_cast<void>((*description)->typical_time(request));
    Task task;
    task.id = "a";
    static_cast<void>(translator.status(request, task));
  }
  return 0;
}
