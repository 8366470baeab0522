// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The look at the whole ledger, once after each start of the computer. Playing does not wait for
// it: what is read of the ledger is checked when it is read. Paying does, for a while: a damaged
// ledger may hide that the same request was paid for. After that while the job goes on, because all
// that it rests on, the rows of its own request, was read and found sound; a file that turns out to
// be damaged then refuses whatever was not sent yet.
#include <utility>

#include "base/log.h"
#include "job/job.h"

namespace prompt::job {
namespace {

constexpr std::chrono::milliseconds patience{5000};
/// Short runs that only play never begin it; long ones have done it before they are asked to pay.
constexpr std::chrono::milliseconds leisure{2000};

}  // namespace

void Job::plan_ledger_check() {
  if (!ledger_->claim_check()) return;
  // It outlives this job, so the timer is held by its own call.
  const auto timer = std::make_shared<http::Timer>();
  http::Workers& workers = context_.workers;
  *timer = context_.loop.after(
      leisure, [timer, &workers, weak = std::weak_ptr<ledger::Ledger>(ledger_)] {
        const std::shared_ptr<ledger::Ledger> ledger = weak.lock();
        if (ledger != nullptr)
          workers.run(http::Lane::upkeep, [ledger](http::Client&) { ledger->check(); });
      });
}

void Job::with_checked_ledger(std::function<void()> step) {
  if (waited_for_check_ || ledger_->is_checked()) return step();
  waited_for_check_ = true;
  // Whichever comes first, the verdict or the end of patience.
  const auto next = std::make_shared<std::function<void()>>(std::move(step));
  plan(patience, [this, next] {
    log(at(LogLevel::warning), "The ledger of '%s' is still being looked at; going on meanwhile.",
        ledger_->folder().c_str());
    std::exchange(*next, nullptr)();
  });
  http::Loop& loop = context_.loop;
  context_.workers.run(http::Lane::upkeep,
                       [&loop, weak = weak_from_this(), next, ledger = ledger_](http::Client&) {
                         ledger->check();
                         loop.post([weak, next] {
                           const std::shared_ptr<Job> self = weak.lock();
                           if (self == nullptr || self->is_ended() || *next == nullptr) return;
                           wait_of(self->doing_).timer.cancel();
                           std::exchange(*next, nullptr)();
                         });
                       });
}

}  // namespace prompt::job
