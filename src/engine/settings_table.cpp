// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The rows. Names, types and defaults are the interface: they never change. Members that a row does
// not name are at their default.
#include <glib.h>

#include <array>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/settings_text.h"

namespace prompt::engine {
namespace {

template <typename T>
constexpr Choice choice(T value, const char* name, const char* help) {
  return {static_cast<int>(value), name, help};
}

constexpr std::array media_choices = {
    choice(Media::automatic, "auto", "What the model makes"),
    choice(Media::video, "video", "A video"),
    choice(Media::image, "image", "A still image"),
    choice(Media::audio, "audio", "Music or other sound"),
};
constexpr std::array cache_choices = {
    choice(CachePolicy::use, "use", "Play a finished clip of the same request without paying"),
    choice(CachePolicy::refresh, "refresh", "Pay for a new clip"),
    choice(CachePolicy::only, "only", "Never pay; an error if there is no clip"),
};
constexpr std::array on_stop_choices = {
    choice(OnStop::keep, "keep", "The job goes on and can be picked up again"),
    choice(OnStop::cancel, "cancel", "The job is cancelled"),
};
constexpr std::array start_choices = {
    choice(StartPolicy::first_byte, "first-byte", "As soon as the kind of media is known"),
    choice(StartPolicy::safe, "safe", "When what remains will arrive before it is needed"),
    choice(StartPolicy::complete, "complete", "When the clip is here whole"),
};

std::vector<Setting> clip_settings() {
  // With the user's own descriptions.
  const std::string providers =
      "Whose API makes the clip: " + join(Engine::provider_ids()) +
      " (unset: GST_PROMPT_PROVIDER, else vibegen; rehearsal, or rehearsal:NAME of one of these, "
      "needs no key and costs nothing)";
  return {
      {.name = "provider",
       .title = "Provider",
       .help = providers,
       .member = &Settings::provider,
       .is_in_uri = true,
       .shown_default = "vibegen"},
      {.name = "model",
       .title = "Model",
       .help = "The model to ask (unset: the provider's first for the medium)",
       .member = &Settings::model,
       .is_in_uri = true},
      {.name = "prompt",
       .title = "Prompt",
       .help = "What is to be seen or heard",
       .member = &Settings::prompt},
      {.name = "media",
       .title = "Media",
       .help = "What to make (auto: what the model makes)",
       .member = &Settings::media,
       .choices = media_choices,
       .is_in_uri = true},
      {.name = "duration",
       .title = "Duration",
       .help = "Length in seconds (0: the provider's default; of a still image: how long it is "
               "shown, 0 is 5)",
       .member = &Settings::duration_s,
       .maximum = 3600,
       .is_in_uri = true},
      {.name = "aspect-ratio",
       .title = "Aspect ratio",
       .help = "As the provider spells it, as in 16:9 (unset: the provider's default)",
       .member = &Settings::aspect_ratio,
       .is_in_uri = true},
      {.name = "resolution",
       .title = "Resolution",
       .help = "As the provider spells it, as in 720p (unset: the provider's default)",
       .member = &Settings::resolution,
       .is_in_uri = true},
      {.name = "generate-audio",
       .title = "Generate audio",
       .help = "Whether a video gets sound (not set: the provider's default)",
       .member = &Settings::generate_audio,
       .is_in_uri = true},
      {.name = "images",
       .title = "Images",
       .help =
           "Reference images: http and https URLs, or local files where the provider takes them",
       .member = &Settings::images,
       .is_in_uri = true},
      {.name = "image",
       .title = "Image",
       .help = "Sets images to just this one",
       .member = &Settings::images,
       .is_only_one = true},
      {.name = "result",
       .title = "Result",
       .help =
           "Which of several results of one task to play, from 0; all are kept. Where a task is "
           "known to have one only, another number is refused before anything is paid",
       .member = &Settings::result,
       .maximum = G_MAXINT,
       .is_in_uri = true},
      {.name = "seed",
       .title = "Seed",
       .help = "Seed of the generation (-1: not set)",
       .member = &Settings::seed,
       .minimum = -1,
       .maximum = G_MAXINT64,
       .is_in_uri = true},
      {.name = "take",
       .title = "Take",
       .help = "Another take of the same request: 1 is the first, 2 another one; never sent",
       .member = &Settings::take,
       .minimum = 1,
       .maximum = G_MAXUINT,
       .is_in_uri = true},
      {.name = "parameters",
       .title = "Parameters",
       .help = "Further fields of the request, as the provider names them, with their types: "
               "\"p,style=jazz,instrumental=(boolean)true\"",
       .member = &Settings::parameters},
  };
}

std::vector<Setting> service_settings() {
  return {
      {.name = "callback-url",
       .title = "Callback URL",
       .help = "Passed to the provider, where it takes one",
       .member = &Settings::callback_url,
       .is_of_the_order = false},
      {.name = "api-key",
       .title = "API key",
       .help = "The key, for applications; else a credential file, GST_PROMPT_API_KEY_FILE or the "
               "provider's variable, as in VIBEGEN_API_KEY. Never write it on a command line",
       .member = &Settings::api_key,
       .is_of_the_order = false},
      {.name = "base-url",
       .title = "Base URL",
       .help = "Where the API is, instead of the description's (also by variable, as in "
               "VIBEGEN_BASE_URL); plain http only on this machine",
       .member = &Settings::base_url,
       .is_of_the_order = false},
      {.name = "task-id",
       .title = "Task id",
       .help = "Play this task, which exists already, instead of submitting",
       .member = &Settings::task_id},
      {.name = "cache",
       .title = "Cache",
       .help = "What may be paid for",
       .member = &Settings::cache,
       .choices = cache_choices,
       .is_in_uri = true},
      {.name = "max-credits",
       .title = "Maximum credits",
       .help = "Refuse to submit when the price is above this, or not known (0: no limit)",
       .member = &Settings::max_credits,
       .is_of_the_order = false},
      {.name = "poll-interval",
       .title = "Poll interval",
       .help = "Milliseconds between two questions for the state (0: the provider's; never less "
               "than it allows)",
       .member = &Settings::poll_interval,
       .maximum = G_MAXINT,
       .is_of_the_order = false},
      {.name = "generation-timeout",
       .title = "Generation timeout",
       .help =
           "Seconds to wait for the clip (0: the provider's); the job can be resumed afterwards",
       .member = &Settings::generation_timeout,
       .maximum = G_MAXINT,
       .is_of_the_order = false},
      {.name = "on-stop",
       .title = "On stop",
       .help = "What becomes of an unfinished job when the element stops",
       .member = &Settings::on_stop,
       .choices = on_stop_choices,
       .is_of_the_order = false},
      {.name = "start-policy",
       .title = "Start policy",
       .help = "When bytes are released",
       .member = &Settings::start_policy,
       .choices = start_choices,
       .is_of_the_order = false},
      {.name = "library",
       .title = "Library",
       .help = "Folder of the ledger and the clips (unset: GST_PROMPT_HOME, else gst-prompt in the "
               "user's data folder)",
       .member = &Settings::library,
       .is_of_the_order = false},
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all = clip_settings();
  for (Setting& setting : service_settings()) all.push_back(std::move(setting));
  return all;
}

}  // namespace

std::span<const Setting> settings_table() {
  // Never freed: whoever made a property of a row keeps its texts.
  static const std::vector<Setting>& table = *new std::vector<Setting>(all_settings());
  return table;
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings_table())
    if (name == setting.name) return &setting;
  return nullptr;
}

}  // namespace prompt::engine
