// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/job_properties.h"

#include <algorithm>
#include <utility>

namespace prompt::element {

void JobProperties::attach(std::shared_ptr<engine::JobHandle> job, unsigned result) {
  View next;
  next.job = std::move(job);
  next.result = result;
  std::swap(*view_.lock(), next);
  // A job held before goes here, outside the lock.
}

void JobProperties::detach() {
  View now = *view_.lock();
  if (now.job == nullptr) return;
  View rest;
  rest.last = now.job->snapshot();
  rest.last_location = location(now);
  rest.result = now.result;
  std::swap(*view_.lock(), rest);
}

void JobProperties::clear() {
  View none;
  std::swap(*view_.lock(), none);
}

engine::Snapshot JobProperties::snapshot() const {
  const View view = *view_.lock();
  return view.job != nullptr ? view.job->snapshot() : view.last;
}

std::string JobProperties::location(const View& view) {
  if (view.job == nullptr) return view.last_location;
  return view.job->location(view.result);
}

bool JobProperties::get(guint id, GValue* value) const {
  const auto give_text = [value](const std::string& text) {
    g_value_set_string(value, text.empty() ? nullptr : text.c_str());
  };
  switch (static_cast<Property>(id)) {
    case Property::job_state:
      g_value_set_enum(value, static_cast<int>(snapshot().state));
      return true;
    case Property::progress:
      g_value_set_double(value, std::clamp(snapshot().progress.value_or(0.0), 0.0, 1.0));
      return true;
    case Property::credits:
      g_value_set_double(value, snapshot().credits.value_or(-1.0));
      return true;
    case Property::clip_location: {
      const View view = *view_.lock();
      give_text(location(view));
      return true;
    }
    case Property::current_task_id:
      give_text(snapshot().task_id);
      return true;
    case Property::job_id:
      give_text(snapshot().job_id);
      return true;
    default:
      return false;
  }
}

}  // namespace prompt::element
