// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What requests are known by: reads a JSON array of settings from standard input and prints, a line
// each, the request's canonical form and its hash, or the error. Nothing is opened or sent.
//
//   [{"settings": {"provider": "vibegen", "prompt": "a red fox", ...}}, ...]
#include <glib.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "engine/inside/resolve.h"
#include "json/parse.h"
#include "json/write.h"

namespace {

using prompt::engine::Settings;
using prompt::json::Object;
using prompt::json::Value;

bool apply(Settings& settings, const std::string& name, const Value& value) {
  const std::string text = value.as_string() != nullptr ? *value.as_string() : std::string();
  const std::int64_t number = value.as_int() != nullptr ? *value.as_int() : 0;
  if (name == "provider")
    settings.provider = text;
  else if (name == "model")
    settings.model = text;
  else if (name == "prompt")
    settings.prompt = text;
  else if (name == "media")
    settings.media = prompt::media_from_string(text).value_or(settings.media);
  else if (name == "duration")
    settings.duration_s = static_cast<unsigned>(number);
  else if (name == "aspect-ratio")
    settings.aspect_ratio = text;
  else if (name == "resolution")
    settings.resolution = text;
  else if (name == "generate-audio")
    settings.generate_audio = *value.as_bool();
  else if (name == "images")
    for (const Value& image : *value.as_array()) settings.images.push_back(*image.as_string());
  else if (name == "seed")
    settings.seed = number;
  else if (name == "take")
    settings.take = static_cast<unsigned>(number);
  else if (name == "parameters")
    settings.parameters = *value.as_object();
  else if (name == "base-url")
    settings.base_url = text;
  else if (name == "task-id")
    settings.task_id = text;
  else
    return false;
  return true;
}

Value describe(const Value& item, const prompt::provider::Catalogue& catalogue,
               const std::shared_ptr<prompt::engine::RehearsalProcess>& rehearsal) {
  Settings settings;
  for (const prompt::json::Member& member : *item.find("settings")->as_object()) {
    if (apply(settings, member.name, member.value)) continue;
    std::fprintf(stderr, "unknown: %s\n", member.name.c_str());
    std::exit(2);
  }
  Object line;
  const auto resolved = prompt::engine::resolve(settings, catalogue, rehearsal);
  if (!resolved) {
    line.set("error", Value(resolved.error().message));
    return Value(std::move(line));
  }
  line.set("request", Value(resolved->spec.request_json));
  line.set("hash", Value(resolved->spec.request_hash));
  return Value(std::move(line));
}

}  // namespace

int main() {
  const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
  const auto table = prompt::json::parse(text, {16 * 1024 * 1024, 64});
  if (!table || table->as_array() == nullptr) {
    std::fprintf(stderr, "no table: %s\n", table ? "no array" : table.error().message.c_str());
    return 2;
  }
  const auto catalogue = prompt::provider::Catalogue::load();
  const auto rehearsal = std::make_shared<prompt::engine::RehearsalProcess>();
  for (const Value& item : *table->as_array())
    std::puts(prompt::json::write(describe(item, catalogue, rehearsal)).c_str());
  return 0;
}
