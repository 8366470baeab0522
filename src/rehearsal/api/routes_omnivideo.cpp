// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Omni Video's API, from its document "Open API". What the document leaves open is kept narrow
// here: an aspect ratio is any W:H, and each task costs the 15 credits of the document's one
// sample.
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

constexpr std::array models = {"seedance-2"sv, "gpt-image-2"sv, "nano-banana-2"sv};
constexpr double sample_price = 15;
constexpr int video_seconds = 5;
constexpr std::size_t max_prompt = 10000;
constexpr std::size_t any_number_of_images = 1000;

int number_of(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return 1;
    case TaskState::processing:
      return 2;
    case TaskState::completed:
      return 3;
    case TaskState::failed:
      return 4;
  }
  return 4;
}

ApiReply envelope(int http_status, int code, std::string_view message) {
  json::Object body;
  body.set("code", json::Value(code));
  body.set("msg", json::Value(message));
  return ApiReply{http_status, json::Value(std::move(body))};
}

// "code: 0 - Business failure (see msg field for details)", with HTTP 200.
ApiReply business_failure(std::string_view message) { return envelope(200, 0, message); }

ApiReply success(std::string_view message, json::Object data) {
  ApiReply reply = envelope(200, 200, message);
  reply.body.as_object()->set("data", json::Value(std::move(data)));
  return reply;
}

class OmnivideoApi final : public ProviderApi {
 public:
  explicit OmnivideoApi(Core& core) : core_(core) {}

  const char* id() const override { return "omnivideo"; }
  // The document names no host; its paths begin with /api/v1.
  const char* base_path() const override { return "/omnivideo"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/api/v1/tasks/create", Operation::submit,
         std::bind_front(&OmnivideoApi::create, this)},
        {"GET", "/api/v1/tasks/{task_id}", Operation::status,
         std::bind_front(&OmnivideoApi::query, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    if (status == 401 && message.empty()) message = "Invalid or missing API key";
    return envelope(status, status, message.empty() ? reason_of(status) : message);
  }

  std::optional<json::Value> callback_body(const Task&) const override { return std::nullopt; }

  // "Failed tasks are auto-refunded."
  void on_finished(const Task& task) override {
    if (task.state == TaskState::failed) core_.account.refund(task.price);
  }

 private:
  ApiReply create(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return business_failure(body.error().message);
    BodyReader check(*body);
    check.required({"model_id", "prompt"});
    check.only({"model_id", "prompt", "image_urls", "aspect_ratio"});
    Task task;
    task.model = check.one_of("model_id", models, "");
    task.prompt = check.prompt("prompt", max_prompt);
    static_cast<void>(check.web_urls("image_urls", any_number_of_images));
    const std::string ratio = check.text("aspect_ratio", "16:9");
    const std::optional<FrameSize> image_size = megapixel_size(ratio);
    if (!image_size) check.complain("aspect_ratio must be W:H");
    if (check.complaint()) return business_failure(*check.complaint());
    task.price = sample_price;
    if (!core_.account.charge(task.price)) return business_failure("Insufficient credits");

    const bool is_video = task.model == "seedance-2";
    task.id = random_word(12, true);
    task.provider = id();
    task.operation = is_video ? "video" : "image";
    task.details.set("request_id", json::Value("kie_" + random_word(12, false)));
    const FrameSize size = is_video ? seedance_size(ratio, "480p") : *image_size;
    RenderSpec spec;
    spec.kind = is_video ? MediaKind::video : MediaKind::image;
    spec.width = size.width;
    spec.height = size.height;
    spec.seconds = video_seconds;
    spec.moov_first = core_.options.moov_first;
    spec.prompt = task.prompt;
    spec.caption = task.model + ", " + ratio;
    task.results.push_back(std::move(spec));
    return create_task(core_, std::move(task), [&](const Task& added) {
      json::Object data;
      data.set("task_id", json::Value(added.id));
      data.set("request_id", *added.details.find("request_id"));
      data.set("credits", json::Value(static_cast<std::int64_t>(added.price)));
      return success("提交成功,等待生成", std::move(data));
    });
  }

  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return business_failure("Task not found");
    const bool completed = task->state == TaskState::completed;
    int state = number_of(task->state);
    if (const std::string* word = call.faults.find("unknown-state"))
      state = static_cast<int>(number_in(*word, 9));
    if (call.faults.has("backwards")) state = 1;
    if (const std::string* word = call.faults.find("final-word"); word != nullptr && completed)
      state = static_cast<int>(number_in(*word, 5));
    const std::string url = completed ? core_.media.url_of(*task, 0) : std::string();
    const auto url_if = [&](const char* type) {
      return completed && task->operation == type ? json::Value(url) : json::Value();
    };
    json::Object data;
    data.set("task_id", json::Value(task->id));
    data.set("task_status", json::Value(state));
    data.set("task_type", json::Value(task->operation));
    data.set("model_id", json::Value(task->model));
    data.set("image_url", url_if("image"));
    data.set("video_url", url_if("video"));
    data.set("audio_url", json::Value());
    data.set("credits", json::Value(static_cast<std::int64_t>(task->price)));
    data.set("created_at", json::Value(task->created_us / G_USEC_PER_SEC));
    // The document has no member for the reason of a failure; msg is all there is.
    const bool failed = task->state == TaskState::failed;
    ApiReply reply = success(failed ? task->error : "ok", std::move(data));
    reply.task_id = task->id;
    reply.media_url = url;
    return reply;
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_omnivideo_api(Core& core) {
  return std::make_unique<OmnivideoApi>(core);
}

}  // namespace prompt::rehearsal
