// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/api/provider_api.h"

#include <algorithm>
#include <cmath>

namespace prompt::rehearsal {
namespace {

void draw_fate(Task& task, Faults& faults) {
  const FiredFaults fate = faults.fire(Operation::task);
  task.hangs = fate.has("hangs");
  task.fails_by_error_message = fate.has("fails-error-message");
  for (const char* what : {"fails", "fails-error-message"})
    if (const std::string* text = fate.find(what))
      task.planned_failure = text->empty() ? "Content policy violation" : *text;
  if (task.results.empty()) return;
  RenderSpec still = task.results.front();
  still.kind = still.kind == MediaKind::image ? MediaKind::music : MediaKind::image;
  if (fate.has("other-medium")) task.results = {still};
  if (const std::string* shape = fate.find("mixed-results")) {
    task.results.push_back(still);
    task.details.set("mixture", json::Value(shape->empty() ? "object" : *shape));
  }
}

}  // namespace

std::optional<std::string> ProviderApi::key_of(const HttpRequest& request) const {
  const std::optional<std::string> value = request.header("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (!value || !value->starts_with(scheme)) return std::nullopt;
  return value->substr(scheme.size());
}

ApiReply create_task(Core& core, Task task, const std::function<ApiReply(const Task&)>& describe) {
  draw_fate(task, core.faults);
  const Task& added = core.tasks.add(std::move(task));
  ApiReply reply = describe(added);
  reply.task_id = added.id;
  reply.created = true;
  return reply;
}

std::string mixture_of(const Task& task) {
  const json::Value* const shape = task.details.find("mixture");
  return shape != nullptr ? *shape->as_string() : std::string();
}

std::optional<FrameSize> megapixel_size(std::string_view ratio) {
  const std::size_t colon = ratio.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto part = [](std::string_view text) {
    guint64 value = 0;
    g_ascii_string_to_unsigned(std::string(text).c_str(), 10, 1, 100, &value, nullptr);
    return static_cast<double>(value);
  };
  const double across = part(ratio.substr(0, colon));
  const double down = part(ratio.substr(colon + 1));
  if (across == 0 || down == 0 || across / down > 4 || down / across > 4) return std::nullopt;
  const auto side = [](double length) {
    return static_cast<int>(std::lround(length / 16)) * 16;
  };
  return FrameSize{side(1024 * std::sqrt(across / down)), side(1024 * std::sqrt(down / across))};
}

std::optional<FrameSize> read_frame_size(const std::string& text) {
  constexpr int max_side = 4096;
  const std::size_t cross = text.find('x');
  if (cross == std::string::npos) return std::nullopt;
  guint64 width = 0;
  guint64 height = 0;
  if (g_ascii_string_to_unsigned(text.substr(0, cross).c_str(), 10, 16, max_side, &width,
                                 nullptr) == 0 ||
      g_ascii_string_to_unsigned(text.substr(cross + 1).c_str(), 10, 16, max_side, &height,
                                 nullptr) == 0)
    return std::nullopt;
  return FrameSize{static_cast<int>(width) / 2 * 2, static_cast<int>(height) / 2 * 2};
}

std::string random_word(std::size_t length, bool hexadecimal) {
  constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string word;
  while (word.size() < length)
    word += letters[static_cast<std::size_t>(g_random_int_range(0, hexadecimal ? 16 : 36))];
  return word;
}

json::Value object(std::vector<json::Member> members) {
  json::Object out;
  for (json::Member& member : members) out.append(member.name, std::move(member.value));
  return json::Value(std::move(out));
}

ApiReply coded_error(int status, json::Value code, const std::string& message) {
  const json::Value words(message.empty() ? reason_of(status) : message);
  return {status, object({{"error", object({{"code", std::move(code)}, {"message", words}})}})};
}

RenderSpec usual_spec(MediaKind kind, const Task& task, int index, const Options& options) {
  constexpr int image_side = 1024;
  constexpr int song_seconds = 10;
  RenderSpec spec;
  spec.kind = kind;
  const FrameSize size =
      kind == MediaKind::image ? FrameSize{image_side, image_side} : seedance_size("16:9", "480p");
  spec.width = size.width;
  spec.height = size.height;
  if (kind == MediaKind::music) spec.seconds = song_seconds;
  spec.prompt = task.prompt;
  spec.caption = task.model;
  spec.moov_first = options.moov_first;
  spec.variant = index;
  return spec;
}

std::string first_url_in(const json::Value& value) {
  if (const std::string* text = value.as_string())
    return text->starts_with("http") ? *text : std::string();
  std::string found;
  if (const json::Array* items = value.as_array())
    for (const json::Value& item : *items)
      if (found.empty()) found = first_url_in(item);
  if (const json::Object* members = value.as_object())
    for (const json::Member& member : *members)
      if (found.empty()) found = first_url_in(member.value);
  return found;
}

std::string origin_of(const HttpRequest& request, const Options& options) {
  return (options.tls_file.empty() ? "http://" : "https://") +
         request.header("Host").value_or("127.0.0.1");
}

bool is_cancelled(const Task& task) { return task.details.find("cancelled") != nullptr; }

bool is_hidden(const Task& task, const FiredFaults& faults) {
  const std::string* seconds = faults.find("hides");
  if (seconds == nullptr) return false;
  const double age = static_cast<double>(g_get_real_time() - task.created_us) / 1e6;
  return seconds->empty() || age < number_in(*seconds, 0);
}

std::string shortened(const std::string& prompt) {
  const OwnedString text(
      g_utf8_substring(prompt.c_str(), 0, std::min<glong>(20, g_utf8_strlen(prompt.c_str(), -1))));
  return text.get();
}

std::string word_or_fault(const Task& task, const std::string& word, const char* first_word,
                          const FiredFaults& faults) {
  const std::string* const last = faults.find("final-word");
  if (last != nullptr && task.state == TaskState::completed)
    return last->empty() ? "succeeded" : *last;
  if (const std::string* other = faults.find("unknown-state"))
    return other->empty() ? "moderating" : *other;
  return faults.has("backwards") ? first_word : word;
}

std::vector<std::unique_ptr<ProviderApi>> make_provider_apis(Core& core) {
  std::vector<std::unique_ptr<ProviderApi>> apis;
  apis.push_back(make_vibegen_api(core));
  apis.push_back(make_vibetool_api(core));
  apis.push_back(make_omnivideo_api(core));
  apis.push_back(make_vidgo_api(core));
  apis.push_back(make_openai_api(core));
  apis.push_back(make_openrouter_api(core));
  apis.push_back(make_fal_api(core));
  apis.push_back(make_replicate_api(core));
  apis.push_back(make_ark_api(core));
  return apis;
}

}  // namespace prompt::rehearsal
