// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/loop.h"

#include <atomic>
#include <utility>

namespace prompt::http {
namespace {

// A closure on its way to the loop thread. GLib synchronises its sources with futexes that thread
// sanitizers cannot see; `steps` shows them the order of hand-over, call and deletion.
struct Call {
  explicit Call(std::function<void()> what) : function(std::move(what)) {
    steps.fetch_add(1, std::memory_order_release);
  }
  std::function<void()> function;
  std::atomic<int> steps{0};
};

gboolean on_due(gpointer data) {
  auto* call = static_cast<Call*>(data);
  call->steps.load(std::memory_order_acquire);
  call->function();
  call->steps.fetch_add(1, std::memory_order_acq_rel);
  return G_SOURCE_REMOVE;
}

void on_source_gone(gpointer data) {
  auto* call = static_cast<Call*>(data);
  call->steps.fetch_add(1, std::memory_order_acq_rel);
  delete call;
}

void attach(GSource* created, int priority, GMainContext* context, std::function<void()> what) {
  const Ref<GSource> source = Ref<GSource>::adopt(created);
  g_source_set_priority(source.get(), priority);
  g_source_set_callback(source.get(), on_due, new Call(std::move(what)), on_source_gone);
  g_source_attach(source.get(), context);
}

}  // namespace

Timer::Timer(const std::shared_ptr<Timers>& timers, Timers::Key key) : timers_(timers), key_(key) {}

Timer::Timer(Timer&& other) noexcept
    : timers_(std::exchange(other.timers_, {})), key_(other.key_) {}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    timers_ = std::exchange(other.timers_, {});
    key_ = other.key_;
  }
  return *this;
}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
  // Out of the member first: dropping the call runs destructors of captures, which may look here.
  const std::shared_ptr<Timers> timers = std::exchange(timers_, {}).lock();
  if (timers != nullptr) timers->remove(key_);
}

bool Timer::is_pending() const {
  const std::shared_ptr<Timers> timers = timers_.lock();
  return timers != nullptr && timers->has(key_);
}

Loop::Loop()
    : context_(Ref<GMainContext>::adopt(g_main_context_new())),
      main_loop_(Ref<GMainLoop>::adopt(g_main_loop_new(context_.get(), FALSE))),
      timers_(std::make_shared<Timers>(context_.get())) {
  thread_ = std::thread([this] {
    g_main_context_push_thread_default(context_.get());
    g_main_loop_run(main_loop_.get());
    g_main_context_pop_thread_default(context_.get());
  });
}

Loop::~Loop() {
  // From inside, because a quit before the run has begun would be forgotten.
  GMainLoop* main_loop = main_loop_.get();
  attach(g_idle_source_new(), G_PRIORITY_HIGH, context_.get(),
         [main_loop] { g_main_loop_quit(main_loop); });
  thread_.join();
  // What is dropped with the context may post or start timers from its destructors.
  closed_.store(true);
  timers_->clear();
  main_loop_.reset();
  context_.reset();
}

void Loop::post(std::function<void()> call) {
  if (closed_.load()) return;
  attach(g_idle_source_new(), G_PRIORITY_DEFAULT, context_.get(), std::move(call));
}

Timer Loop::after(std::chrono::milliseconds delay, std::function<void()> call) {
  if (closed_.load()) return {};
  const auto ms = std::chrono::milliseconds::rep{delay.count() < 0 ? 0 : delay.count()};
  return Timer(timers_, timers_->add(g_get_monotonic_time() + ms * 1000, std::move(call)));
}

bool Loop::is_loop_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

}  // namespace prompt::http
