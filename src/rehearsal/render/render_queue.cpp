// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/render/render_queue.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

constexpr int max_children = 2;

// A debugging setup of whoever started the server is not meant for the renderer, which would write
// gigabytes of it.
constexpr const char* unwanted_variables[] = {"GST_DEBUG",   "GST_DEBUG_FILE",
                                              "GST_TRACERS", "GST_DEBUG_DUMP_DOT_DIR",
                                              "G_DEBUG",     "G_MESSAGES_DEBUG"};

}  // namespace

RenderQueue::RenderQueue(std::string folder, std::string fixed_file)
    : folder_(std::move(folder)), fixed_file_(std::move(fixed_file)) {}

RenderQueue::~RenderQueue() {
  for (auto& entry : jobs_) {
    Job& job = entry.second;
    if (job.process) g_subprocess_force_exit(job.process.get());
    if (job.cancellable) g_cancellable_cancel(job.cancellable.get());
  }
}

std::string RenderQueue::path_of(const RenderSpec& spec) const {
  if (!fixed_file_.empty()) return fixed_file_;
  return folder_ + "/" + content_key(spec) + "." + extension_of(spec.kind);
}

void RenderQueue::request(const RenderSpec& spec, Done done) {
  const std::string path = path_of(spec);
  const auto known = jobs_.find(path);
  if (known != jobs_.end()) {
    known->second.waiting.push_back(std::move(done));
    return;
  }
  if (g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR) != 0) {
    ++cached_;
    done({});
    return;
  }
  Job job;
  job.queue = this;
  job.spec = spec;
  job.path = path;
  job.cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  job.waiting.push_back(std::move(done));
  jobs_.emplace(path, std::move(job));
  queued_.push_back(path);
  start_next();
}

void RenderQueue::start_next() {
  while (running_ < max_children && !queued_.empty()) {
    Job& job = jobs_.at(queued_.front());
    queued_.pop_front();
    const Ref<GSubprocessLauncher> launcher =
        Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
            G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
            G_SUBPROCESS_FLAGS_STDOUT_SILENCE)));
    for (const char* name : unwanted_variables)
      g_subprocess_launcher_unsetenv(launcher.get(), name);
    GErrorPtr error;
    job.process = Ref<GSubprocess>::adopt(g_subprocess_launcher_spawn(
        launcher.get(), error.out(), "/proc/self/exe", "--render-spec", job.path.c_str(), nullptr));
    if (!job.process) {
      finish(job, fail(ErrorKind::failed,
                       format("The renderer could not be started: %s.", error->message)));
      continue;
    }
    ++running_;
    const std::string spec = json::write(to_json(job.spec));
    g_subprocess_communicate_utf8_async(job.process.get(), spec.c_str(), job.cancellable.get(),
                                        on_child_done, &job);
  }
}

void RenderQueue::finish(Job& job, const Result<void>& result) {
  const std::vector<Done> waiting = std::move(job.waiting);
  jobs_.erase(job.path);
  for (const Done& done : waiting) done(result);
}

void RenderQueue::on_child_done(GObject* source, GAsyncResult* result, gpointer data) {
  GErrorPtr error;
  char* said = nullptr;
  const bool communicated = g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result,
                                                                 nullptr, &said, error.out()) != 0;
  const OwnedString owned(said);
  // Cancelled only by the destructor: the job does not exist any more.
  if (error && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED) != 0) return;
  Job& job = *static_cast<Job*>(data);
  RenderQueue* queue = job.queue;
  --queue->running_;
  const bool worked = communicated && g_subprocess_get_successful(G_SUBPROCESS(source)) != 0 &&
                      g_file_test(job.path.c_str(), G_FILE_TEST_IS_REGULAR) != 0;
  if (worked) {
    ++queue->rendered_;
    queue->finish(job, {});
  } else {
    const std::string text = show_safely(said != nullptr ? said : "");
    queue->finish(job, fail(ErrorKind::failed, format("The renderer failed: %s", text.c_str())));
  }
  queue->start_next();
}

}  // namespace prompt::rehearsal
