// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The Videos API in OpenAI's form: JSON as OpenAI's specification and SGLang's page have it, forms
// as OpenAI's client sends them and vLLM-Omni's page has them. A server of one's own asks for a key
// only if it was started so.
#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "rehearsal/api/body_reader.h"
#include "rehearsal/api/provider_api.h"
#include "rehearsal/render/preview.h"

namespace prompt::rehearsal {
namespace {

using std::literals::string_view_literals::operator""sv;

constexpr std::size_t max_prompt = 32000;
constexpr int max_seconds = 60;
constexpr int default_page = 20;
constexpr int largest_page = 100;
constexpr int max_whole = 1'000'000'000;

constexpr std::array image_types = {"image/png"sv, "image/jpeg"sv, "image/webp"sv};

class OpenaiApi final : public ProviderApi {
 public:
  explicit OpenaiApi(Core& core) : core_(core) {}

  const char* id() const override { return "openai"; }
  const char* base_path() const override { return "/openai/v1"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/videos", Operation::submit, std::bind_front(&OpenaiApi::create, this)},
        {"POST", "/videos/{video_id}/remix", Operation::submit,
         std::bind_front(&OpenaiApi::remix, this)},
        {"GET", "/videos", Operation::list, std::bind_front(&OpenaiApi::list, this)},
        {"GET", "/videos/{video_id}", Operation::status, std::bind_front(&OpenaiApi::query, this)},
        {"GET", "/videos/{video_id}/content", Operation::other,
         std::bind_front(&OpenaiApi::content, this)},
        {"DELETE", "/videos/{video_id}", Operation::other,
         std::bind_front(&OpenaiApi::remove, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    const char* type = status < 500 ? "invalid_request_error" : "server_error";
    const char* code = nullptr;
    if (status == 401) code = "invalid_api_key";
    if (status == 402) code = "insufficient_quota";
    if (status == 429) code = "rate_limit_exceeded";
    return ApiReply{
        status,
        object({{"error",
                 object({{"message", json::Value(message.empty() ? reason_of(status) : message)},
                         {"type", json::Value(type)},
                         {"param", json::Value()},
                         {"code", code != nullptr ? json::Value(code) : json::Value()}})}})};
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
  static void check_form(BodyReader& check, RenderSpec& spec, Task& task) {
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
                "input_reference[image_url]",
                "input_reference[file_id]",
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
    // How OpenAI's client writes an object into a form.
    check.picture("input_reference[image_url]");
    static_cast<void>(check.text("input_reference[file_id]"));
    int references = 0;
    for (const char* name :
         {"input_reference", "input_reference[image_url]", "input_reference[file_id]"})
      references += check.has(name) ? 1 : 0;
    if (references > 1) check.complain("input_reference must be one file or one reference");
    if (!check.has("input_reference")) return;
    const json::Object& file = check.object("input_reference");
    BodyReader part(file);
    static_cast<void>(part.one_of("type", image_types, ""));
    if (part.complaint()) check.complain("input_reference: " + *part.complaint());
    task.details.set("input_reference", json::Value(file));
  }

  static void check_json(BodyReader& check, RenderSpec& spec, Task& task) {
    check.only({"prompt", "model", "seconds", "size", "seed", "fps", "num_frames",
                "input_reference", "reference_url", "negative_prompt", "num_inference_steps",
                "guidance_scale", "guidance_scale_2", "generate_sound", "extra_params",
                "extra_body", "user"});
    // OpenAI's is a text, the others' a number.
    spec.seconds = check.integer_or_digits("seconds", 1, max_seconds, 4);
    for (const char* name : {"seed", "fps", "num_frames", "num_inference_steps"})
      static_cast<void>(check.integer(name, 0, max_whole, 1));
    for (const char* name : {"guidance_scale", "guidance_scale_2"})
      static_cast<void>(check.number(name, 1));
    for (const char* name : {"negative_prompt", "user"}) static_cast<void>(check.text(name));
    for (const char* name : {"extra_params", "extra_body"}) static_cast<void>(check.object(name));
    static_cast<void>(check.flag("generate_sound", false));
    check.picture("reference_url");
    if (!check.has("input_reference")) return;
    BodyReader reference(check.object("input_reference"));
    reference.only({"image_url", "file_id"});
    if (reference.has("image_url") == reference.has("file_id"))
      check.complain("input_reference must have exactly one of image_url and file_id");
    reference.picture("image_url");
    static_cast<void>(reference.text("file_id"));
    if (reference.complaint()) check.complain("input_reference: " + *reference.complaint());
    task.details.set("input_reference", json::Value(check.object("input_reference")));
  }

  ApiReply create(const ApiCall& call) {
    const bool as_form = is_form(call.request);
    const Result<json::Object> body =
        as_form ? read_form_body(call.request) : read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"prompt"});
    Task task;
    task.prompt = check.prompt("prompt", max_prompt);
    task.model = check.text("model", "default");
    RenderSpec spec = usual_spec(MediaKind::video, task, 0, core_.options);
    const std::string size_text = check.text("size", "1280x720");
    const std::optional<FrameSize> size = read_frame_size(size_text);
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
    return begin(std::move(task), std::move(spec));
  }

  ApiReply begin(Task task, RenderSpec spec) {
    task.id = "video_gen_" + random_word(24, true);
    task.provider = id();
    task.operation = "video";
    task.results.push_back(std::move(spec));
    return create_task(core_, std::move(task), [&](const Task& added) {
      return ApiReply{200, describe(added, "queued")};
    });
  }

  json::Value describe(const Task& task, const std::string& status) const {
    const bool failed = task.state == TaskState::failed;
    const bool completed = task.state == TaskState::completed;
    const json::Value* const remixed = task.details.find("remixed_from");
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
                   {"expires_at", completed ? expiry(task) : json::Value()},
                   {"prompt", json::Value(task.prompt)},
                   {"remixed_from_video_id", remixed != nullptr ? *remixed : json::Value()},
                   {"seconds", *task.details.find("seconds")},
                   {"size", *task.details.find("size")},
                   {"error", failed ? failure : json::Value()}});
  }

  json::Value expiry(const Task& task) const {
    const auto kept = static_cast<std::int64_t>(core_.options.url_seconds);
    return json::Value(task.finished_us / G_USEC_PER_SEC + kept);
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

  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    const std::string word = is_cancelled(*task) ? "deleted" : word_of(task->state);
    ApiReply reply{200, describe(*task, word_or_fault(*task, word, "queued", call.faults))};
    reply.task_id = task->id;
    return reply;
  }

  ApiReply content(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    if (task->state != TaskState::completed) return error(404, "Video is still in-progress");
    std::string variant = "video";
    for (const auto& [name, value] : call.query) {
      if (name != "variant") return error(400, "Unknown parameter: " + show_safely(name, {}, 80));
      variant = value;
    }
    ApiReply reply;
    if (variant == "video")
      reply.media_of = task;
    else if (variant == "thumbnail")
      reply.bytes = paint_thumbnail(task->results[0]);
    else if (variant == "spritesheet")
      reply.bytes = paint_spritesheet(task->results[0]);
    else
      return error(400, "variant must be video, thumbnail or spritesheet");
    if (reply.media_of == nullptr && reply.bytes.empty()) return error(500, {});
    reply.headers.emplace_back("Content-Type", "image/png");
    return reply;
  }

  // A new video of the same length and size.
  ApiReply remix(const ApiCall& call) {
    const Task* source = core_.tasks.find(id(), call.arguments[0]);
    if (source == nullptr) return error(404, "Video not found");
    if (source->state != TaskState::completed) return error(400, "The video is not completed");
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"prompt"});
    check.only({"prompt"});
    Task task;
    task.prompt = check.prompt("prompt", max_prompt);
    if (check.complaint()) return error(400, *check.complaint());
    task.model = source->model;
    task.details = source->details;
    task.details.set("remixed_from", json::Value(source->id));
    RenderSpec spec = source->results[0];
    spec.prompt = task.prompt;
    return begin(std::move(task), std::move(spec));
  }

  ApiReply list(const ApiCall& call) const {
    std::string after;
    std::string order = "desc";
    guint64 limit = default_page;
    for (const auto& [name, value] : call.query) {
      if (name == "after") {
        after = value;
      } else if (name == "order" && (value == "asc" || value == "desc")) {
        order = value;
      } else if (name != "limit" || g_ascii_string_to_unsigned(value.c_str(), 10, 0, largest_page,
                                                               &limit, nullptr) == 0) {
        return error(400, "Unknown parameter or value: " + show_safely(name, {}, 80));
      }
    }
    std::vector<const Task*> tasks = core_.tasks.newest_first(id());
    if (order == "asc") std::reverse(tasks.begin(), tasks.end());
    json::Array data;
    bool has_more = false;
    bool is_past = after.empty();
    for (const Task* task : tasks) {
      if (is_past && !is_hidden(*task, call.faults)) {
        has_more = data.size() == limit;
        if (has_more) break;
        json::Value one = describe(*task, is_cancelled(*task) ? "deleted" : word_of(task->state));
        if (call.faults.has("shortens-prompts"))
          one.as_object()->set("prompt", json::Value(shortened(task->prompt)));
        data.push_back(std::move(one));
      }
      if (task->id == after) is_past = true;
    }
    const auto id_of = [&data](bool first) {
      if (data.empty()) return json::Value();
      return *(first ? data.front() : data.back()).find("id");
    };
    json::Value first_id = id_of(true);
    json::Value last_id = id_of(false);
    return ApiReply{200, object({{"object", json::Value("list")},
                                 {"data", json::Value(std::move(data))},
                                 {"first_id", std::move(first_id)},
                                 {"last_id", std::move(last_id)},
                                 {"has_more", json::Value(has_more)}})};
  }

  ApiReply remove(const ApiCall& call) {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "Video not found");
    // Of a video that is still being made, SGLang goes on to say "deleted".
    if (!core_.tasks.cancel(*task)) core_.tasks.remove(*task);
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
