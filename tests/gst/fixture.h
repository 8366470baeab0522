// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the element tests share: the stand-in server, elements that are pointed at it, and a bus
// that is read in order.
#pragma once

#include "../support/check.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/text.h"
#include "server_process.h"

namespace prompt::element::test {

using prompt::test::slowness;
using prompt::test::TemporaryFolder;
using std::chrono::milliseconds;

/// The key that no output may show.
inline constexpr const char* canary_key = "sk-video-canary-0123456789abcdef";

/// gst-prompt-rehearsal in a process of its own, with a library of the elements beside it.
class Rehearsal {
 public:
  explicit Rehearsal(const std::vector<std::string>& options = {});

  /// Of the VibeGen API.
  [[nodiscard]] std::string base_url() const;
  /// A number of GET /rehearsal/stats, e.g. stat({"providers", "vibegen", "submits"}); 0 if absent.
  [[nodiscard]] long stat(const std::vector<std::string>& path) const;
  [[nodiscard]] long submits() const { return stat({"providers", "vibegen", "submits"}); }
  /// Waits until a number is at least this; what it is then.
  long wait_for(const std::vector<std::string>& path, long wanted,
                milliseconds limit = milliseconds(5000)) const;
  [[nodiscard]] const std::string& library() const { return library_.path(); }
  [[nodiscard]] int port() const { return process_.port(); }
  [[nodiscard]] GSubprocess* process() const { return process_.process(); }

  /// Points an element at this server: provider, base-url, api-key, library. The provider is
  /// `quickgen`, which is VibeGen but for how often it may be asked for the state; there are also
  /// `quickstill` and `quicktune`, whose model makes images and music (use --media).
  void apply(GstElement* element) const;

 private:
  TemporaryFolder folder_;
  TemporaryFolder library_;
  prompt::test::ServerProcess process_;
};

using Element = Ref<GstElement>;
using Message = std::unique_ptr<GstMessage, decltype(&gst_message_unref)>;

/// A test case whose pipelines are stopped although a test failed in their midst (gst-check would
/// wait for their threads for ever).
[[nodiscard]] TCase* add_case(Suite* suite);

[[nodiscard]] milliseconds now();

/// A pipeline, stopped and freed at the end; what its bus said is kept in order.
class Pipeline {
 public:
  explicit Pipeline(const std::string& description);
  /// Takes over an element that is a pipeline itself, such as playbin.
  explicit Pipeline(Element pipeline);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  [[nodiscard]] GstElement* get() const { return pipeline_.get(); }
  [[nodiscard]] Element find(const std::string& name) const;
  /// Sets the state; how long that took.
  milliseconds set_state(GstState state);
  /// Waits for a message of one of the types; nullptr after the time (of a plain build).
  GstMessage* wait(int types, milliseconds limit = milliseconds(20000));
  /// The same for messages that `is_it` accepts.
  GstMessage* wait_until(const std::function<bool(GstMessage*)>& is_it,
                         milliseconds limit = milliseconds(20000));
  /// Waits until a prompt-job message has told of this state.
  [[nodiscard]] bool wait_for_job(const std::string& state);
  /// Reads what is on the bus now.
  void drain();
  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  /// The PROGRESS messages so far, as "START CONTINUE COMPLETE".
  [[nodiscard]] std::string progress() const;
  [[nodiscard]] int count(GstMessageType type) const;

 private:
  Element pipeline_;
  Ref<GstBus> bus_;
  std::vector<Message> messages_;
};

/// What an error message says.
struct SeenError {
  std::string domain;  ///< "gst-resource-error-quark"
  int code = 0;
  std::string message;
  std::string debug;
  Ref<GObject> source;
  std::unique_ptr<GstStructure, decltype(&gst_structure_free)> details{nullptr, gst_structure_free};

  [[nodiscard]] bool is(GQuark quark, int number) const {
    return domain == g_quark_to_string(quark) && code == number;
  }
  [[nodiscard]] std::string text(const char* field) const;
};
[[nodiscard]] SeenError read_error(GstMessage* message);

[[nodiscard]] Element make(const char* factory);
[[nodiscard]] std::string text_property(gpointer object, const char* name);
/// The nick of an enum property.
[[nodiscard]] std::string nick_property(gpointer object, const char* name);
/// A file's bytes; empty if there is none.
[[nodiscard]] std::string read_bytes(const std::string& path);

/// Runs one pipeline of promptsrc, up to EOS or an error, and gives back what arrived in a file.
[[nodiscard]] std::string fetch(const Rehearsal& server, const std::string& prompt);

}  // namespace prompt::element::test
