// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The read-only properties: what can be seen of an element's job now, and of its last one after it
// stopped.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

#include "base/guarded.h"
#include "engine/job_handle.h"

namespace prompt::element {

class JobProperties {
 public:
  /// Behind those of RequestProperties.
  enum class Property : guint {
    job_state = 100,
    progress,
    credits,
    clip_location,
    current_task_id,
    job_id,
  };

  /// Installs them. In class_init.
  static void install(GObjectClass* klass);

  /// From now on the properties show this job's result. Any thread, as all of these.
  void attach(std::shared_ptr<engine::JobHandle> job, unsigned result);
  /// Lets go of the job, which may be the last hold on it; the properties stay as they were.
  void detach();
  /// Back to no job at all.
  void clear();

  /// The job's picture now; an idle one without a job.
  [[nodiscard]] engine::Snapshot snapshot() const;
  /// False for an id that is not one of these.
  bool get(guint id, GValue* value) const;

 private:
  struct View {
    std::shared_ptr<engine::JobHandle> job;
    unsigned result = 0;
    engine::Snapshot last;      ///< Valid without a job.
    std::string last_location;  ///< Likewise.
  };
  [[nodiscard]] static std::string location(const View& view);

  mutable Guarded<View> view_;
};

}  // namespace prompt::element
