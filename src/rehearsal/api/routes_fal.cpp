// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// fal's queue, from its pages on the inference API and its client's types: the model is the path, a
// task's own addresses are below owner/app only, and whether a task that is COMPLETED has failed is
// told by its result. What a model takes differs from model to model; here it is what most take.
#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "json/write.h"
#include "rehearsal/api/body_reader.h"
#include "rehearsal/api/provider_api.h"
#include "rehearsal/tasks/model_kind.h"

namespace prompt::rehearsal {
namespace {

using std::literals::string_view_literals::operator""sv;

constexpr std::size_t max_prompt = 10000;
constexpr int max_whole = 1'000'000'000;
constexpr int most_seconds = 20;
constexpr int most_images = 4;
constexpr int most_parts = 7;  // of a model's path, its namespace counted

// Their endpoints have a third part in front of owner and app.
constexpr std::array namespaces = {"workflows"sv, "comfy"sv};

struct NamedSize {
  std::string_view name;
  FrameSize size;
};

constexpr std::array image_sizes = {
    NamedSize{"square_hd", {1024, 1024}},    NamedSize{"square", {512, 512}},
    NamedSize{"portrait_4_3", {768, 1024}},  NamedSize{"portrait_16_9", {576, 1024}},
    NamedSize{"landscape_4_3", {1024, 768}}, NamedSize{"landscape_16_9", {1024, 576}},
};

// "5" or "5s"
int read_seconds(BodyReader& check) {
  std::string text = check.text("duration", "5");
  if (text.ends_with('s')) text.pop_back();
  guint64 seconds = 0;
  if (g_ascii_string_to_unsigned(text.c_str(), 10, 1, most_seconds, &seconds, nullptr) == 0)
    check.complain("duration must be a string like \"5\" or \"5s\"");
  return static_cast<int>(std::max<guint64>(seconds, 1));
}

// A name, or an object of width and height.
std::optional<FrameSize> read_image_size(BodyReader& check, const json::Object& body) {
  const json::Value* const value = body.find("image_size");
  if (value == nullptr) return std::nullopt;
  if (const std::string* name = value->as_string()) {
    for (const NamedSize& known : image_sizes)
      if (known.name == *name) return known.size;
    check.complain(
        "image_size must be square_hd, square, portrait_4_3, portrait_16_9, "
        "landscape_4_3, landscape_16_9 or an object");
    return std::nullopt;
  }
  BodyReader size(check.object("image_size"));
  size.required({"width", "height"});
  size.only({"width", "height"});
  const FrameSize wanted{size.integer("width", 16, 4096, 1024) / 2 * 2,
                         size.integer("height", 16, 4096, 1024) / 2 * 2};
  if (size.complaint()) check.complain("image_size: " + *size.complaint());
  return wanted;
}

const char* word_of(const Task& task) {
  if (task.state == TaskState::pending) return "IN_QUEUE";
  return task.state == TaskState::processing ? "IN_PROGRESS" : "COMPLETED";
}

json::Value log_line(const char* words, std::int64_t us) {
  return object({{"message", json::Value(words)},
                 {"level", json::Value("INFO")},
                 {"source", json::Value("USER")},
                 {"timestamp", json::Value(iso_time(us))}});
}

std::string event(const json::Value& data) { return "data: " + json::write(data) + "\n\n"; }

class FalApi final : public ProviderApi {
 public:
  explicit FalApi(Core& core) : core_(core) {}

  const char* id() const override { return "fal"; }
  const char* base_path() const override { return "/fal"; }

  std::vector<Route> routes() override {
    std::vector<Route> routes;
    const auto add = [&routes](const char* method, const std::string& pattern, Operation operation,
                               auto handler) {
      routes.push_back({method, pattern, operation, std::move(handler)});
      // The same below a namespace: owner and app are the second and the third part then.
      routes.push_back({method, "/{namespace}" + pattern, operation, routes.back().handler});
    };
    const std::string request = "/{owner}/{app}/requests/{request_id}";
    add("GET", request + "/status", Operation::status, std::bind_front(&FalApi::query, this));
    add("GET", request + "/status/stream", Operation::status,
        std::bind_front(&FalApi::stream, this));
    add("GET", request, Operation::status, std::bind_front(&FalApi::result, this));
    add("PUT", request + "/cancel", Operation::other, std::bind_front(&FalApi::cancel, this));
    std::string model = "/{owner}/{app}";
    for (int parts = 2; parts <= most_parts; ++parts) {
      routes.push_back({"POST", model, Operation::submit, std::bind_front(&FalApi::create, this)});
      model += "/{part}";
    }
    return routes;
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
                   {"payload", completed ? output(task, nullptr) : json::Value()},
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

  static void check_members(BodyReader& check, MediaKind kind) {
    if (kind == MediaKind::video)
      check.only({"prompt", "negative_prompt", "duration", "aspect_ratio", "resolution",
                  "image_url", "image_urls", "tail_image_url", "end_image_url", "generate_audio",
                  "seed"});
    else if (kind == MediaKind::image)
      check.only({"prompt", "negative_prompt", "aspect_ratio", "resolution", "image_size",
                  "image_url", "image_urls", "seed", "num_images", "output_format",
                  "num_inference_steps", "guidance_scale", "enable_safety_checker"});
    else
      check.only({"prompt", "negative_prompt", "lyrics", "lyrics_prompt", "seed"});
    for (const char* name : {"negative_prompt", "aspect_ratio", "resolution", "output_format",
                             "lyrics", "lyrics_prompt"})
      static_cast<void>(check.text(name));
    for (const char* name : {"generate_audio", "enable_safety_checker"})
      static_cast<void>(check.flag(name, false));
    static_cast<void>(check.integer("seed", 0, max_whole, 0));
    static_cast<void>(check.integer("num_inference_steps", 1, 100, 28));
    static_cast<void>(check.number("guidance_scale", 1));
    // Both of the services' clients send a data URI for a picture that is no address.
    for (const char* name : {"image_url", "tail_image_url", "end_image_url"}) check.picture(name);
    for (const json::Value& item : check.array("image_urls"))
      if (item.as_string() == nullptr || !is_picture_url(*item.as_string()))
        check.complain("image_urls must hold http or https URLs or data URIs");
  }

  ApiReply create(const ApiCall& call) {
    Task task;
    task.model = join(call.arguments, "/");
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    const MediaKind kind = kind_of(task.model, *body);
    check.required({"prompt"});
    check_members(check, kind);
    const int count = check.integer("num_images", 1, most_images, 1);
    const int seconds = kind == MediaKind::video ? read_seconds(check) : 5;
    std::optional<FrameSize> size = read_image_size(check, *body);
    const std::string ratio = check.text("aspect_ratio");
    if (!size && kind == MediaKind::image) size = megapixel_size(ratio);
    if (!size && kind == MediaKind::video && !ratio.empty())
      size = seedance_size(ratio, check.text("resolution", "480p"));
    task.prompt = check.prompt("prompt", max_prompt);
    for (const auto& [name, value] : call.query) {
      if (name != "fal_webhook" || !is_web_url(value)) check.complain("Unknown query: " + name);
      task.callback_url = value;
    }
    if (check.complaint())
      return ApiReply{422, invalid(*check.complaint(), "prompt", "value_error")};

    task.id = make_uuid();
    task.provider = id();
    task.operation = to_string(kind);
    if (const json::Value* seed = body->find("seed")) task.details.set("seed", *seed);
    // The sub-path is dropped.
    const std::vector<std::string>& parts = call.arguments;
    const bool is_below_namespace =
        parts.size() > 2 &&
        std::find(namespaces.begin(), namespaces.end(), parts[0]) != namespaces.end();
    std::string app = "/" + parts[0] + "/" + parts[1];
    if (is_below_namespace) app += "/" + parts[2];
    task.details.set("home", json::Value(origin_of(call.request, core_.options) + base_path() +
                                         app + "/requests/" + task.id));
    for (int i = 0; i < count; ++i) {
      RenderSpec spec = usual_spec(kind, task, i, core_.options);
      if (kind == MediaKind::video) spec.seconds = seconds;
      if (kind == MediaKind::video) spec.with_audio = check.flag("generate_audio", false);
      if (size) spec.width = size->width;
      if (size) spec.height = size->height;
      task.results.push_back(std::move(spec));
    }
    return create_task(core_, std::move(task), [&](const Task& added) {
      ApiReply reply{200, describe(added, "IN_QUEUE", false)};
      reply.headers.emplace_back("x-fal-request-id", added.id);
      return reply;
    });
  }

  static json::Array logs_of(const Task& task) {
    json::Array logs{log_line("Painting the prompt", task.created_us)};
    if (task.finished_us > 0) logs.push_back(log_line("Done", task.finished_us));
    return logs;
  }

  // Every status repeats the addresses.
  static json::Value describe(const Task& task, const std::string& word, bool with_logs) {
    const std::string home = *task.details.find("home")->as_string();
    json::Object out;
    out.set("status", json::Value(word));
    out.set("request_id", json::Value(task.id));
    out.set("response_url", json::Value(home));
    out.set("status_url", json::Value(home + "/status"));
    out.set("cancel_url", json::Value(home + "/cancel"));
    if (task.state == TaskState::pending) {
      out.set("queue_position", json::Value(0));
      return json::Value(std::move(out));
    }
    out.set("logs", json::Value(with_logs ? logs_of(task) : json::Array()));
    const double seconds = static_cast<double>(task.finished_us - task.created_us) / 1e6;
    if (task.finished_us > 0)
      out.set("metrics", object({{"inference_time", json::Value(std::max(0.0, seconds))}}));
    return json::Value(std::move(out));
  }

  const Task* find(const ApiCall& call) const {
    return core_.tasks.find(id(), call.arguments.back());
  }

  static Result<bool> wants_logs(const ApiCall& call) {
    bool logs = false;
    for (const auto& [name, value] : call.query) {
      if (name != "logs" || (value != "0" && value != "1"))
        return fail(ErrorKind::rejected, "Unknown query: " + show_safely(name, {}, 80));
      logs = value == "1";
    }
    return logs;
  }

  ApiReply query(const ApiCall& call) const {
    const Task* task = find(call);
    if (task == nullptr) return error(404, "Request not found");
    const Result<bool> logs = wants_logs(call);
    if (!logs) return error(422, logs.error().message);
    const std::string word = word_or_fault(*task, word_of(*task), "IN_QUEUE", call.faults);
    const bool is_over = task->finished_us > 0;
    ApiReply reply{is_over ? 200 : 202, describe(*task, word, *logs)};
    reply.task_id = task->id;
    return reply;
  }

  // Server-sent events: each status once, with the lines that are new, and the last one ends it.
  ApiReply stream(const ApiCall& call) const {
    const Task* const task = find(call);
    if (task == nullptr) return error(404, "Request not found");
    const Result<bool> logs = wants_logs(call);
    if (!logs) return error(422, logs.error().message);
    ApiReply reply;
    reply.events = [task, with_logs = *logs, told = std::string(),
                    lines = std::ptrdiff_t{0}](std::string& bytes) mutable {
      const std::string word = word_of(*task);
      if (word == told) return word != "COMPLETED";
      json::Value now = describe(*task, word, with_logs);
      json::Value* const news = now.as_object()->find("logs");
      if (json::Array* items = news != nullptr ? news->as_array() : nullptr) {
        const auto all = static_cast<std::ptrdiff_t>(items->size());
        items->erase(items->begin(), items->begin() + std::min(lines, all));
        lines = all;
      }
      bytes = event(now);
      told = word;
      return word != "COMPLETED";
    };
    return reply;
  }

  json::Value file(const Task& task, std::size_t index) const {
    const RenderSpec& spec = task.results[index];
    json::Object out;
    out.set("url", json::Value(core_.media.url_of(task, index)));
    if (spec.kind == MediaKind::image) {
      out.set("width", json::Value(spec.width));
      out.set("height", json::Value(spec.height));
    }
    out.set("content_type", json::Value(content_type_of(spec.kind)));
    return json::Value(std::move(out));
  }

  // `shape` is how else models say it: a member that holds an object, a text or a list.
  json::Value output(const Task& task, const std::string* shape) const {
    const bool is_mixed = !mixture_of(task).empty();
    json::Array files;
    for (std::size_t i = 0; i < task.results.size() - (is_mixed ? 1 : 0); ++i)
      files.push_back(file(task, i));
    json::Object out;
    const MediaKind kind = task.results[0].kind;
    std::string member = kind == MediaKind::image ? "images" : to_string(kind);
    if (kind == MediaKind::music) member = "audio";
    if (shape != nullptr && !shape->empty()) member = *shape;
    bool is_text = member.ends_with("_url") || member == "output";
    if (member.ends_with("-text")) {
      member.resize(member.size() - 5);
      is_text = true;
    }
    if (is_text)
      for (json::Value& one : files) one = json::Value(*one.find("url"));
    out.set(member, member.ends_with('s') ? json::Value(files) : files.front());
    if (is_mixed) out.set("last_frame", file(task, task.results.size() - 1));
    if (kind == MediaKind::image) out.set("prompt", json::Value(task.prompt));
    if (const json::Value* seed = task.details.find("seed")) out.set("seed", *seed);
    return json::Value(std::move(out));
  }

  ApiReply result(const ApiCall& call) const {
    const Task* task = find(call);
    if (task == nullptr) return error(404, "Request not found");
    if (task->state == TaskState::failed)
      return ApiReply{422, invalid(task->error, "prompt", "content_policy_violation")};
    if (task->state != TaskState::completed) return error(400, "Request is still in progress");
    ApiReply reply{200, output(*task, call.faults.find("shape"))};
    reply.headers.emplace_back("x-fal-request-id", task->id);
    reply.media_url = first_url_in(reply.body);
    reply.task_id = task->id;
    return reply;
  }

  ApiReply cancel(const ApiCall& call) {
    const Task* task = find(call);
    if (task == nullptr) return ApiReply{404, object({{"status", json::Value("NOT_FOUND")}})};
    if (!core_.tasks.cancel(*task))
      return ApiReply{400, object({{"status", json::Value("ALREADY_COMPLETED")}})};
    return ApiReply{202, object({{"status", json::Value("CANCELLATION_REQUESTED")}})};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_fal_api(Core& core) { return std::make_unique<FalApi>(core); }

}  // namespace prompt::rehearsal
