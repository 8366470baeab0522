// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What one provider's API is to the server: a base path, routes, how it authenticates and how it
// says that something went wrong. Each provider is one file, routes_NAME.cpp, written from that
// provider's own document and from nothing else, so that it checks our description of the same
// provider.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "rehearsal/faults/faults.h"
#include "rehearsal/media/media_server.h"
#include "rehearsal/net/wire.h"
#include "rehearsal/options.h"
#include "rehearsal/stats.h"
#include "rehearsal/tasks/task_store.h"

namespace prompt::rehearsal {

/// The account whose key it is.
class Account {
 public:
  explicit Account(std::optional<double> credits) : credits_(credits) {}
  /// Takes the price off; false, and nothing is taken, if there is less.
  [[nodiscard]] bool charge(double price) {
    if (!credits_) return true;
    if (*credits_ < price) return false;
    *credits_ -= price;
    return true;
  }
  void refund(double price) {
    if (credits_) *credits_ += price;
  }
  /// Nothing = inexhaustible.
  [[nodiscard]] std::optional<double> credits() const { return credits_; }

 private:
  std::optional<double> credits_;
};

/// What all providers work with.
struct Core {
  const Options& options;
  TaskStore& tasks;
  MediaServer& media;
  Faults& faults;
  Account& account;
};

/// One request that a route has been found for.
struct ApiCall {
  const HttpRequest& request;
  const FiredFaults& faults;
  std::vector<std::string> arguments;  ///< what stood in the {} of the pattern, decoded
  std::vector<std::pair<std::string, std::string>> query;
};

/// A reply before it is written, with what the faults change in it.
struct ApiReply {
  int status = 200;
  json::Value body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string task_id = {};    ///< as it stands in the body
  std::string media_url = {};  ///< as it stands in the body
  bool created = false;        ///< a task was made
  /// Instead of a body: the bytes of this task's result.
  const Task* media_of = nullptr;
  std::size_t media_index = 0;
  /// Instead of a body: bytes that are no JSON, of the type that `headers` say.
  std::string bytes = {};
  /// Instead of a body: server-sent events, as they come up; see SayLive.
  std::function<bool(std::string& bytes)> events = {};
};

struct Route {
  std::string method;
  std::string pattern;  ///< below the base path, e.g. "/tasks/{id}"
  Operation operation = Operation::other;
  std::function<ApiReply(const ApiCall&)> handler;
};

class ProviderApi {
 public:
  ProviderApi() = default;
  ProviderApi(const ProviderApi&) = delete;
  ProviderApi& operator=(const ProviderApi&) = delete;
  virtual ~ProviderApi() = default;

  /// As in `provider=`, e.g. "vibegen".
  [[nodiscard]] virtual const char* id() const = 0;
  /// Where its base URL points, e.g. "/vibegen/api/v1".
  [[nodiscard]] virtual const char* base_path() const = 0;
  [[nodiscard]] virtual std::vector<Route> routes() = 0;
  /// The documented error body for an HTTP status; an empty message means the documented one.
  [[nodiscard]] virtual ApiReply error(int status, std::string message = {}) const = 0;
  /// The key in a request; nothing if there is none. By default that of "Authorization: Bearer
  /// KEY".
  [[nodiscard]] virtual std::optional<std::string> key_of(const HttpRequest& request) const;
  /// What is posted to the callback URL of a finished task; nothing where the provider has none.
  [[nodiscard]] virtual std::optional<json::Value> callback_body(const Task& task) const = 0;
  /// Told of each of its tasks that completes or fails, before the callback.
  virtual void on_finished(const Task&) {}
};

/// Makes a task, of which the faults decide whether it will fail or hang and what else it makes,
/// and answers with what `describe` says of it.
[[nodiscard]] ApiReply create_task(Core& core, Task task,
                                   const std::function<ApiReply(const Task&)>& describe);
/// How its results of several kinds are said, as the fault that made them has it ("object" or
/// "list"); empty for a task of one kind.
[[nodiscard]] std::string mixture_of(const Task& task);
/// A frame size of about a megapixel for "W:H", e.g. 1:1 = 1024x1024; nothing if it is no such
/// ratio.
[[nodiscard]] std::optional<FrameSize> megapixel_size(std::string_view ratio);
/// "WIDTHxHEIGHT", each made even and from 16 to 4096; nothing if it is no such text.
[[nodiscard]] std::optional<FrameSize> read_frame_size(const std::string& text);
/// Random lower-case letters and digits, as stand in task ids; `hexadecimal` only 0 to f.
[[nodiscard]] std::string random_word(std::size_t length, bool hexadecimal);

/// A JSON object of these members.
[[nodiscard]] json::Value object(std::vector<json::Member> members);
/// An error as most providers say it: {"error": {"code": ..., "message": ...}}; an empty message
/// means HTTP's own words for the status.
[[nodiscard]] ApiReply coded_error(int status, json::Value code, const std::string& message);
/// A task's `index`th result of this kind, in this provider's usual size.
[[nodiscard]] RenderSpec usual_spec(MediaKind kind, const Task& task, int index,
                                    const Options& options);
/// The first text in it that is an address, from the front; empty if there is none.
[[nodiscard]] std::string first_url_in(const json::Value& value);
/// "http://127.0.0.1:PORT", as the request names us.
[[nodiscard]] std::string origin_of(const HttpRequest& request, const Options& options);
/// Whether a client has cancelled it (which is how a task fails, too).
[[nodiscard]] bool is_cancelled(const Task& task);
/// Whether a fault keeps a task out of the list.
[[nodiscard]] bool is_hidden(const Task& task, const FiredFaults& faults);
/// The first 20 characters.
[[nodiscard]] std::string shortened(const std::string& prompt);
/// The word for a task's state, or that of a fault.
[[nodiscard]] std::string word_or_fault(const Task& task, const std::string& word,
                                        const char* first_word, const FiredFaults& faults);

[[nodiscard]] std::unique_ptr<ProviderApi> make_vibegen_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_vibetool_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_omnivideo_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_vidgo_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_openai_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_openrouter_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_fal_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_replicate_api(Core& core);
[[nodiscard]] std::unique_ptr<ProviderApi> make_ark_api(Core& core);

/// All that there are.
[[nodiscard]] std::vector<std::unique_ptr<ProviderApi>> make_provider_apis(Core& core);

}  // namespace prompt::rehearsal
