// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// OpenRouter's video API, from its guide, its specification and its client's types: the polling
// address is a path, the results lie below the API and want the key, and a second address of each
// wants none.
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

constexpr std::size_t max_prompt = 32000;
constexpr int max_seconds = 60;
constexpr int max_whole = 1'000'000'000;
constexpr double price_usd = 0.25;

constexpr std::array resolutions = {"360p"sv,  "480p"sv, "720p"sv, "768p"sv,
                                    "1080p"sv, "1K"sv,   "2K"sv,   "4K"sv};
constexpr std::array aspect_ratios = {"16:9"sv, "9:16"sv, "1:1"sv,  "4:3"sv, "3:4"sv,
                                      "3:2"sv,  "2:3"sv,  "21:9"sv, "9:21"sv};
constexpr std::array frame_types = {"first_frame"sv, "last_frame"sv};

// What is not rendered so comes in the nearest size that is.
std::string_view rendered_as(std::string_view resolution) {
  if (resolution == "768p" || resolution == "1K") return "720p";
  return resolution == "2K" || resolution == "4K" ? "1080p" : resolution;
}

const char* word_of(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return "pending";
    case TaskState::processing:
      return "in_progress";
    case TaskState::completed:
      return "completed";
    case TaskState::failed:
      return "failed";
  }
  return "failed";
}

void check_frames(BodyReader& check) {
  for (const json::Value& item : check.array("frame_images")) {
    const json::Object* const frame = item.as_object();
    if (frame == nullptr) return check.complain("frame_images must hold objects");
    BodyReader inner(*frame);
    inner.required({"type", "image_url", "frame_type"});
    inner.only({"type", "image_url", "frame_type"});
    if (inner.text("type") != "image_url") inner.complain("type must be image_url");
    static_cast<void>(inner.one_of("frame_type", frame_types, ""));
    BodyReader url(inner.object("image_url"));
    url.required({"url"});
    url.only({"url"});
    url.picture("url");
    for (const BodyReader* part : {&inner, &url})
      if (part->complaint()) return check.complain("frame_images: " + *part->complaint());
  }
}

class OpenrouterApi final : public ProviderApi {
 public:
  explicit OpenrouterApi(Core& core) : core_(core) {}

  const char* id() const override { return "openrouter"; }
  const char* base_path() const override { return "/openrouter/api/v1"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/videos", Operation::submit, std::bind_front(&OpenrouterApi::create, this)},
        {"GET", "/videos/models", Operation::other,
         [](const ApiCall&) {
           return models();
         }},
        {"GET", "/videos/{job_id}", Operation::status,
         std::bind_front(&OpenrouterApi::query, this)},
        {"GET", "/videos/{job_id}/content", Operation::other,
         std::bind_front(&OpenrouterApi::content, this)},
    };
  }

  ApiReply error(int status, std::string message) const override {
    if (status == 402 && message.empty()) message = "Insufficient credits";
    return coded_error(status, json::Value(status), message);
  }

  std::optional<json::Value> callback_body(const Task& task) const override {
    const bool completed = task.state == TaskState::completed;
    return object({{"type", json::Value(completed ? "video.generation.completed"
                                                  : "video.generation.failed")},
                   {"created_at", json::Value(iso_time(task.finished_us))},
                   {"data", object({{"id", json::Value(task.id)},
                                    {"status", json::Value(word_of(task.state))}})}});
  }

  void on_finished(const Task& task) override {
    if (task.state == TaskState::failed) core_.account.refund(task.price);
  }

 private:
  ApiReply create(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model"});
    check.only({"model", "prompt", "duration", "aspect_ratio", "resolution", "size",
                "generate_audio", "seed", "callback_url", "frame_images", "input_references",
                "previous_job_id", "provider", "user", "session_id", "trace", "upscale_factor",
                "creativity"});
    Task task;
    task.model = check.text("model");
    task.prompt = check.has("prompt") ? check.prompt("prompt", max_prompt) : "a picture";
    task.callback_url = check.web_url("callback_url");
    RenderSpec spec = usual_spec(MediaKind::video, task, 0, core_.options);
    spec.seconds = check.integer("duration", 1, max_seconds, 5);
    const std::string ratio = check.text("aspect_ratio", "16:9");
    if (!megapixel_size(ratio)) check.complain("aspect_ratio must be W:H");
    const std::string resolution = check.one_of("resolution", resolutions, "480p");
    FrameSize size = seedance_size(ratio, rendered_as(resolution));
    if (check.has("size")) {
      const std::optional<FrameSize> exact = read_frame_size(check.text("size"));
      if (!exact) check.complain("size must be WIDTHxHEIGHT");
      size = exact.value_or(size);
    }
    spec.width = size.width;
    spec.height = size.height;
    spec.with_audio = check.flag("generate_audio", false);
    static_cast<void>(check.integer("seed", 0, max_whole, 0));
    for (const char* name : {"previous_job_id", "user", "session_id"})
      static_cast<void>(check.text(name));
    static_cast<void>(check.array("input_references"));
    static_cast<void>(check.object("provider"));
    check_frames(check);
    if (check.complaint()) return error(400, *check.complaint());
    if (!core_.account.charge(price_usd)) return error(402, {});
    task.price = price_usd;
    task.id = format("gen-vid-%" G_GINT64_FORMAT "-", g_get_real_time() / G_USEC_PER_SEC) +
              random_word(20, false);
    task.provider = id();
    task.operation = "video";
    task.results.push_back(std::move(spec));
    return create_task(core_, std::move(task), [&](const Task& added) {
      return ApiReply{202, object({{"id", json::Value(added.id)},
                                   {"polling_url", json::Value(path_of(added))},
                                   {"status", json::Value("pending")}})};
    });
  }

  std::string path_of(const Task& task) const { return base_path() + ("/videos/" + task.id); }

  ApiReply query(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "Job not found");
    std::string word = is_cancelled(*task) ? "cancelled" : word_of(task->state);
    word = word_or_fault(*task, word, "pending", call.faults);
    json::Object body;
    body.set("id", json::Value(task->id));
    if (task->finished_us > 0) body.set("generation_id", json::Value(task->id));
    body.set("polling_url", json::Value(path_of(*task)));
    body.set("status", json::Value(word));
    ApiReply reply;
    if (task->state == TaskState::completed) {
      reply.media_url =
          origin_of(call.request, core_.options) + path_of(*task) + "/content?index=0";
      body.set("urls", json::Value(json::Array{json::Value(core_.media.url_of(*task, 0))}));
      body.set("unsigned_urls", json::Value(json::Array{json::Value(reply.media_url)}));
      body.set("usage",
               object({{"cost", json::Value(task->price)}, {"is_byok", json::Value(false)}}));
    }
    if (task->state == TaskState::failed) body.set("error", json::Value(task->error));
    reply.body = json::Value(std::move(body));
    reply.task_id = task->id;
    return reply;
  }

  ApiReply content(const ApiCall& call) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr) return error(404, "Job not found");
    if (task->state != TaskState::completed) return error(409, "The job has not completed");
    std::string index = "0";
    for (const auto& [name, value] : call.query)
      if (name == "index") index = value;
    if (index != "0") return error(404, "No such output");
    ApiReply reply;
    reply.media_of = task;
    return reply;
  }

  // "Lists limits": of a model that can all that is checked above.
  static ApiReply models() {
    const auto words = [](const auto& list) {
      json::Array items;
      for (const std::string_view word : list) items.emplace_back(word);
      return json::Value(std::move(items));
    };
    json::Array durations;
    for (const int seconds : {4, 5, 8, 10}) durations.emplace_back(seconds);
    const json::Value model =
        object({{"id", json::Value("rehearsal/clip")},
                {"canonical_slug", json::Value("rehearsal/clip")},
                {"name", json::Value("Rehearsal: Clip")},
                {"created", json::Value(1767225600)},
                {"supported_resolutions", words(resolutions)},
                {"supported_aspect_ratios", words(aspect_ratios)},
                {"supported_sizes", json::Value()},
                {"supported_durations", json::Value(std::move(durations))},
                {"supported_frame_images", words(frame_types)},
                {"generate_audio", json::Value(true)},
                {"seed", json::Value(true)},
                {"creativity", json::Value()},
                {"upscale_factor", json::Value()},
                {"allowed_passthrough_parameters", json::Value(json::Array())},
                {"pricing_skus", object({{"generate", json::Value(format("%.2f", price_usd))}})}});
    return ApiReply{200, object({{"data", json::Value(json::Array{model})}})};
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_openrouter_api(Core& core) {
  return std::make_unique<OpenrouterApi>(core);
}

}  // namespace prompt::rehearsal
