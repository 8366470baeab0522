// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Renders in child processes of this program, a few at a time, so that the server answers while a
// clip is made and survives a crash of a codec. A result that is in the cache folder is not
// rendered again. On the main loop's thread.
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ref.h"
#include "rehearsal/render/render_spec.h"

namespace prompt::rehearsal {

class RenderQueue {
 public:
  using Done = std::function<void(const Result<void>&)>;

  /// `folder` exists. `fixed_file`, if not empty, is every result, and nothing is rendered.
  RenderQueue(std::string folder, std::string fixed_file);
  RenderQueue(const RenderQueue&) = delete;
  RenderQueue& operator=(const RenderQueue&) = delete;
  ~RenderQueue();

  /// Calls `done` when the file at path_of(spec) is whole: before this returns, if it is already.
  void request(const RenderSpec& spec, Done done);
  [[nodiscard]] std::string path_of(const RenderSpec& spec) const;

  [[nodiscard]] std::uint64_t rendered_count() const { return rendered_; }
  [[nodiscard]] std::uint64_t cached_count() const { return cached_; }
  [[nodiscard]] bool is_busy() const { return !jobs_.empty(); }

 private:
  struct Job {
    RenderQueue* queue = nullptr;
    RenderSpec spec;
    std::string path;
    Ref<GSubprocess> process;
    Ref<GCancellable> cancellable;
    std::vector<Done> waiting;
  };

  void start_next();
  void finish(Job& job, const Result<void>& result);
  static void on_child_done(GObject* source, GAsyncResult* result, gpointer data);

  std::string folder_;
  std::string fixed_file_;
  std::map<std::string, Job> jobs_;  // by path
  std::deque<std::string> queued_;
  int running_ = 0;
  std::uint64_t rendered_ = 0;
  std::uint64_t cached_ = 0;
};

}  // namespace prompt::rehearsal
