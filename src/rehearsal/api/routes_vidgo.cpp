// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Vidgo's API, from its quick start and its pages on the Sora 2 models, on music and on the status
// of a task. One submit path for everything; what stands in `input` depends on the model.
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "rehearsal/api/body_reader.h"
#include "rehearsal/api/provider_api.h"

namespace prompt::rehearsal {
namespace {

using std::literals::string_view_literals::operator""sv;

constexpr std::size_t max_prompt = 10000;
constexpr int tracks_of_a_song = 2;
constexpr int song_seconds = 10;
constexpr int most_images = 4;

constexpr std::array ratios = {"16:9"sv, "9:16"sv};
constexpr std::array styles = {"thanksgiving"sv, "comic"sv,     "news"sv,
                               "selfie"sv,       "nostalgic"sv, "anime"sv};
constexpr std::array music_versions = {"V4"sv, "V4_5"sv, "V4_5PLUS"sv, "V4_5ALL"sv, "V5"sv};
constexpr std::array genders = {"m"sv, "f"sv};
constexpr std::array sora_durations = {10, 15};
constexpr std::array sora_pro_durations = {15, 25};
constexpr std::array sora_official_durations = {4, 8, 12, 16, 20};

json::Object envelope(int code, json::Object data) {
  json::Object body;
  body.set("code", json::Value(code));
  body.set("data", json::Value(std::move(data)));
  return body;
}

// "2025-11-12T10:30:00": without a zone.
std::string local_time(std::int64_t us) {
  std::string text = iso_time(us);
  text.pop_back();
  return text;
}

const char* word_of(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return "not_started";
    case TaskState::processing:
      return "running";
    case TaskState::completed:
      return "finished";
    case TaskState::failed:
      return "failed";
  }
  return "failed";
}

void read_image(BodyReader& input, Task& task) {
  input.required({"prompt"});
  input.only({"prompt", "size", "n"});
  task.prompt = input.prompt("prompt", max_prompt);
  const std::optional<FrameSize> size = megapixel_size(input.text("size", "1:1"));
  if (!size) input.complain("size must be W:H");
  const int count = input.integer("n", 1, most_images, 1);
  for (int i = 0; i < count; ++i) {
    RenderSpec spec;
    spec.kind = MediaKind::image;
    spec.width = size.value_or(FrameSize{1024, 1024}).width;
    spec.height = size.value_or(FrameSize{1024, 1024}).height;
    spec.variant = i;
    task.results.push_back(std::move(spec));
  }
}

void read_video(BodyReader& input, Task& task) {
  input.required({"prompt"});
  RenderSpec spec;
  if (task.model == "sora-2-official") {
    input.only({"prompt", "duration", "aspect_ratio", "image_urls"});
    spec.seconds = input.one_of("duration", sora_official_durations, 4);
    static_cast<void>(input.web_urls("image_urls", 1));
  } else if (task.model.starts_with("sora-2-pro")) {
    input.only({"prompt", "duration", "aspect_ratio", "style", "storyboard"});
    spec.seconds = input.one_of("duration", sora_pro_durations, 15);
  } else {
    input.only({"prompt", "duration", "aspect_ratio", "style", "storyboard"});
    spec.seconds = input.one_of("duration", sora_durations, 10);
  }
  task.prompt = input.prompt("prompt", max_prompt);
  const std::string ratio = input.one_of("aspect_ratio", ratios, "16:9");
  // Checked, but nothing here looks different for them.
  static_cast<void>(input.one_of("style", styles, styles[0]));
  static_cast<void>(input.flag("storyboard", false));
  const FrameSize size = seedance_size(ratio, "720p");
  spec.width = size.width;
  spec.height = size.height;
  spec.with_audio = true;
  task.results.push_back(std::move(spec));
}

void read_music(BodyReader& input, Task& task) {
  input.required({"prompt", "mv"});
  input.only({"prompt", "style", "title", "custom_mode", "instrumental", "mv", "negative_tags",
              "vocal_gender", "style_weight", "weirdness_constraint", "audio_weight",
              "persona_id"});
  task.prompt = input.prompt("prompt", max_prompt);
  for (const char* name : {"style", "title", "negative_tags", "persona_id"})
    task.details.set(name, json::Value(input.text(name)));
  const bool custom = input.flag("custom_mode", false);
  static_cast<void>(input.flag("instrumental", false));
  if (custom) input.required({"style", "title"});
  static_cast<void>(input.one_of("mv", music_versions, ""));
  static_cast<void>(input.one_of("vocal_gender", genders, genders[0]));
  for (const char* name : {"style_weight", "weirdness_constraint", "audio_weight"}) {
    const double weight = input.number(name, 0);
    if (weight < 0 || weight > 1) input.complain(format("%s must be from 0 to 1", name));
  }
  for (int i = 0; i < tracks_of_a_song; ++i) {
    RenderSpec spec;
    spec.kind = MediaKind::music;
    spec.seconds = song_seconds;
    spec.variant = i;
    task.results.push_back(std::move(spec));
  }
}

struct Model {
  std::string_view name;
  const char* kind;
  void (*read)(BodyReader& input, Task& task);
};

constexpr std::array models = {
    Model{"gpt-4o-image", "image", read_image},       Model{"sora-2", "video", read_video},
    Model{"sora-2-private", "video", read_video},     Model{"sora-2-pro", "video", read_video},
    Model{"sora-2-pro-private", "video", read_video}, Model{"sora-2-official", "video", read_video},
    Model{"generate-music", "music", read_music},
};

class VidgoApi final : public ProviderApi {
 public:
  explicit VidgoApi(Core& core) : core_(core) {}

  const char* id() const override { return "vidgo"; }
  const char* base_path() const override { return "/vidgo"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/api/generate/submit", Operation::submit,
         std::bind_front(&VidgoApi::create, this)},
        {"GET", "/api/generate/status/{task_id}", Operation::status,
         [this](const ApiCall& e) {
           return query(e, e.arguments[0]);
         }},
        {"GET", "/api/generate/detail/music", Operation::status,
         std::bind_front(&VidgoApi::query_music, this)},
    };
  }

  // The pages show no body of an HTTP error; this follows the shape of a success.
  ApiReply error(int status, std::string message) const override {
    json::Object body;
    body.set("code", json::Value(status));
    body.set("message", json::Value(message.empty() ? reason_of(status) : message));
    return ApiReply{status, json::Value(std::move(body))};
  }

  // "Identical to the status reply."
  std::optional<json::Value> callback_body(const Task& task) const override {
    return json::Value(envelope(200, describe(task)));
  }

 private:
  ApiReply create(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model", "input"});
    check.only({"model", "callback_url", "input"});
    Task task;
    task.model = check.text("model");
    task.callback_url = check.web_url("callback_url");
    const Model* model = nullptr;
    for (const Model& candidate : models)
      if (candidate.name == task.model) model = &candidate;
    if (model == nullptr) check.complain("Unknown model: " + show_safely(task.model, {}, 80));
    const json::Value* input = body->find("input");
    if (input != nullptr && input->as_object() == nullptr)
      check.complain(format("input must be an object, not %s", input->type_name()));
    if (check.complaint()) return error(400, *check.complaint());
    BodyReader inner(*input->as_object());
    model->read(inner, task);
    if (inner.complaint()) return error(400, "input: " + *inner.complaint());

    task.id = format("task-unified-%" G_GINT64_FORMAT "-", g_get_real_time() / G_USEC_PER_SEC) +
              random_word(8, false);
    task.provider = id();
    task.operation = model->kind;
    for (RenderSpec& spec : task.results) {
      spec.prompt = task.prompt;
      spec.caption = task.model;
      spec.moov_first = core_.options.moov_first;
    }
    return create_task(core_, std::move(task), [&](const Task& added) {
      json::Object data;
      data.set("task_id", json::Value(added.id));
      data.set("status", json::Value(word_of(TaskState::pending)));
      data.set("created_time", json::Value(local_time(added.created_us)));
      return ApiReply{200, json::Value(envelope(200, std::move(data)))};
    });
  }

  ApiReply query_music(const ApiCall& call) const {
    for (const auto& parameter : call.query)
      if (parameter.first == "task_id") {
        const Task* task = core_.tasks.find(id(), parameter.second);
        if (task != nullptr && task->operation != "music") return error(404, "Task not found");
        return query(call, parameter.second);
      }
    return error(400, "Missing required parameters: task_id");
  }

  ApiReply query(const ApiCall& call, const std::string& task_id) const {
    const Task* task = core_.tasks.find(id(), task_id);
    if (task == nullptr) return error(404, "Task not found");
    json::Object data = describe(*task);
    data.set("status",
             json::Value(word_or_fault(*task, word_of(task->state), "not_started", call.faults)));
    ApiReply reply{200, json::Value(envelope(200, std::move(data)))};
    reply.task_id = task->id;
    const json::Value* files = reply.body.find("data")->find("files");
    for (const json::Value& file : *files->as_array())
      for (const char* name : {"file_url", "audio_url"})
        if (const json::Value* url = file.find(name); url != nullptr && reply.media_url.empty())
          reply.media_url = *url->as_string();
    return reply;
  }

  json::Object describe(const Task& task) const {
    const bool completed = task.state == TaskState::completed;
    json::Array files;
    for (std::size_t i = 0; completed && i < task.results.size(); ++i)
      files.emplace_back(json::Value(task.operation == "music" ? track(task, i) : file(task, i)));
    json::Object data;
    data.set("task_id", json::Value(task.id));
    data.set("status", json::Value(word_of(task.state)));
    data.set("progress", json::Value(static_cast<int>(core_.tasks.progress(task) * 100)));
    data.set("files", json::Value(std::move(files)));
    data.set("created_time", json::Value(local_time(task.created_us)));
    data.set("error_message",
             task.state == TaskState::failed ? json::Value(task.error) : json::Value());
    return data;
  }

  json::Object file(const Task& task, std::size_t index) const {
    json::Object one;
    one.set("file_url", json::Value(core_.media.url_of(task, index)));
    one.set("file_type", json::Value(to_string(task.results[index].kind)));
    return one;
  }

  json::Object track(const Task& task, std::size_t index) const {
    const auto text = [&task](const char* name) {
      const json::Value* value = task.details.find(name);
      return value != nullptr ? *value : json::Value("");
    };
    json::Object one;
    one.set("audio_id", json::Value(format("%s-%zu", task.id.c_str(), index + 1)));
    one.set("audio_url", json::Value(core_.media.url_of(task, index)));
    one.set("image_url", json::Value());
    one.set("title", text("title"));
    one.set("tags", text("style"));
    one.set("duration", json::Value(static_cast<double>(task.results[index].seconds)));
    one.set("prompt", json::Value(task.prompt));
    return one;
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_vidgo_api(Core& core) { return std::make_unique<VidgoApi>(core); }

}  // namespace prompt::rehearsal
