// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Vibetool's API: images from its quick start, videos from its reference pages on OmniHuman 1.5 and
// on video results. Only the models and fields that those pages show are accepted.
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "rehearsal/api/body_reader.h"
#include "rehearsal/api/provider_api.h"

namespace prompt::rehearsal {
namespace {

constexpr const char* image_model = "nano-banana-pro";
constexpr const char* video_model = "omnihuman-1.5";
constexpr int image_side = 1024;
constexpr int video_seconds = 5;
constexpr std::size_t max_prompt = 10000;

json::Value unix_seconds(std::int64_t us) { return json::Value(us / G_USEC_PER_SEC); }

// "img_20251229_xxxxxx", "vid_YYYYMMDDhhmm_hex".
std::string make_id(bool is_video) {
  const Ref<GDateTime> now = Ref<GDateTime>::adopt(g_date_time_new_now_utc());
  const OwnedString date(
      g_date_time_format(now.get(), is_video ? "vid_%Y%m%d%H%M_" : "img_%Y%m%d_"));
  return date.get() + random_word(8, true);
}

class VibetoolApi final : public ProviderApi {
 public:
  explicit VibetoolApi(Core& core) : core_(core) {}

  const char* id() const override { return "vibetool"; }
  const char* base_path() const override { return "/vibetool/v1"; }

  std::vector<Route> routes() override {
    return {
        {"POST", "/images/generations", Operation::submit,
         std::bind_front(&VibetoolApi::create_image, this)},
        {"GET", "/images/status/{task_id}", Operation::status,
         [this](const ApiCall& e) {
           return query(e, "image");
         }},
        {"POST", "/videos/generations", Operation::submit,
         std::bind_front(&VibetoolApi::create_video, this)},
        {"GET", "/videos/status/{task_id}", Operation::status,
         [this](const ApiCall& e) {
           return query(e, "video");
         }},
    };
  }

  // The pages show no body of an HTTP error; `error` is a text wherever they have one.
  ApiReply error(int status, std::string message) const override {
    if (status == 402 && message.empty()) message = "Insufficient balance";
    if (status == 429 && message.empty()) message = "Rate limit exceeded";
    json::Object body;
    body.set("error", json::Value(message.empty() ? reason_of(status) : message));
    return ApiReply{status, json::Value(std::move(body))};
  }

  // There is a callback_url, but no page shows what is posted to it.
  std::optional<json::Value> callback_body(const Task&) const override { return std::nullopt; }

 private:
  ApiReply create_image(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model", "prompt", "async_mode"});
    check.only({"model", "prompt", "async_mode"});
    Task task;
    task.model = check.text("model");
    if (task.model != image_model)
      check.complain("Unknown model: " + show_safely(task.model, {}, 80));
    task.prompt = check.prompt("prompt", max_prompt);
    if (!check.flag("async_mode", false)) check.complain("async_mode must be true");
    if (check.complaint()) return error(400, *check.complaint());
    task.operation = "image";
    RenderSpec spec;
    spec.kind = MediaKind::image;
    spec.width = image_side;
    spec.height = image_side;
    return begin(std::move(task), std::move(spec));
  }

  ApiReply create_video(const ApiCall& call) {
    const Result<json::Object> body = read_json_body(call.request);
    if (!body) return error(400, body.error().message);
    BodyReader check(*body);
    check.required({"model", "prompt", "image_urls", "audio_url"});
    check.only({"model", "prompt", "image_urls", "audio_url", "callback_url", "pe_fast_mode",
                "subject_check", "auto_mask"});
    Task task;
    task.model = check.text("model");
    if (task.model != video_model)
      check.complain("Unknown model: " + show_safely(task.model, {}, 80));
    task.prompt = check.prompt("prompt", max_prompt);
    if (check.web_urls("image_urls", 1).empty()) check.complain("image_urls must have one item");
    static_cast<void>(check.web_url("audio_url"));
    task.callback_url = check.web_url("callback_url");
    for (const char* name : {"pe_fast_mode", "subject_check", "auto_mask"})
      task.details.set(name, json::Value(check.flag(name, false)));
    if (check.complaint()) return error(400, *check.complaint());
    task.operation = "video";
    RenderSpec spec;
    const FrameSize size = seedance_size("16:9", "720p");
    spec.width = size.width;
    spec.height = size.height;
    spec.seconds = video_seconds;
    spec.with_audio = true;
    spec.moov_first = core_.options.moov_first;
    return begin(std::move(task), std::move(spec));
  }

  ApiReply begin(Task task, RenderSpec spec) {
    task.id = make_id(task.operation == "video");
    task.provider = id();
    spec.prompt = task.prompt;
    spec.caption = task.model;
    task.results.push_back(std::move(spec));
    return create_task(core_, std::move(task), [&](const Task& added) {
      json::Object body;
      body.set("task_id", json::Value(added.id));
      body.set("status", json::Value(to_string(TaskState::pending)));
      body.set("message", json::Value());
      body.set("created_at", unix_seconds(added.created_us));
      return ApiReply{200, json::Value(std::move(body))};
    });
  }

  ApiReply query(const ApiCall& call, std::string_view kind) const {
    const Task* task = core_.tasks.find(id(), call.arguments[0]);
    if (task == nullptr || task->operation != kind) return error(404, "Task not found");
    const bool completed = task->state == TaskState::completed;
    const std::string state = word_or_fault(*task, to_string(task->state), "pending", call.faults);
    const std::string url = completed ? core_.media.url_of(*task, 0) : std::string();
    json::Object body;
    body.set("task_id", json::Value(task->id));
    body.set("status", json::Value(state));
    if (kind == "video")
      add_video(body, *task, url);
    else
      add_image(body, url);
    body.set("error", task->state == TaskState::failed ? json::Value(task->error) : json::Value());
    ApiReply reply{200, json::Value(std::move(body))};
    reply.task_id = task->id;
    reply.media_url = url;
    return reply;
  }

  static void add_image(json::Object& body, const std::string& url) {
    json::Array images;
    if (!url.empty()) {
      json::Object image;
      image.set("url", json::Value(url));
      images.emplace_back(json::Value(std::move(image)));
    }
    body.set("images", json::Value(std::move(images)));
  }

  void add_video(json::Object& body, const Task& task, const std::string& url) const {
    const bool completed = !url.empty();
    body.set("progress", json::Value(static_cast<int>(core_.tasks.progress(task) * 100)));
    body.set("video_url", completed ? json::Value(url) : json::Value());
    body.set("thumbnail_url", json::Value());
    body.set("duration", completed ? json::Value(task.results[0].seconds) : json::Value());
    body.set("created_at", unix_seconds(task.created_us));
    body.set("updated_at", unix_seconds(completed ? task.finished_us : g_get_real_time()));
    body.set("completed_at", completed ? unix_seconds(task.finished_us) : json::Value());
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_vibetool_api(Core& core) {
  return std::make_unique<VibetoolApi>(core);
}

}  // namespace prompt::rehearsal
