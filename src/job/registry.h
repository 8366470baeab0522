// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// One job per request and library in this process, however often it is opened. Across processes the
// ledger does the same.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "job/context.h"
#include "job/job_view.h"

namespace prompt::job {

class Registry {
 public:
  explicit Registry(Context& context) : context_(context) {}

  struct Opened {
    std::shared_ptr<JobView> job;
    Openers::OpenerPtr opener;
  };
  /// The job of this request, with an opener added: one that is under way or has its clip, else a
  /// new one, which is started. Any thread; never blocks on I/O.
  [[nodiscard]] Opened open(Spec spec, const Permission& permission);

 private:
  Context& context_;  // constant
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<JobView>> jobs_;  // guarded by mutex_
};

}  // namespace prompt::job
