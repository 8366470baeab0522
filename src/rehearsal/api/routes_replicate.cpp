// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Replicate's predictions, from its HTTP reference and its client's types: a model or a deployment
// in the path, or a version in the body; an output that is a text, a list or an object, as the
// model has it. What stands in `input` differs from model to model; here it is what most take.
#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "rehearsal/api/body_reader.h"
#include "rehearsal/api/provider_api.h"
#include "rehearsal/tasks/model_kind.h"

namespace prompt::rehearsal {
namespace {

constexpr std::size_t max_prompt = 10000;
constexpr int max_whole = 1'000'000'000;
constexpr int most_seconds = 20;
constexpr int most_outputs = 4;
constexpr std::size_t page_size = 100;

using std::literals::string_view_literals::operator""sv;

constexpr std::array event_names = {"start"sv, "output"sv, "logs"sv, "completed"sv};

// What a request is for.
struct Target {
  std::string model;  ///< owner/name
  std::string version = "hidden";
  std::string deployment = {};
  bool has_named_output = false;
};

// "VERSION", "owner/name:VERSION", or "owner/name" for a model of the service's own.
Target target_of(const std::string& version) {
  const std::size_t colon = version.find(':');
  if (colon != std::string::npos)
    return Target{version.substr(0, colon), version.substr(colon + 1)};
  if (version.find('/') != std::string::npos) return Target{version};
  Target target{"rehearsal/unnamed", version};
  target.has_named_output = true;
  return target;
}

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
    return {
        {"POST", "/models/{owner}/{name}/predictions", Operation::submit,
         [this](const ApiCall& e) {
           // A version does not belong here.
           if (e.arguments[1].find(':') != std::string::npos) return error(404, {});
           return create(e, Target{e.arguments[0] + "/" + e.arguments[1]});
         }},
        {"POST", "/deployments/{owner}/{name}/predictions", Operation::submit,
         [this](const ApiCall& e) {
           const std::string name = e.arguments[0] + "/" + e.arguments[1];
           return create(e, Target{name, random_word(64, true), name});
         }},
        {"POST", "/predictions", Operation::submit,
         [this](const ApiCall& e) {
           return create(e, std::nullopt);
         }},
        {"GET", "/predictions", Operation::list, std::bind_front(&ReplicateApi::list, this)},
        {"GET", "/predictions/{prediction_id}", Operation::status,
         std::bind_front(&ReplicateApi::query, this)},
        {"POST", "/predictions/{prediction_id}/cancel", Operation::other,
         std::bind_front(&ReplicateApi::cancel, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    const char* title = reason_of(status);
    if (status == 401) title = "Unauthenticated";
    if (status == 402) title = "Insufficient credit";
    if (status == 422) title = "Input validation failed";
    if (status == 404 && message.empty()) message = "The requested resource could not be found.";
    if (status == 429 && message.empty()) message = "Request was throttled.";
    return ApiReply{status, object({{"title", json::Value(title)},
                                    {"detail", json::Value(message.empty() ? title : message)},
                                    {"status", json::Value(status)}})};
  }

  // "Body = prediction"
  std::optional<json::Value> callback_body(const Task& task) const override {
    return describe(task, word_of(task));
  }

 private:
  static void check_input(BodyReader& check, Task& task, MediaKind kind, int& seconds, int& count) {
    BodyReader input(check.object("input"));
    input.required({"prompt"});
    input.only({"prompt",
                "negative_prompt",
                "image",
                "start_image",
                "end_image",
                "last_frame_image",
                "first_frame_image",
                "seed",
                "duration",
                "aspect_ratio",
                "resolution",
                "size",
                "fps",
                "width",
                "height",
                "num_outputs",
                "output_format",
                "generate_audio",
                "lyrics",
                "guidance_scale",
                "num_inference_steps"});
    task.prompt = input.prompt("prompt", max_prompt);
    static_cast<void>(input.integer("seed", 0, max_whole, 0));
    for (const char* name :
         {"negative_prompt", "aspect_ratio", "resolution", "size", "output_format", "lyrics"})
      static_cast<void>(input.text(name));
    for (const char* name : {"fps", "width", "height", "num_inference_steps"})
      static_cast<void>(input.integer(name, 1, max_whole, 1));
    static_cast<void>(input.number("guidance_scale", 1));
    static_cast<void>(input.flag("generate_audio", false));
    seconds = input.integer("duration", 1, most_seconds, 5);
    count = input.integer("num_outputs", 1, most_outputs, 1);
    for (const char* name :
         {"image", "start_image", "end_image", "first_frame_image", "last_frame_image"})
      input.picture(name);
    if (kind != MediaKind::image && count != 1) input.complain("num_outputs must be 1");
    if (input.complaint()) check.complain("input: " + *input.complaint());
    task.details.set("input", json::Value(check.object("input")));
  }

  // Without a target the body names it, as a version.
  ApiReply create(const ApiCall& call, std::optional<Target> target) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(422, body.error().message);
    BodyReader check(*body);
    if (!target) {
      check.required({"input", "version"});
      check.only({"input", "version", "webhook", "webhook_events_filter"});
      target = target_of(check.text("version"));
    } else {
      check.required({"input"});
      check.only({"input", "webhook", "webhook_events_filter"});
    }
    Task task;
    task.model = target->model;
    task.callback_url = check.web_url("webhook");
    for (const json::Value& item : check.array("webhook_events_filter"))
      if (item.as_string() == nullptr ||
          std::find(event_names.begin(), event_names.end(), *item.as_string()) == event_names.end())
        check.complain("webhook_events_filter must hold start, output, logs, completed");
    const MediaKind kind = kind_of(task.model, check.object("input"));
    int seconds = 5;
    int count = 1;
    check_input(check, task, kind, seconds, count);
    if (check.complaint()) return error(422, *check.complaint());

    task.id = random_word(26, false);
    task.provider = id();
    task.operation = to_string(kind);
    task.details.set("version", json::Value(target->version));
    task.details.set("deployment", json::Value(target->deployment));
    task.details.set("has_named_output", json::Value(target->has_named_output));
    task.details.set("home", json::Value(origin_of(call.request, core_.options) + base_path() +
                                         "/predictions/" + task.id));
    for (int i = 0; i < count; ++i) {
      task.results.push_back(usual_spec(kind, task, i, core_.options));
      if (kind == MediaKind::video) task.results.back().seconds = seconds;
    }
    return create_task(core_, std::move(task), [&](const Task& added) {
      return ApiReply{201, describe(added, "starting")};
    });
  }

  // Images come as a list, a video as a text; some models' outputs have names.
  json::Value output(const Task& task) const {
    if (task.state != TaskState::completed) return json::Value();
    json::Array urls;
    for (std::size_t i = 0; i < task.results.size(); ++i)
      urls.emplace_back(core_.media.url_of(task, i));
    const std::string mixture = mixture_of(task);
    if (mixture == "list") {  // the picture first, which is not what was asked for
      std::rotate(urls.begin(), urls.end() - 1, urls.end());
      return json::Value(std::move(urls));
    }
    if (!mixture.empty())
      return object({{to_string(task.results[0].kind), urls.front()}, {"last_frame", urls.back()}});
    if (*task.details.find("has_named_output")->as_bool()) return object({{"file", urls.front()}});
    return task.operation == "image" ? json::Value(std::move(urls)) : urls.front();
  }

  json::Value describe(const Task& task, const std::string& word) const {
    const std::string home = *task.details.find("home")->as_string();
    const bool failed = task.state == TaskState::failed && !is_cancelled(task);
    const bool is_over = task.finished_us > 0;
    const auto time_if = [](bool there, std::int64_t us) {
      return there ? json::Value(iso_time(us)) : json::Value();
    };
    json::Object metrics;
    if (is_over) {
      const double seconds = static_cast<double>(task.finished_us - task.created_us) / 1e6;
      metrics.set("predict_time", json::Value(std::max(0.0, seconds)));
      metrics.set("total_time", json::Value(std::max(0.0, seconds)));
    }
    json::Object out;
    out.set("id", json::Value(task.id));
    out.set("model", json::Value(task.model));
    out.set("version", *task.details.find("version"));
    const std::string& deployment = *task.details.find("deployment")->as_string();
    if (!deployment.empty()) out.set("deployment", json::Value(deployment));
    out.set("input", *task.details.find("input"));
    out.set("logs", json::Value(""));
    out.set("output", output(task));
    out.set("data_removed", json::Value(false));
    out.set("error", failed ? json::Value(task.error) : json::Value());
    out.set("status", json::Value(word));
    out.set("source", json::Value("api"));
    out.set("created_at", json::Value(iso_time(task.created_us)));
    out.set("started_at", time_if(task.state != TaskState::pending, task.created_us));
    out.set("completed_at", time_if(is_over, task.finished_us));
    out.set("metrics", json::Value(std::move(metrics)));
    out.set("urls", object({{"get", json::Value(home)},
                            {"cancel", json::Value(home + "/cancel")},
                            {"web", json::Value("https://replicate.com/p/" + task.id)}}));
    return json::Value(std::move(out));
  }

  // Newest first, 100 a page; `cursor` is how the page before this one ended.
  ApiReply list(const ApiCall& call) const {
    std::string cursor;
    for (const auto& [name, value] : call.query) {
      if (name != "cursor") return error(400, "Unknown parameter: " + show_safely(name, {}, 80));
      cursor = value;
    }
    json::Array results;
    json::Value next;
    bool is_past = cursor.empty();
    for (const Task* task : core_.tasks.newest_first(id())) {
      if (is_past && results.size() == page_size) {
        const std::string last = *results.back().find("id")->as_string();
        next = json::Value(origin_of(call.request, core_.options) + base_path() +
                           "/predictions?cursor=" + last);
        break;
      }
      if (is_past && !is_hidden(*task, call.faults)) {
        json::Value one = describe(*task, word_of(*task));
        if (call.faults.has("shortens-prompts")) shorten(one);
        results.push_back(std::move(one));
      }
      if (task->id == cursor) is_past = true;
    }
    if (!is_past) return error(400, "Invalid cursor");
    return ApiReply{200, object({{"next", next},
                                 {"previous", json::Value()},
                                 {"results", json::Value(std::move(results))}})};
  }

  static void shorten(json::Value& prediction) {
    json::Object* const input = prediction.as_object()->find("input")->as_object();
    if (const json::Value* text = input->find("prompt"))
      input->set("prompt", json::Value(shortened(*text->as_string())));
  }

  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, {});
    const std::string word = word_or_fault(*task, word_of(*task), "starting", call.faults);
    ApiReply reply{200, describe(*task, word)};
    reply.task_id = task->id;
    reply.media_url = first_url_in(*reply.body.find("output"));
    return reply;
  }

  ApiReply cancel(const ApiCall& call) {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, {});
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
