// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Sees clips through: opens what is asked for, so many at a time, says how it goes, and does what a
// signal asks for. All of it on the main thread, in GLib's main loop; the engine's threads only
// wake it.
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tool/display.h"
#include "tool/exit_code.h"

namespace prompt::tool {

/// One clip that is wanted.
struct Order {
  std::string label;          ///< What it is called in what is said.
  engine::Settings settings;  ///< Of a job that is yet to be opened.
  std::shared_ptr<engine::JobHandle> job = nullptr;
  /// The number of an order that has to be ready first; then `prepare` completes the settings.
  std::optional<std::size_t> after = std::nullopt;
  std::function<Result<void>(engine::Settings&)> prepare = nullptr;
  /// The newest job of its request when it was planned; empty: any. One that has come since is
  /// joined, and not paid for once more.
  std::string instead_of = {};
};

struct RunOptions {
  unsigned parallel = 4;
  bool is_detached = false;  ///< Whatever the provider has accepted is left to itself.
  bool is_json = false;
  bool stops_at_failure = false;  ///< Nothing new is begun after the first that fails.
};

class Runner {
 public:
  /// Called when the clip of the order of this number is in the library; says what it ends with.
  /// Whatever it prints goes through the display.
  using OnReady = std::function<ExitCode(std::size_t number, const Snapshot&, Display&)>;

  /// Called when an order has ended, however it did.
  std::function<void(std::size_t number, ExitCode code)> on_end;

  Runner(std::vector<Order> orders, RunOptions options, OnReady on_ready);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Until all have ended, or a signal has ended it.
  [[nodiscard]] ExitCode run();

 private:
  enum class Phase { waiting, running, ended };
  enum class Stopping { no, leaving, cancelling };
  using Clock = std::chrono::steady_clock;

  struct Item {
    std::size_t number;
    Order order;
    Phase phase = Phase::waiting;
    ExitCode code = ExitCode::ok;  ///< Of one that has ended.
    Snapshot last = {};
    bool was_told = false;  ///< Something was said of it, at `told_at`.
    Clock::time_point told_at = {};
    Snapshot told = {};
    std::shared_ptr<engine::Subscription> subscription = nullptr;
  };

  /// What the engine's threads may touch of this: it outlives the runner.
  struct News;

  static gboolean on_interrupt(gpointer self);
  static gboolean on_end_signal(gpointer self);

  void begin_what_may();
  void begin(Item& item);
  [[nodiscard]] Result<void> open(Item& item);
  void look();
  void look_at(Item& item);
  void end(Item& item, ExitCode code);
  void end_with(Item& item, const Error& error);
  void tell(Item& item);
  void draw();
  void stop(bool may_cancel);
  void cancel();
  [[nodiscard]] bool is_over() const;
  void say_what_goes_on();
  /// For people; a program reads the events.
  void note(const std::string& text);
  [[nodiscard]] std::size_t count(Phase phase) const;

  std::vector<Item> items_;
  const RunOptions options_;
  const OnReady on_ready_;
  const std::shared_ptr<News> news_;
  Display display_;
  Verdict verdict_;
  Stopping stopping_ = Stopping::no;
  Clock::time_point stop_at_ = {};  ///< While stopping: then it ends, whatever is under way.
  Clock::time_point window_ = {};   ///< Until then a second Ctrl-C cancels.
  bool was_interrupted_ = false;
  bool has_failed_ = false;
};

}  // namespace prompt::tool
