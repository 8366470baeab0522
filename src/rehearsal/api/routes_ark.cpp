// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Volcengine Ark's video tasks, from its API reference: what is asked for is a list of parts, a
// text and pictures with roles; a task's failure comes with HTTP 200.
#include <algorithm>
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
constexpr int max_seconds = 60;
constexpr int max_whole = 1'000'000'000;
constexpr int tokens_per_second = 21600;

constexpr std::array roles = {"first_frame"sv, "last_frame"sv, "reference_image"sv};
constexpr std::array video_roles = {"reference_video"sv};
constexpr std::array audio_roles = {"reference_audio"sv};
// By what a list may be filtered.
constexpr std::array filters = {"filter.status"sv, "filter.model"sv, "filter.task_ids"sv};

const char* word_of(const Task& task) {
  if (is_cancelled(task)) return "cancelled";
  switch (task.state) {
    case TaskState::pending:
      return "queued";
    case TaskState::processing:
      return "running";
    case TaskState::completed:
      return "succeeded";
    case TaskState::failed:
      return "failed";
  }
  return "failed";
}

// The parts of `content`: one text, and pictures whose roles fit together.
void check_content(BodyReader& check, Task& task) {
  int texts = 0;
  int pictures = 0;
  std::vector<std::string> seen;
  for (const json::Value& item : check.array("content")) {
    if (item.as_object() == nullptr) return check.complain("content must hold objects");
    BodyReader part(*item.as_object());
    const std::string type = part.text("type");
    if (type == "text") {
      part.only({"type", "text"});
      part.required({"type", "text"});
      task.prompt = part.prompt("text", max_prompt);
      ++texts;
    } else if (type == "image_url") {
      part.only({"type", "image_url", "role"});
      BodyReader url(part.object("image_url"));
      url.required({"url"});
      url.only({"url"});
      url.picture("url");
      if (url.complaint()) part.complain(*url.complaint());
      if (part.has("role")) seen.push_back(part.one_of("role", roles, ""));
      ++pictures;
    } else if (type == "video_url" || type == "audio_url") {
      part.only({"type", type.c_str(), "role"});
      BodyReader url(part.object(type.c_str()));
      url.required({"url"});
      url.only({"url"});
      static_cast<void>(url.web_url("url"));
      if (url.complaint()) part.complain(*url.complaint());
      const bool is_video = type == "video_url";
      static_cast<void>(part.one_of("role", is_video ? std::span(video_roles) : audio_roles, ""));
    } else {
      part.complain("Unknown type of content: " + show_safely(type, {}, 80));
    }
    if (part.complaint()) return check.complain("content: " + *part.complaint());
  }
  if (texts != 1) check.complain("content must have one text");
  if (pictures > 1 && seen.size() != static_cast<std::size_t>(pictures))
    check.complain("content: several images need roles");
  std::string line;
  for (const std::string& role : seen) line += role + " ";
  task.details.set("roles", json::Value(line));
}

class ArkApi final : public ProviderApi {
 public:
  explicit ArkApi(Core& core) : core_(core) {}

  const char* id() const override { return "ark"; }
  const char* base_path() const override { return "/ark/api/v3"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/contents/generations/tasks", Operation::submit,
         std::bind_front(&ArkApi::create, this)},
        {"GET", "/contents/generations/tasks/{task_id}", Operation::status,
         std::bind_front(&ArkApi::query, this)},
        {"GET", "/contents/generations/tasks", Operation::list,
         std::bind_front(&ArkApi::list, this)},
        {"DELETE", "/contents/generations/tasks/{task_id}", Operation::other,
         std::bind_front(&ArkApi::remove, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    const char* code = status == 401 ? "AuthenticationError" : "InvalidParameter";
    if (status == 404) code = "ResourceNotFound";
    if (status == 429) code = "RateLimitExceeded";
    if (status >= 500) code = "InternalServiceError";
    return coded_error(status, json::Value(code), message);
  }

  std::optional<json::Value> callback_body(const Task& task) const override {
    return describe(task, word_of(task));
  }

 private:
  ApiReply create(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model", "content"});
    check.only({"model", "content", "ratio", "resolution", "duration", "frames", "seed",
                "generate_audio", "watermark", "camera_fixed", "return_last_frame", "service_tier",
                "execution_expires_after", "priority", "draft", "callback_url",
                "safety_identifier"});
    Task task;
    task.model = check.text("model");
    task.callback_url = check.web_url("callback_url");
    check_content(check, task);
    // Which there are depends on the model.
    const std::string ratio = check.text("ratio", "16:9");
    if (ratio != "adaptive" && !megapixel_size(ratio)) check.complain("ratio must be W:H");
    const FrameSize size = seedance_size(ratio, check.text("resolution", "480p"));
    RenderSpec spec = usual_spec(MediaKind::video, task, 0, core_.options);
    spec.width = size.width;
    spec.height = size.height;
    const int seconds = check.integer("duration", -1, max_seconds, 5);
    if (seconds == 0) check.complain("duration must not be 0");
    spec.seconds = seconds > 0 ? seconds : 5;
    spec.with_audio = check.flag("generate_audio", false);
    for (const char* name : {"watermark", "camera_fixed", "return_last_frame", "draft"})
      static_cast<void>(check.flag(name, false));
    for (const char* name : {"frames", "seed", "execution_expires_after", "priority"})
      static_cast<void>(check.integer(name, -1, max_whole, 1));
    for (const char* name : {"service_tier", "safety_identifier"})
      static_cast<void>(check.text(name));
    if (check.complaint()) return error(400, *check.complaint());
    task.id = "cgt-" + random_word(16, false);
    task.provider = id();
    task.operation = "video";
    task.details.set("ratio", json::Value(ratio));
    task.details.set("resolution", json::Value(check.text("resolution", "480p")));
    task.results.push_back(spec);
    if (check.flag("return_last_frame", false)) {
      spec.kind = MediaKind::image;
      task.results.push_back(std::move(spec));
      task.details.set("mixture", json::Value("object"));
    }
    return create_task(core_, std::move(task), [&](const Task& added) {
      return ApiReply{200, object({{"id", json::Value(added.id)}})};
    });
  }

  json::Value describe(const Task& task, const std::string& word) const {
    json::Object body;
    body.set("id", json::Value(task.id));
    body.set("model", json::Value(task.model));
    body.set("status", json::Value(word));
    if (task.state == TaskState::completed) {
      const int tokens = task.results[0].seconds * tokens_per_second;
      json::Object content;
      content.set("video_url", json::Value(core_.media.url_of(task, 0)));
      if (!mixture_of(task).empty())
        content.set("last_frame_url", json::Value(core_.media.url_of(task, 1)));
      body.set("content", json::Value(std::move(content)));
      body.set("usage", object({{"completion_tokens", json::Value(tokens)},
                                {"total_tokens", json::Value(tokens)}}));
      for (const char* name : {"resolution", "ratio"}) body.set(name, *task.details.find(name));
      body.set("duration", json::Value(task.results[0].seconds));
      body.set("framespersecond", json::Value(frame_rate));
    }
    body.set("created_at", json::Value(task.created_us / G_USEC_PER_SEC));
    body.set("updated_at",
             json::Value(std::max(task.created_us, task.finished_us) / G_USEC_PER_SEC));
    if (task.state == TaskState::failed && !is_cancelled(task))
      body.set("error", object({{"code", json::Value("OutputVideoSensitiveContentDetected")},
                                {"message", json::Value(task.error)}}));
    return json::Value(std::move(body));
  }

  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "The task does not exist");
    ApiReply reply{200,
                   describe(*task, word_or_fault(*task, word_of(*task), "queued", call.faults))};
    reply.task_id = task->id;
    const json::Value* const content = reply.body.find("content");
    if (content != nullptr) reply.media_url = *content->find("video_url")->as_string();
    return reply;
  }

  // Items have no prompt; newest first.
  ApiReply list(const ApiCall& call) const {
    std::int64_t page = 1;
    std::int64_t size = 10;
    std::vector<std::pair<std::string, std::string>> wanted;
    for (const auto& [name, value] : call.query) {
      if (name == "page_num" || name == "page_size") {
        gint64 number = 0;
        if (g_ascii_string_to_signed(value.c_str(), 10, 1, 500, &number, nullptr) == 0)
          return error(400, name + " must be a number from 1 to 500");
        (name == "page_num" ? page : size) = number;
      } else if (std::find(filters.begin(), filters.end(), name) != filters.end()) {
        wanted.emplace_back(name, value);
      } else {
        return error(400, "Unknown parameter: " + show_safely(name, {}, 80));
      }
    }
    json::Array items;
    std::int64_t total = 0;
    for (const Task* task : core_.tasks.newest_first(id())) {
      if (is_hidden(*task, call.faults) || !fits(*task, wanted)) continue;
      if (total >= (page - 1) * size && total < page * size)
        items.push_back(describe(*task, word_of(*task)));
      ++total;
    }
    return ApiReply{
        200, object({{"items", json::Value(std::move(items))}, {"total", json::Value(total)}})};
  }

  // Ids may be given several times: any of them.
  static bool fits(const Task& task,
                   const std::vector<std::pair<std::string, std::string>>& wanted) {
    bool has_id = true;
    for (const auto& [name, value] : wanted) {
      if (name == "filter.status" && value != word_of(task)) return false;
      if (name == "filter.model" && value != task.model) return false;
      if (name == "filter.task_ids") {
        if (value == task.id) return true;
        has_id = false;
      }
    }
    return has_id;
  }

  // "queued -> cancelled; finished -> record deleted"
  ApiReply remove(const ApiCall& call) {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "The task does not exist");
    if (task->state == TaskState::processing) return error(409, "The task is running");
    if (!core_.tasks.cancel(*task)) core_.tasks.remove(*task);
    return ApiReply{200, json::Value(json::Object())};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_ark_api(Core& core) { return std::make_unique<ArkApi>(core); }

}  // namespace prompt::rehearsal
