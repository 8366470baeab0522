// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/courier.h"

#include <utility>

#include "shared/forked.h"

namespace prompt::element {
namespace {

using Pointer = std::shared_ptr<Courier>;

void drop(gpointer data) { delete static_cast<Pointer*>(data); }

}  // namespace

Courier::Courier(GstElement* element, Deliver deliver)
    : deliver_(std::move(deliver)), element_(element) {}

void Courier::send() {
  const std::lock_guard lock(mutex_);
  if (element_ == nullptr) return;
  if (under_way_ != nullptr) {
    is_sent_again_ = true;
    return;
  }
  under_way_ = shared_from_this();
  if (is_forked()) {
    auto* const element = GST_ELEMENT_CAST(gst_object_ref(element_));
    run_in_thread([this, element] {
      on_call(element, this);
      gst_object_unref(element);
    });
    return;
  }
  // Only queues the call and takes a reference to the element, which the lock keeps alive.
  gst_element_call_async(element_, on_call, this, nullptr);
}

void Courier::on_call(GstElement*, gpointer data) {
  auto* self = static_cast<Courier*>(data);
  bool is_wanted = false;
  {
    const std::lock_guard lock(self->mutex_);
    self->is_sent_again_ = false;
    is_wanted = self->element_ != nullptr;
  }
  if (is_wanted) {
    self->cancel_timer();
    self->deliver_(*self);
  }
  self->arrive();
}

// Where `this` may end, so the lock must not be held by then.
void Courier::arrive() {
  Pointer last;
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    last = std::exchange(under_way_, nullptr);
    // Sent since the delivery began.
    again = std::exchange(is_sent_again_, false);
  }
  if (again) send();
}

void Courier::send_after(std::chrono::milliseconds delay) {
  cancel_timer();
  GstClock* clock = gst_system_clock_obtain();
  const GstClockTime time = gst_clock_get_time(clock) +
                            static_cast<GstClockTime>(std::chrono::nanoseconds(delay).count());
  GstClockID id = gst_clock_new_single_shot_id(clock, time);
  {
    const std::lock_guard lock(mutex_);
    if (element_ != nullptr) timer_ = gst_clock_id_ref(id);
  }
  // An id that was unscheduled before this line fires never, or into an element that retired.
  gst_clock_id_wait_async(id, on_time, new Pointer(shared_from_this()), drop);
  gst_clock_id_unref(id);
  gst_object_unref(clock);
}

gboolean Courier::on_time(GstClock*, GstClockTime, GstClockID, gpointer data) {
  (*static_cast<Pointer*>(data))->send();
  return TRUE;
}

void Courier::cancel_timer() {
  GstClockID id = nullptr;
  {
    const std::lock_guard lock(mutex_);
    id = std::exchange(timer_, nullptr);
  }
  if (id == nullptr) return;
  gst_clock_id_unschedule(id);
  gst_clock_id_unref(id);
}

void Courier::retire() {
  {
    const std::lock_guard lock(mutex_);
    element_ = nullptr;
  }
  cancel_timer();
}

bool Courier::is_retired() const {
  const std::lock_guard lock(mutex_);
  return element_ == nullptr;
}

}  // namespace prompt::element
