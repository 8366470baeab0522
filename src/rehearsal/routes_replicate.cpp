// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Replicate's predictions, from its HTTP reference: a model or a deployment in the path, or a
// version in the body; an output that is a text, a list or an object, as the model has it. What
// stands in `input` differs from model to model; here it is what most take.
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
constexpr int most_outputs = 4;

const char* word_of(const Task& task) {
  if (is_cancelled(task)) return "canceled";
  switch (task.state) {
    case TaskState::pending:
      return "starting";
    case TaskState::processing:
      return "processing";
    case TaskState::completed:
      return "succeeded";
    case TaskState::failed:
      return "failed";
  }
  return "failed";
}

class ReplicateApi final : public ProviderApi {
 public:
  explicit ReplicateApi(Core& core) : core_(core) {}

  const char* id() const override { return "replicate"; }
  const char* base_path() const override { return "/replicate/v1"; }

  std::vector<Route> routes() override {
    const auto by_path = [this](const Exchange& e) {
      return create(e, e.arguments[0] + "/" + e.arguments[1]);
    };
    return {
        {"POST", "/models/{owner}/{name}/predictions", Operation::submit, by_path},
        {"POST", "/deployments/{owner}/{name}/predictions", Operation::submit, by_path},
        {"POST", "/predictions", Operation::submit,
         [this](const Exchange& e) {
           return create(e, {});
         }},
        {"GET", "/predictions/{prediction_id}", Operation::status,
         std::bind_front(&ReplicateApi::query, this)},
        {"POST", "/predictions/{prediction_id}/cancel", Operation::other,
         std::bind_front(&ReplicateApi::cancel, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    if (status == 429 && message.empty()) message = "Request was throttled.";
    return ApiReply{
        status, object({{"detail", json::Value(message.empty() ? reason_of(status) : message)}})};
  }

  // "Body = prediction"
  std::optional<json::Value> callback_body(const Task& task) const override {
    return describe(task, word_of(task));
  }

 private:
  static void check_input(RequestCheck& check, Task& task, MediaKind kind, int& seconds,
                          int& count) {
    RequestCheck input(check.object("input"));
    input.required({"prompt"});
    input.only({"prompt", "image", "seed", "duration", "aspect_ratio", "num_outputs"});
    task.prompt = input.prompt("prompt", max_prompt);
    static_cast<void>(input.integer("seed", 0, max_whole, 0));
    static_cast<void>(input.text("aspect_ratio"));
    seconds = input.integer("duration", 1, most_seconds, 5);
    count = input.integer("num_outputs", 1, most_outputs, 1);
    const std::string image = input.text("image");
    if (input.has("image") && !is_web_url(image) && !image.starts_with("data:image/"))
      input.complain("image must be a URL or a data URI");
    if (kind != MediaKind::image && count != 1) input.complain("num_outputs must be 1");
    if (input.complaint()) check.complain("input: " + *input.complaint());
    task.details.set("input", json::Value(check.object("input")));
  }

  // The model is empty where the body names a version.
  ApiReply create(const Exchange& exchange, const std::string& model) {
    const Result<json::Object> body = read_json_body(exchange.request);
    if (!body) return error(422, body.error().message);
    RequestCheck check(*body);
    if (model.empty())
      check.required({"input", "version"});
    else
      check.required({"input"});
    if (model.empty())
      check.only({"input", "version", "webhook", "webhook_events_filter"});
    else
      check.only({"input", "webhook", "webhook_events_filter"});
    Task task;
    task.model = model.empty() ? check.text("version") : model;
    task.callback_url = check.web_url("webhook");
    static_cast<void>(check.array("webhook_events_filter"));
    const MediaKind kind = kind_by_name(task.model);
    int seconds = 5;
    int count = 1;
    check_input(check, task, kind, seconds, count);
    if (check.complaint()) return error(422, *check.complaint());

    task.id = random_word(26, false);
    task.provider = id();
    task.operation = to_string(kind);
    task.details.set("home", json::Value(origin_of(exchange.request, core_.options) + base_path() +
                                         "/predictions/" + task.id));
    for (int i = 0; i < count; ++i) {
      task.results.push_back(usual_spec(kind, task, i, core_.options));
      if (kind == MediaKind::video) task.results.back().seconds = seconds;
    }
    draw_fate(task, core_.faults);
    const Task& added = core_.tasks.add(std::move(task));
    ApiReply reply{201, describe(added, "starting")};
    reply.task_id = added.id;
    reply.created = true;
    return reply;
  }

  // Images come as a list, a video as a text; a version's output has names.
  json::Value output(const Task& task) const {
    if (task.state != TaskState::completed) return json::Value();
    json::Array urls;
    for (std::size_t i = 0; i < task.results.size(); ++i)
      urls.emplace_back(core_.media.url_of(task, i));
    if (task.model.find('/') == std::string::npos) return object({{"file", urls.front()}});
    return task.operation == "image" ? json::Value(std::move(urls)) : urls.front();
  }

  json::Value describe(const Task& task, const std::string& word) const {
    const std::string home = *task.details.find("home")->as_string();
    const bool failed = task.state == TaskState::failed && !is_cancelled(task);
    const double seconds =
        static_cast<double>(std::max<std::int64_t>(0, task.finished_us - task.created_us)) / 1e6;
    return object({{"id", json::Value(task.id)},
                   {"model", json::Value(task.model)},
                   {"input", *task.details.find("input")},
                   {"output", output(task)},
                   {"error", failed ? json::Value(task.error) : json::Value()},
                   {"status", json::Value(word)},
                   {"logs", json::Value("")},
                   {"data_removed", json::Value(false)},
                   {"created_at", json::Value(iso_time(task.created_us))},
                   {"metrics", object({{"predict_time", json::Value(seconds)}})},
                   {"urls", object({{"get", json::Value(home)},
                                    {"cancel", json::Value(home + "/cancel")}})}});
  }

  ApiReply query(const Exchange& exchange) const {
    const Task* task = core_.tasks.find(id(), exchange.arguments[0]);
    if (task == nullptr) return error(404, "The requested resource could not be found.");
    ApiReply reply{200,
                   describe(*task, word_or_fault(word_of(*task), "starting", exchange.faults))};
    reply.task_id = task->id;
    const json::Value* const made = reply.body.find("output");
    if (made->as_string() != nullptr) reply.media_url = *made->as_string();
    return reply;
  }

  ApiReply cancel(const Exchange& exchange) {
    const Task* task = core_.tasks.find(id(), exchange.arguments[0]);
    if (task == nullptr) return error(404, "The requested resource could not be found.");
    static_cast<void>(core_.tasks.cancel(*task));
    return ApiReply{200, describe(*task, word_of(*task))};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_replicate_api(Core& core) {
  return std::make_unique<ReplicateApi>(core);
}

}  // namespace prompt::rehearsal
