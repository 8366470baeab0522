// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// VibeGen's API, from its document "AI Video API Documentation", version 1.0 of 2025-03-10. The
// section numbers below are that document's.
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

constexpr std::string_view model_name = "seedance 2.0";
constexpr std::array aspect_ratios = {"16:9"sv, "9:16"sv, "1:1"sv,      "21:9"sv,      "4:3"sv,
                                      "3:4"sv,  "9:21"sv, "adaptive"sv, "keep_ratio"sv};
constexpr std::array resolutions = {"480p"sv, "720p"sv, "1080p"sv};
constexpr std::array durations = {5, 10};
constexpr std::size_t max_prompt = 2000;
constexpr std::size_t any_number_of_images = 1000;  // the document names no limit

// Section 7.
struct Price {
  std::string_view resolution;
  int duration;
  int with_audio;
  int without_audio;
};

constexpr std::array prices = {
    Price{"480p", 5, 20, 15},  Price{"720p", 5, 43, 30},  Price{"1080p", 5, 90, 50},
    Price{"480p", 10, 40, 25}, Price{"720p", 10, 86, 45}, Price{"1080p", 10, 180, 100},
};

// Section 6.
struct ErrorCode {
  int status;
  const char* code;
  const char* message;
};

constexpr std::array error_codes = {
    ErrorCode{400, "INVALID_PARAMETER", "Invalid request parameters"},
    ErrorCode{401, "INVALID_API_KEY", "Invalid or missing API key"},
    ErrorCode{402, "INSUFFICIENT_CREDITS", "Insufficient credits. Required: 100, Available: 50"},
    ErrorCode{404, "TASK_NOT_FOUND", "Task not found"},
    ErrorCode{429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded"},
    ErrorCode{500, "INTERNAL_ERROR", "Internal server error"},
    ErrorCode{502, "PROVIDER_ERROR", "Third-party service error"},
};

int price_of(const std::string& resolution, int duration, bool with_audio) {
  for (const Price& price : prices)
    if (price.resolution == resolution && price.duration == duration)
      return with_audio ? price.with_audio : price.without_audio;
  return 0;
}

class VibegenApi final : public ProviderApi {
 public:
  explicit VibegenApi(Core& core) : core_(core) {}

  const char* id() const override { return "vibegen"; }
  const char* base_path() const override { return "/vibegen/api/v1"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/generations", Operation::submit, std::bind_front(&VibegenApi::create, this)},
        {"GET", "/tasks/{task_id}", Operation::status, std::bind_front(&VibegenApi::query, this)},
        {"GET", "/tasks", Operation::list, std::bind_front(&VibegenApi::list, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    // A status that section 6 does not have is said in the same shape.
    const char* code = status < 500 ? "INVALID_PARAMETER" : "INTERNAL_ERROR";
    std::string text = reason_of(status);
    for (const ErrorCode& known : error_codes)
      if (known.status == status) {
        code = known.code;
        text = known.message;
      }
    return coded_error(status, json::Value(code), message.empty() ? text : message);
  }

  std::optional<json::Value> callback_body(const Task& task) const override {
    const bool completed = task.state == TaskState::completed;
    json::Object body;
    body.set("event", json::Value(completed ? "task.completed" : "task.failed"));
    body.set("task_id", json::Value(task.id));
    body.set("status", json::Value(to_string(task.state)));
    if (completed)
      body.set("video_url", json::Value(core_.media.url_of(task, 0)));
    else
      body.set("error_message", json::Value(task.error));
    body.set("created_at", json::Value(iso_time(task.created_us)));
    body.set(completed ? "completed_at" : "failed_at", json::Value(iso_time(task.finished_us)));
    return json::Value(std::move(body));
  }

 private:
  // Section 1.
  ApiReply create(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model", "prompt"});
    check.only({"model", "prompt", "image_urls", "duration", "aspect_ratio", "resolution",
                "generate_audio", "callback_url"});
    Task task;
    task.model = check.text("model");
    if (task.model != model_name)
      check.complain("Unknown model: " + show_safely(task.model, {}, 80));
    task.prompt = check.prompt("prompt", max_prompt);
    const std::vector<std::string> images = check.web_urls("image_urls", any_number_of_images);
    const int duration = check.one_of("duration", durations, 5);
    const std::string aspect_ratio = check.one_of("aspect_ratio", aspect_ratios, "16:9");
    const std::string resolution = check.one_of("resolution", resolutions, "480p");
    const bool with_audio = check.flag("generate_audio", false);
    task.callback_url = check.web_url("callback_url");
    if (check.complaint()) return error(400, *check.complaint());

    task.price = price_of(resolution, duration, with_audio);
    if (!core_.account.charge(task.price))
      return error(402, format("Insufficient credits. Required: %.0f, Available: %.0f", task.price,
                               core_.account.credits().value_or(0)));
    task.id = make_uuid();
    task.provider = id();
    task.operation = images.empty() ? "text_to_video" : "image_to_video";
    const FrameSize size = seedance_size(aspect_ratio, resolution);
    RenderSpec spec;
    spec.width = size.width;
    spec.height = size.height;
    spec.seconds = duration;
    spec.with_audio = with_audio;
    spec.moov_first = core_.options.moov_first;
    spec.prompt = task.prompt;
    spec.caption =
        format("%s, %s, %s", task.model.c_str(), resolution.c_str(), aspect_ratio.c_str());
    task.results.push_back(std::move(spec));
    return create_task(core_, std::move(task), [&](const Task& added) {
      json::Object data;
      data.set("id", json::Value(added.id));
      data.set("status", json::Value(to_string(TaskState::pending)));
      data.set("model", json::Value(added.model));
      data.set("task_type", json::Value(added.operation));
      data.set("created_at", json::Value(iso_time(added.created_us)));
      return success(201, std::move(data));
    });
  }

  // Section 2.
  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, {});
    if (!call.query.empty())
      return error(400, "Unknown parameter: " + show_safely(call.query[0].first, {}, 80));
    json::Object data = describe(*task);
    data.set("status",
             json::Value(word_or_fault(*task, to_string(task->state), "pending", call.faults)));
    ApiReply reply = success(200, std::move(data));
    reply.task_id = task->id;
    if (const json::Value* url = reply.body.find("data")->find("video_url"))
      if (const std::string* text = url->as_string()) reply.media_url = *text;
    return reply;
  }

  // Section 3.
  ApiReply list(const ApiCall& call) const {
    std::string status;
    std::int64_t limit = 20;
    std::int64_t offset = 0;
    for (const auto& [name, value] : call.query) {
      if (name == "status") {
        status = value;
        if (status != "pending" && status != "processing" && status != "completed" &&
            status != "failed")
          return error(400, "status must be one of pending, processing, completed, failed");
      } else if (name == "limit" || name == "offset") {
        gint64 number = 0;
        if (g_ascii_string_to_signed(value.c_str(), 10, name == "limit" ? 1 : 0, G_MAXINT32,
                                     &number, nullptr) == 0)
          return error(400, name + " must be a number");
        (name == "limit" ? limit : offset) = number;
      } else {
        return error(400, "Unknown parameter: " + show_safely(name, {}, 80));
      }
    }
    json::Array tasks;
    std::int64_t total = 0;
    for (const Task* task : core_.tasks.newest_first(id())) {
      if (is_hidden(*task, call.faults)) continue;
      if (!status.empty() && status != to_string(task->state)) continue;
      if (total >= offset && total < offset + limit) {
        json::Object data = describe(*task);
        if (call.faults.has("shortens-prompts"))
          data.set("prompt", json::Value(shortened(task->prompt)));
        tasks.emplace_back(json::Value(std::move(data)));
      }
      ++total;
    }
    json::Object pagination;
    pagination.set("page", json::Value(offset / limit + 1));
    pagination.set("pageSize", json::Value(limit));
    pagination.set("total", json::Value(total));
    pagination.set("total_pages", json::Value((total + limit - 1) / limit));
    json::Object data;
    data.set("tasks", json::Value(std::move(tasks)));
    data.set("pagination", json::Value(std::move(pagination)));
    return success(200, std::move(data));
  }

  static ApiReply success(int status, json::Object data) {
    json::Object body;
    body.set("success", json::Value(true));
    body.set("data", json::Value(std::move(data)));
    return ApiReply{status, json::Value(std::move(body))};
  }

  json::Object describe(const Task& task) const {
    const bool completed = task.state == TaskState::completed;
    const bool failed = task.state == TaskState::failed;
    json::Object data;
    data.set("id", json::Value(task.id));
    data.set("status", json::Value(to_string(task.state)));
    data.set("model", json::Value(task.model));
    data.set("task_type", json::Value(task.operation));
    data.set("prompt", json::Value(task.prompt));
    data.set("video_url", completed ? json::Value(core_.media.url_of(task, 0)) : json::Value());
    data.set("created_at", json::Value(iso_time(task.created_us)));
    // Of a failed task too, the document's sample has null here.
    data.set("completed_at", completed ? json::Value(iso_time(task.finished_us)) : json::Value());
    // Section 9 reads another member than section 2 shows.
    const json::Value text = failed ? json::Value(task.error) : json::Value();
    data.set(failed && task.fails_by_error_message ? "error_message" : "error", text);
    return data;
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_vibegen_api(Core& core) {
  return std::make_unique<VibegenApi>(core);
}

}  // namespace prompt::rehearsal
