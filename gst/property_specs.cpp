// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The GParamSpecs of the elements. Names, types and defaults are the interface: they never change.
#include "base/text.h"
#include "engine/engine.h"
#include "enums.h"
#include "ranges.h"
#include "request_properties.h"

namespace prompt::element {
namespace {

constexpr auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
constexpr auto read_write =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
// An unreadable value stays out of dot dumps, deep-notify and gst-inspect.
constexpr auto write_only =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

void add(GObjectClass* klass, Property id, GParamSpec* spec) {
  g_object_class_install_property(klass, static_cast<guint>(id), spec);
}

void add_text(GObjectClass* klass, Property id, const char* name, const char* nick,
              const char* blurb, GParamFlags flags = read_write,
              const char* default_value = nullptr) {
  add(klass, id, g_param_spec_string(name, nick, blurb, default_value, flags));
}

void add_number(GObjectClass* klass, Property id, const char* name, const char* nick,
                const char* blurb, guint minimum, guint maximum, guint default_value) {
  add(klass, id, unsigned_spec(name, nick, blurb, minimum, maximum, default_value, read_write));
}

void add_choice(GObjectClass* klass, Property id, const char* name, const char* nick,
                const char* blurb, GType type, int default_value, GParamFlags flags = read_write) {
  add(klass, id, choice_spec(name, nick, blurb, type, default_value, flags));
}

// With the user's own descriptions; for as long as the class lives, which is for ever.
const char* provider_blurb() {
  static const std::string blurb =
      "Whose API makes the clip: " + join(engine::Engine::provider_ids()) +
      " (unset: GST_PROMPT_PROVIDER, else vibegen; rehearsal, or rehearsal:NAME of one of these, "
      "needs no key and costs nothing)";
  return blurb.c_str();
}

void install_clip(GObjectClass* klass) {
  add_text(klass, Property::provider, "provider", "Provider", provider_blurb(),
           static_cast<GParamFlags>(read_write | GST_PARAM_DOC_SHOW_DEFAULT), "vibegen");
  add_text(klass, Property::model, "model", "Model",
           "The model to ask (unset: the provider's first for the medium)");
  add_text(klass, Property::prompt, "prompt", "Prompt", "What is to be seen or heard");
  add_choice(klass, Property::media, "media", "Media", "What to make (auto: what the model makes)",
             media_type(), static_cast<int>(Media::automatic));
  add_number(klass, Property::duration, "duration", "Duration",
             "Length in seconds (0: the provider's default; of a still image: how long it is "
             "shown, 0 is 5)",
             0, 3600, 0);
  add_text(klass, Property::aspect_ratio, "aspect-ratio", "Aspect ratio",
           "As the provider spells it, as in 16:9 (unset: the provider's default)");
  add_text(klass, Property::resolution, "resolution", "Resolution",
           "As the provider spells it, as in 720p (unset: the provider's default)");
  add(klass, Property::generate_audio,
      g_param_spec_boolean("generate-audio", "Generate audio",
                           "Whether a video gets sound (not set: the provider's default)", FALSE,
                           read_write));
  add(klass, Property::images,
      texts_spec("images", "Images",
                 "Reference images: http and https URLs, or local files where the "
                 "provider takes them",
                 read_write));
  add_text(klass, Property::image, "image", "Image", "Sets images to just this one", write_only);
  add_number(klass, Property::result, "result", "Result",
             "Which of several results of one task to play, from 0; all are kept", 0, G_MAXINT, 0);
  add(klass, Property::seed,
      integer_spec("seed", "Seed", "Seed of the generation (-1: not set)", -1, G_MAXINT64, -1,
                   read_write));
  add_number(klass, Property::take, "take", "Take",
             "Another take of the same request: 1 is the first, 2 another one; never sent", 1,
             G_MAXUINT, 1);
  add(klass, Property::parameters,
      g_param_spec_boxed("parameters", "Parameters",
                         "Further fields of the request, as the provider names them, with their "
                         "types: \"p,style=jazz,instrumental=(boolean)true\"",
                         GST_TYPE_STRUCTURE, read_write));
}

void install_service(GObjectClass* klass) {
  add_text(klass, Property::callback_url, "callback-url", "Callback URL",
           "Passed to the provider, where it takes one");
  add_text(klass, Property::api_key, "api-key", "API key",
           "The key, for applications; else a credential file, GST_PROMPT_API_KEY_FILE or the "
           "provider's variable, as in VIBEGEN_API_KEY. Never write it on a command line",
           write_only);
  add_text(klass, Property::base_url, "base-url", "Base URL",
           "Where the API is, instead of the description's (also by variable, as in "
           "VIBEGEN_BASE_URL); plain http only on this machine");
  add_text(klass, Property::task_id, "task-id", "Task id",
           "Play this task, which exists already, instead of submitting");
  add_choice(klass, Property::cache, "cache", "Cache", "What may be paid for", cache_type(),
             static_cast<int>(engine::CachePolicy::use));
  add(klass, Property::max_credits,
      number_spec("max-credits", "Maximum credits",
                  "Refuse to submit when the price is above this, or not known (0: no limit)", 0,
                  G_MAXDOUBLE, 0, read_write));
  add_number(klass, Property::poll_interval, "poll-interval", "Poll interval",
             "Milliseconds between two questions for the state (0: the provider's; never less "
             "than it allows)",
             0, G_MAXINT, 0);
  add_number(klass, Property::generation_timeout, "generation-timeout", "Generation timeout",
             "Seconds to wait for the clip (0: the provider's); the job can be resumed afterwards",
             0, G_MAXINT, 0);
  add_choice(klass, Property::on_stop, "on-stop", "On stop",
             "What becomes of an unfinished job when the element stops", on_stop_type(),
             static_cast<int>(engine::OnStop::keep));
  add_choice(klass, Property::start_policy, "start-policy", "Start policy",
             "When bytes are released", start_policy_type(), static_cast<int>(StartPolicy::safe));
  add_text(klass, Property::library, "library", "Library",
           "Folder of the ledger and the clips (unset: GST_PROMPT_HOME, else gst-prompt in the "
           "user's data folder)");
}

void install_job(GObjectClass* klass) {
  add_choice(klass, Property::job_state, "job-state", "Job state", "How far the job is",
             job_state_type(), static_cast<int>(engine::ViewState::idle), read_only);
  add(klass, Property::progress,
      g_param_spec_double("progress", "Progress", "How much is done, 0 to 1, as far as known", 0, 1,
                          0, read_only));
  add(klass, Property::credits,
      g_param_spec_double("credits", "Credits",
                          "What the clip costs in the provider's credits: charged where known, "
                          "else expected (-1: not known)",
                          -1, G_MAXDOUBLE, -1, read_only));
  add_text(klass, Property::clip_location, "clip-location", "Clip location",
           "The file of the clip, once it is being downloaded", read_only);
  add_text(klass, Property::current_task_id, "current-task-id", "Current task id",
           "The provider's id of the task", read_only);
  add_text(klass, Property::job_id, "job-id", "Job id", "The id of the job in the library",
           read_only);
}

}  // namespace

void RequestProperties::install(GObjectClass* klass) {
  install_clip(klass);
  install_service(klass);
  install_job(klass);
}

}  // namespace prompt::element
