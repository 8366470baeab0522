// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The part of RequestProperties that has to do with URIs.
#include <limits>
#include <utility>

#include "base/ref.h"
#include "base/text.h"
#include "enums.h"
#include "request_properties.h"
#include "uri.h"

namespace prompt::element {
namespace {

tl::unexpected<Error> refuse(const std::string& name, const std::string& text,
                             const std::string& wanted) {
  return fail(ErrorKind::settings,
              format("The property '%s' of the prompt: URI is '%s'; it takes %s.", name.c_str(),
                     show_safely(text, {}, 64).c_str(), wanted.c_str()));
}

Result<unsigned> whole_number(const std::string& name, const std::string& text, unsigned minimum,
                              unsigned maximum) {
  guint64 number = 0;
  if (g_ascii_string_to_unsigned(text.c_str(), 10, minimum, maximum, &number, nullptr) == FALSE)
    return refuse(name, text, format("a whole number from %u to %u", minimum, maximum));
  return static_cast<unsigned>(number);
}

}  // namespace

Result<void> RequestProperties::set_field(Values& values, const std::string& name,
                                          const std::string& text) {
  engine::Settings& settings = values.settings;
  const auto set_number = [&](unsigned& member, unsigned minimum,
                              unsigned maximum) -> Result<void> {
    const Result<unsigned> number = whole_number(name, text, minimum, maximum);
    if (!number) return fail(number.error());
    member = *number;
    return {};
  };
  if (name == "provider") {
    settings.provider = text;
  } else if (name == "model") {
    settings.model = text;
  } else if (name == "aspect-ratio") {
    settings.aspect_ratio = text;
  } else if (name == "resolution") {
    settings.resolution = text;
  } else if (name == "images") {
    settings.images.push_back(text);
  } else if (name == "duration") {
    return set_number(settings.duration_s, 0, 3600);
  } else if (name == "result") {
    return set_number(values.result, 0, G_MAXUINT);
  } else if (name == "take") {
    return set_number(settings.take, 1, G_MAXUINT);
  } else if (name == "seed") {
    gint64 seed = 0;
    if (g_ascii_string_to_signed(text.c_str(), 10, -1, G_MAXINT64, &seed, nullptr) == FALSE)
      return refuse(name, text, "a whole number from 0 on, or -1 for none");
    settings.seed = seed < 0 ? std::nullopt : std::optional<std::int64_t>(seed);
  } else if (name == "generate-audio") {
    if (text != "true" && text != "false") return refuse(name, text, "'true' or 'false'");
    settings.generate_audio = text == "true";
  } else if (name == "media") {
    if (text == "auto") {
      settings.media = Media::automatic;
    } else if (text == "video") {
      settings.media = Media::video;
    } else if (text == "image") {
      settings.media = Media::image;
    } else if (text == "audio") {
      settings.media = Media::audio;
    } else {
      return refuse(name, text, "'auto', 'video', 'image' or 'audio'");
    }
  } else if (name == "cache") {
    settings.cache = text == "only" ? engine::CachePolicy::only : engine::CachePolicy::use;
  }
  return {};
}

Result<void> RequestProperties::set_uri(std::string_view uri) {
  Result<PromptUri> parsed = parse_uri(uri);
  if (!parsed) return fail(parsed.error());
  const auto locked = values_.lock();
  Values next = *locked;
  // Whoever gives a URI means exactly that clip: what it does not name is not left over from
  // before.
  engine::Settings clip;
  std::swap(clip, next.settings);
  next.settings.callback_url = clip.callback_url;
  next.settings.api_key = clip.api_key;
  next.settings.base_url = clip.base_url;
  next.settings.max_credits = clip.max_credits;
  next.settings.poll_interval = clip.poll_interval;
  next.settings.generation_timeout = clip.generation_timeout;
  next.settings.on_stop = clip.on_stop;
  next.settings.library = clip.library;
  next.parameters.reset();
  next.result = 0;
  next.refreshed = false;
  next.is_from_uri = true;
  std::erase_if(next.wrong, [](const auto& entry) { return is_of_the_order(entry.first); });
  next.settings.prompt = parsed->prompt;
  for (const UriField& field : parsed->fields) {
    const Result<void> set = set_field(next, field.name, field.value);
    if (!set) return fail(set.error());
  }
  *locked = std::move(next);
  return {};
}

std::string RequestProperties::uri() const {
  const Values now = values();
  const engine::Settings& settings = now.settings;
  if (settings.prompt.empty()) return {};
  PromptUri uri{settings.prompt, {}};
  const auto add = [&](const char* name, std::string text) {
    uri.fields.push_back(UriField{name, std::move(text)});
  };
  const auto add_text = [&](const char* name, const std::string& text) {
    if (!text.empty()) add(name, text);
  };
  add_text("provider", settings.provider);
  add_text("model", settings.model);
  if (settings.media != Media::automatic)
    add("media", nick_of(media_type(), static_cast<int>(settings.media)));
  if (settings.duration_s != 0) add("duration", format("%u", settings.duration_s));
  add_text("aspect-ratio", settings.aspect_ratio);
  add_text("resolution", settings.resolution);
  if (settings.generate_audio) add("generate-audio", *settings.generate_audio ? "true" : "false");
  for (const std::string& image : settings.images)
    if (image.starts_with("http://") || image.starts_with("https://")) add("images", image);
  if (now.result != 0) add("result", format("%u", now.result));
  if (settings.seed) add("seed", format("%" G_GINT64_FORMAT, static_cast<gint64>(*settings.seed)));
  if (settings.take != 1) add("take", format("%u", settings.take));
  if (settings.cache == engine::CachePolicy::only) add("cache", "only");
  return build_uri(uri);
}

}  // namespace prompt::element
