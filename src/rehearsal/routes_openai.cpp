// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The Videos API in OpenAI's form: JSON as OpenAI's specification and SGLang's page have it, forms
// as vLLM-Omni's page has them. A server of one's own asks for a key only if it was started so.
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "rehearsal/provider_api.h"
#include "rehearsal/request_check.h"

namespace prompt::rehearsal {
namespace {

using std::literals::string_view_literals::operator""sv;

constexpr std::size_t max_prompt = 32000;
constexpr int max_seconds = 60;
constexpr int max_side = 4096;
constexpr int max_whole = 1'000'000'000;

constexpr std::array image_types = {"image/png"sv, "image/jpeg"sv, "image/webp"sv};

// "WxH"
std::optional<FrameSize> read_size(const std::string& text) {
  const std::size_t cross = text.find('x');
  if (cross == std::string::npos) return std::nullopt;
  guint64 width = 0;
  guint64 height = 0;
  if (g_ascii_string_to_unsigned(text.substr(0, cross).c_str(), 10, 16, max_side, &width,
                                 nullptr) == 0 ||
      g_ascii_string_to_unsigned(text.substr(cross + 1).c_str(), 10, 16, max_side, &height,
                                 nullptr) == 0)
    return std::nullopt;
  return FrameSize{static_cast<int>(width) / 2 * 2, static_cast<int>(height) / 2 * 2};
}

class OpenaiApi final : public ProviderApi {
 public:
  explicit OpenaiApi(Core& core) : core_(core) {}

  const char* id() const override { return "openai"; }
  const char* base_path() const override { return "/openai/v1"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/videos", Operation::submit, std::bind_front(&OpenaiApi::create, this)},
        {"GET", "/videos/{video_id}", Operation::status, std::bind_front(&OpenaiApi::query, this)},
        {"GET", "/videos/{video_id}/content", Operation::other,
         std::bind_front(&OpenaiApi::content, this)},
        {"DELETE", "/videos/{video_id}", Operation::other,
         std::bind_front(&OpenaiApi::remove, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    return coded_error(status, json::Value(status), message);
  }

  // "Bearer only if started with --api-key."
  std::optional<std::string> key_of(const HttpRequest& request) const override {
    const std::optional<std::string> key = ProviderApi::key_of(request);
    if (key || request.header("Authorization") || core_.options.key) return key;
    return "none";
  }

  // No event about a video is documented.
  std::optional<json::Value> callback_body(const Task&) const override { return std::nullopt; }

 private:
  // A form's fields are texts, whatever they mean.
  static void check_form(RequestCheck& check, RenderSpec& spec, Task& task) {
    check.only({"prompt",
                "model",
                "seconds",
                "size",
                "user",
                "width",
                "height",
                "num_frames",
                "fps",
                "num_inference_steps",
                "guidance_scale",
                "guidance_scale_2",
                "boundary_ratio",
                "flow_shift",
                "true_cfg_scale",
                "seed",
                "generate_sound",
                "sound_duration",
                "negative_prompt",
                "input_reference",
                "image_reference",
                "video_reference",
                "audio_reference",
                "lora",
                "extra_params"});
    spec.seconds = check.digits("seconds", 1, max_seconds, 4);
    for (const char* name : {"width", "height", "num_frames", "fps", "num_inference_steps", "seed"})
      static_cast<void>(check.digits(name, 0, max_whole, 1));
    for (const char* name :
         {"image_reference", "video_reference", "audio_reference", "lora", "extra_params"})
      if (check.has(name) && !json::parse(check.text(name)))
        check.complain(format("%s must be JSON", name));
    if (check.has("negative_prompt"))
      task.details.set("negative_prompt", json::Value(check.text("negative_prompt")));
    const json::Object& file = check.object("input_reference");
    if (file.empty()) return;
    RequestCheck part(file);
    static_cast<void>(part.one_of("type", image_types, ""));
    if (part.complaint()) check.complain("input_reference: " + *part.complaint());
    task.details.set("input_reference", json::Value(file));
  }

  static void check_json(RequestCheck& check, RenderSpec& spec, Task& task) {
    check.only(
        {"prompt", "model", "seconds", "size", "seed", "fps", "num_frames", "input_reference"});
    spec.seconds = check.digits("seconds", 1, max_seconds, 4);
    for (const char* name : {"seed", "fps", "num_frames"})
      static_cast<void>(check.integer(name, 0, max_whole, 1));
    if (!check.has("input_reference")) return;
    RequestCheck reference(check.object("input_reference"));
    reference.only({"image_url", "file_id"});
    if (reference.has("image_url") == reference.has("file_id"))
      check.complain("input_reference must have exactly one of image_url and file_id");
    static_cast<void>(reference.web_url("image_url"));
    static_cast<void>(reference.text("file_id"));
    if (reference.complaint()) check.complain("input_reference: " + *reference.complaint());
    task.details.set("input_reference", json::Value(check.object("input_reference")));
  }

  ApiReply create(const Exchange& exchange) {
    const bool as_form = is_form(exchange.request);
    const Result<json::Object> body =
        as_form ? read_form_body(exchange.request) : read_json_body(exchange.request);
    if (!body) return error(400, body.error().message);
    RequestCheck check(*body);
    check.required({"prompt"});
    Task task;
    task.prompt = check.prompt("prompt", max_prompt);
    task.model = check.text("model", "default");
    RenderSpec spec = usual_spec(MediaKind::video, task, 0, core_.options);
    const std::string size_text = check.text("size", "1280x720");
    const std::optional<FrameSize> size = read_size(size_text);
    if (!size) check.complain("size must be WIDTHxHEIGHT, not " + show_safely(size_text, {}, 40));
    if (as_form)
      check_form(check, spec, task);
    else
      check_json(check, spec, task);
    if (check.complaint()) return error(400, *check.complaint());
    spec.width = size->width;
    spec.height = size->height;
    task.details.set("seconds", json::Value(std::to_string(spec.seconds)));
    task.details.set("size", json::Value(size_text));
    task.id = "video_gen_" + random_word(24, true);
    task.provider = id();
    task.operation = "video";
    task.results.push_back(std::move(spec));
    draw_fate(task, core_.faults);
    const Task& added = core_.tasks.add(std::move(task));
    ApiReply reply{200, describe(added, "queued")};
    reply.task_id = added.id;
    reply.created = true;
    return reply;
  }

  json::Value describe(const Task& task, const std::string& status) const {
    const bool failed = task.state == TaskState::failed;
    const bool completed = task.state == TaskState::completed;
    const json::Value failure =
        object({{"code", json::Value("generation_failed")}, {"message", json::Value(task.error)}});
    return object({{"id", json::Value(task.id)},
                   {"object", json::Value("video")},
                   {"model", json::Value(task.model)},
                   {"status", json::Value(status)},
                   {"progress", json::Value(static_cast<int>(core_.tasks.progress(task) * 100))},
                   {"created_at", json::Value(task.created_us / G_USEC_PER_SEC)},
                   {"completed_at",
                    completed ? json::Value(task.finished_us / G_USEC_PER_SEC) : json::Value()},
                   {"expires_at", json::Value()},
                   {"seconds", *task.details.find("seconds")},
                   {"size", *task.details.find("size")},
                   {"error", failed ? failure : json::Value()}});
  }

  static const char* word_of(TaskState state) {
    switch (state) {
      case TaskState::pending:
        return "queued";
      case TaskState::processing:
        return "in_progress";
      case TaskState::completed:
        return "completed";
      case TaskState::failed:
        return "failed";
    }
    return "failed";
  }

  ApiReply query(const Exchange& exchange) const {
    const Task* task = core_.tasks.find(id(), exchange.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    const std::string word = is_cancelled(*task) ? "deleted" : word_of(task->state);
    ApiReply reply{200, describe(*task, word_or_fault(word, "queued", exchange.faults))};
    reply.task_id = task->id;
    return reply;
  }

  ApiReply content(const Exchange& exchange) const {
    const Task* task = core_.tasks.find(id(), exchange.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    if (task->state != TaskState::completed) return error(404, "Video is still in-progress");
    ApiReply reply;
    reply.media_of = task;
    return reply;
  }

  ApiReply remove(const Exchange& exchange) {
    const Task* task = core_.tasks.find(id(), exchange.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    static_cast<void>(core_.tasks.cancel(*task));
    return ApiReply{200, object({{"id", json::Value(task->id)},
                                 {"object", json::Value("video.deleted")},
                                 {"deleted", json::Value(true)}})};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_openai_api(Core& core) {
  return std::make_unique<OpenaiApi>(core);
}

}  // namespace prompt::rehearsal
