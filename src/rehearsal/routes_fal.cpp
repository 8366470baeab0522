// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// fal's queue, from its page on the inference API: the model is the path, a task's own addresses
// are below owner/app only, and whether a task that is COMPLETED has failed is told by its result.
// What a model takes differs from model to model; here it is what most take.
#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "rehearsal/provider_api.h"
#include "rehearsal/request_check.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_prompt = 10000;
constexpr int max_whole = 1'000'000'000;
constexpr int most_seconds = 20;
constexpr int most_images = 4;

// "5" or "5s"
int read_seconds(RequestCheck& check) {
  std::string text = check.text("duration", "5");
  if (text.ends_with('s')) text.pop_back();
  guint64 seconds = 0;
  if (g_ascii_string_to_unsigned(text.c_str(), 10, 1, most_seconds, &seconds, nullptr) == 0)
    check.complain("duration must be a string like \"5\" or \"5s\"");
  return static_cast<int>(std::max<guint64>(seconds, 1));
}

class FalApi final : public ProviderApi {
 public:
  explicit FalApi(Core& core) : core_(core) {}

  const char* id() const override { return "fal"; }
  const char* base_path() const override { return "/fal"; }

  std::vector<Route> routes() override {
    const auto submit = std::bind_front(&FalApi::create, this);
    return {
        {"POST", "/{owner}/{app}", Operation::submit, submit},
        {"POST", "/{owner}/{app}/{sub}", Operation::submit, submit},
        {"POST", "/{owner}/{app}/{sub}/{variant}", Operation::submit, submit},
        {"GET", "/{owner}/{app}/requests/{request_id}/status", Operation::status,
         std::bind_front(&FalApi::query, this)},
        {"GET", "/{owner}/{app}/requests/{request_id}", Operation::status,
         std::bind_front(&FalApi::result, this)},
        {"PUT", "/{owner}/{app}/requests/{request_id}/cancel", Operation::other,
         std::bind_front(&FalApi::cancel, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    return ApiReply{
        status, object({{"detail", json::Value(message.empty() ? reason_of(status) : message)}})};
  }

  std::optional<std::string> key_of(const HttpRequest& request) const override {
    const std::optional<std::string> value = request.header("Authorization");
    constexpr std::string_view scheme = "Key ";
    if (!value || !value->starts_with(scheme)) return std::nullopt;
    return value->substr(scheme.size());
  }

  std::optional<json::Value> callback_body(const Task& task) const override {
    const bool completed = task.state == TaskState::completed;
    return object({{"request_id", json::Value(task.id)},
                   {"gateway_request_id", json::Value(task.id)},
                   {"status", json::Value(completed ? "OK" : "ERROR")},
                   {"payload", completed ? output(task) : json::Value()},
                   {"error", completed ? json::Value() : json::Value(task.error)}});
  }

 private:
  static json::Value invalid(const std::string& message, const char* where, const char* type) {
    json::Array place{json::Value("body"), json::Value(where)};
    return object(
        {{"detail", json::Value(json::Array{object({{"loc", json::Value(std::move(place))},
                                                    {"msg", json::Value(message)},
                                                    {"type", json::Value(type)}})})}});
  }

  ApiReply create(const Exchange& exchange) {
    Task task;
    task.model = join(exchange.arguments, "/");
    const Result<json::Object> body = read_json_body(exchange.request);
    if (!body) return error(400, body.error().message);
    RequestCheck check(*body);
    const MediaKind kind = kind_by_name(task.model);
    check.required({"prompt"});
    int count = 1;
    int seconds = 5;
    if (kind == MediaKind::video) {
      check.only({"prompt", "duration", "aspect_ratio", "resolution", "image_url", "seed"});
      seconds = read_seconds(check);
    } else if (kind == MediaKind::image) {
      check.only({"prompt", "aspect_ratio", "resolution", "image_url", "seed", "num_images"});
      count = check.integer("num_images", 1, most_images, 1);
    } else {
      check.only({"prompt", "seed"});
    }
    task.prompt = check.prompt("prompt", max_prompt);
    for (const char* name : {"aspect_ratio", "resolution"}) static_cast<void>(check.text(name));
    static_cast<void>(check.integer("seed", 0, max_whole, 0));
    static_cast<void>(check.web_url("image_url"));
    for (const auto& [name, value] : exchange.query) {
      if (name != "fal_webhook" || !is_web_url(value)) check.complain("Unknown query: " + name);
      task.callback_url = value;
    }
    if (check.complaint())
      return ApiReply{422, invalid(*check.complaint(), "prompt", "value_error")};

    task.id = random_word(8, true) + "-" + random_word(12, true);
    task.provider = id();
    task.operation = to_string(kind);
    // The sub-path is dropped.
    const std::string app = "/" + exchange.arguments[0] + "/" + exchange.arguments[1];
    const std::string home =
        origin_of(exchange.request, core_.options) + base_path() + app + "/requests/" + task.id;
    task.details.set("home", json::Value(home));
    for (int i = 0; i < count; ++i) {
      task.results.push_back(usual_spec(kind, task, i, core_.options));
      if (kind == MediaKind::video) task.results.back().seconds = seconds;
    }
    draw_fate(task, core_.faults);
    const Task& added = core_.tasks.add(std::move(task));
    ApiReply reply{200, addresses(added, "IN_QUEUE")};
    reply.task_id = added.id;
    reply.created = true;
    return reply;
  }

  static json::Value addresses(const Task& task, const std::string& status) {
    const std::string home = *task.details.find("home")->as_string();
    json::Object out;
    out.set("status", json::Value(status));
    out.set("request_id", json::Value(task.id));
    out.set("response_url", json::Value(home));
    out.set("status_url", json::Value(home + "/status"));
    out.set("cancel_url", json::Value(home + "/cancel"));
    if (status == "IN_QUEUE") out.set("queue_position", json::Value(0));
    return json::Value(std::move(out));
  }

  const Task* find(const Exchange& exchange) const {
    return core_.tasks.find(id(), exchange.arguments[2]);
  }

  ApiReply query(const Exchange& exchange) const {
    const Task* task = find(exchange);
    if (task == nullptr) return error(404, "Request not found");
    std::string word = "COMPLETED";
    if (task->state == TaskState::pending) word = "IN_QUEUE";
    if (task->state == TaskState::processing) word = "IN_PROGRESS";
    const int status = word == "COMPLETED" ? 200 : 202;
    ApiReply reply{status, addresses(*task, word_or_fault(word, "IN_QUEUE", exchange.faults))};
    reply.task_id = task->id;
    return reply;
  }

  json::Value output(const Task& task) const {
    json::Array files;
    for (std::size_t i = 0; i < task.results.size(); ++i)
      files.push_back(
          object({{"url", json::Value(core_.media.url_of(task, i))},
                  {"content_type", json::Value(content_type_of(task.results[i].kind))}}));
    json::Object out;
    if (task.operation == "image")
      out.set("images", json::Value(std::move(files)));
    else
      out.set(task.operation == "video" ? "video" : "audio", files.front());
    return json::Value(std::move(out));
  }

  ApiReply result(const Exchange& exchange) const {
    const Task* task = find(exchange);
    if (task == nullptr) return error(404, "Request not found");
    if (task->state == TaskState::failed)
      return ApiReply{422, invalid(task->error, "prompt", "content_policy_violation")};
    if (task->state != TaskState::completed) return error(400, "Request is still in progress");
    ApiReply reply{200, output(*task)};
    const json::Value* const video = reply.body.find("video");
    if (video != nullptr) reply.media_url = *video->find("url")->as_string();
    return reply;
  }

  ApiReply cancel(const Exchange& exchange) {
    const Task* task = find(exchange);
    if (task == nullptr) return error(404, "Request not found");
    if (!core_.tasks.cancel(*task))
      return ApiReply{400, object({{"status", json::Value("ALREADY_COMPLETED")}})};
    return ApiReply{202, object({{"status", json::Value("CANCELLATION_REQUESTED")}})};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_fal_api(Core& core) { return std::make_unique<FalApi>(core); }

}  // namespace prompt::rehearsal
