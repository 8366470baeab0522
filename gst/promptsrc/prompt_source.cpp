// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "promptsrc/prompt_source.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "promptsrc/prompt_session.h"
#include "shared/debug.h"
#include "shared/errors.h"
#include "shared/job_wait.h"
#include "shared/surroundings.h"

#define GST_CAT_DEFAULT debug_category_source()

namespace prompt::element {
namespace {

// Large enough to cost little, small enough to start at once on a slow line.
constexpr std::size_t smallest_push = 16 * 1024;
// A demuxer that reads a broken file may ask for gigabytes: beyond this, only what exists is
// allocated.
constexpr guint large_read = 8 * 1024 * 1024;

}  // namespace

PromptSource::PromptSource(GstBaseSrc* element) : element_(element) {}

PromptSource::~PromptSource() { stop(); }

bool PromptSource::set_property(guint id, const GValue* value, GParamSpec* spec) noexcept {
  if (!request_.set(id, value, spec)) return false;
  const std::shared_ptr<Session> now = session();
  if (now != nullptr && now->is_open.load())
    GST_WARNING_OBJECT(element_,
                       "a property was set while a job uses it: it counts from the next "
                       "start");
  return true;
}

bool PromptSource::get_property(guint id, GValue* value) const noexcept {
  return request_.get(id, value) || job_.get(id, value);
}

Result<void> PromptSource::set_uri(std::string_view uri) noexcept { return request_.set_uri(uri); }

std::string PromptSource::uri() const noexcept { return request_.uri(); }

void PromptSource::use_job(std::shared_ptr<engine::JobHandle> job, unsigned result) noexcept {
  const auto given = given_.lock();
  given->job = std::move(job);
  given->result = result;
}

std::shared_ptr<PromptSource::Session> PromptSource::session() const { return *session_.lock(); }

bool PromptSource::start() noexcept {
  GST_DEBUG_OBJECT(element_, "start");
  has_failed_.store(false);
  auto next = std::make_shared<Session>();
  next->courier = std::make_shared<Courier>(GST_ELEMENT_CAST(element_),
                                            [this](Courier&) { report_after_release(); });
  // A job that was given has its clip: nothing is asked for, and demuxers that want the length
  // before they read can have it.
  const bool is_given = given_.lock()->job != nullptr;
  if (const auto still = is_given ? std::nullopt : request_.still_of_uri())
    next->still = static_cast<GstClockTime>(still->count()) * GST_SECOND;
  // Only where it changes: a pad that is activated anew starts the source in PAUSED, too, where the
  // base class takes none.
  const GstFormat format = next->still ? GST_FORMAT_TIME : GST_FORMAT_BYTES;
  if (format_ != format) gst_base_src_set_format(element_, format_ = format);
  *session_.lock() = next;
  if (is_given && open(*next) && next->reader->may_start().value_or(false))
    if (const auto size = next->reader->facts().size) next->size.store(*size);
  return true;
}

bool PromptSource::stop() noexcept {
  std::shared_ptr<Session> last;
  std::swap(*session_.lock(), last);
  if (last == nullptr) return true;
  GST_DEBUG_OBJECT(element_, "stop");
  last->courier->retire();
  std::shared_ptr<JobReporter> reporter;
  {
    const auto ending = last->ending.lock();
    ending->is_over = true;
    reporter = ending->reporter;
  }
  if (reporter != nullptr) reporter->cancel("Stopped waiting for the clip");
  job_.detach();
  // The session goes with its last reference: here, or when create() leaves.
  return true;
}

void PromptSource::unlock() noexcept {
  // The flag catches a create() that is about to take its ticket, the epoch one that has taken it.
  is_flushing_.store(true);
  wake_->interrupt();
}

void PromptSource::unlock_stop() noexcept { is_flushing_.store(false); }

GstFlowReturn PromptSource::create(guint64 offset, guint length, GstBuffer** buffer) noexcept {
  Wake::Ticket ticket = wake_->ticket();
  if (is_flushing_.load() || is_seeking_.load()) return GST_FLOW_FLUSHING;
  const std::shared_ptr<Session> now = session();
  if (now == nullptr) return GST_FLOW_FLUSHING;
  if (!now->is_open.load() && !has_failed_.load() && given_.lock()->job == nullptr) {
    GstFlowReturn flow = wait_for_reader(*now, ticket);
    if (flow == GST_FLOW_OK) flow = find_job_of_uri(*now, ticket);
    if (flow != GST_FLOW_OK) return flow;
  }
  if (!now->is_released.load())
    GST_DEBUG_OBJECT(element_, "first create: %u bytes at %" G_GUINT64_FORMAT, length, offset);
  if (const Result<void> opened = open(*now); !opened) {
    // Said once; a reader that asks again gets the same flow.
    return has_failed_.load() ? GST_FLOW_ERROR : give_up(*now, opened.error(), false, ticket);
  }
  if (!now->is_released.load()) {
    const GstFlowReturn flow = wait_for_release(*now, ticket);
    if (flow != GST_FLOW_OK) return flow;
  }
  if (now->still) return read_still(*now, buffer, ticket);
  return read(*now, offset, length, buffer, ticket);
}

GstFlowReturn PromptSource::wait_for_release(Session& session, Wake::Ticket& ticket) {
  for (;;) {
    const engine::Snapshot job = session.job->snapshot();
    std::chrono::milliseconds limit{1000};
    if (session.reporter != nullptr) limit = session.reporter->report(job);
    const Result<bool> may_start = session.reader->may_start();
    if (!may_start) return give_up(session, may_start.error(), false, ticket);
    if (*may_start) {
      release(session, session.job->snapshot());
      return GST_FLOW_OK;
    }
    if (wake_->wait(ticket, limit) == Woken::interrupted) return GST_FLOW_FLUSHING;
  }
}

void PromptSource::release(Session& session, const engine::Snapshot& job) {
  // Before the first byte: gst-launch stays in PAUSED until the progress is complete.
  if (session.reporter != nullptr) {
    session.reporter->report(job);
    session.reporter->complete(job);
  }
  publish_size(session);
  GstTagList* tags = make_tags(job);
  if (!gst_tag_list_is_empty(tags)) {
    if (mode_of(GST_BASE_SRC_PAD(element_)) == GST_PAD_MODE_PUSH) {
      // The base class keeps it until the segment was sent. By the class, because
      // gst_element_send_event() takes the state lock.
      GstElement* element = GST_ELEMENT_CAST(element_);
      GST_ELEMENT_GET_CLASS(element)->send_event(element,
                                                 gst_event_new_tag(gst_tag_list_ref(tags)));
    }
    gst_element_post_message(
        GST_ELEMENT_CAST(element_),
        gst_message_new_tag(GST_OBJECT_CAST(element_), gst_tag_list_ref(tags)));
  }
  gst_tag_list_unref(tags);
  GST_DEBUG_OBJECT(element_, "the clip of job %.8s is released", job.job_id.c_str());
  session.is_released.store(true);
  if (session.reporter == nullptr) return;
  // From here on nobody waits for the job, but its end is still news.
  session.news = send_news(*session.job, session.courier);
  session.courier->send();
}

void PromptSource::report_after_release() {
  const std::shared_ptr<Session> now = session();
  if (now != nullptr && now->is_released.load()) now->reporter->report(now->job->snapshot());
}

GstFlowReturn PromptSource::give_up(Session& session, const Error& why, bool reading,
                                    Wake::Ticket& ticket) {
  const Error error = session.uri.explain(why);
  for (;;) {
    const std::chrono::milliseconds rest = rest_before_error(session.began);
    if (rest.count() == 0) break;
    if (wake_->wait(ticket, rest) == Woken::interrupted) return GST_FLOW_FLUSHING;
  }
  {
    const std::lock_guard lock(session.opening);
    if (!session.error) session.error = error;
  }
  if (has_failed_.exchange(true)) return GST_FLOW_ERROR;
  post_error(GST_ELEMENT_CAST(element_), error, snapshot_of(session.job.get(), request_), reading);
  if (session.reporter != nullptr) session.reporter->fail(error);
  return GST_FLOW_ERROR;
}

std::optional<guint64> PromptSource::size() const noexcept {
  const std::shared_ptr<Session> now = session();
  if (now == nullptr) return std::nullopt;
  const guint64 size = now->size.load();
  return size == GST_BUFFER_OFFSET_NONE ? std::nullopt : std::optional<guint64>(size);
}

void PromptSource::publish_size(Session& session) {
  if (session.size.load() != GST_BUFFER_OFFSET_NONE) return;
  const std::optional<std::uint64_t> size = session.reader->facts().size;
  if (!size || session.still) return;
  session.size.store(*size);
  // The base class asks for the size once, before it can be known.
  GST_OBJECT_LOCK(element_);
  element_->segment.duration = *size;
  GST_OBJECT_UNLOCK(element_);
  gst_element_post_message(GST_ELEMENT_CAST(element_),
                           gst_message_new_duration_changed(GST_OBJECT_CAST(element_)));
}

GstFlowReturn PromptSource::read(Session& session, guint64 offset, guint length, GstBuffer** buffer,
                                 Wake::Ticket& ticket) {
  publish_size(session);
  engine::ClipReader& reader = *session.reader;
  const bool is_pull = mode_of(GST_BASE_SRC_PAD(element_)) == GST_PAD_MODE_PULL;
  const engine::ReadMode mode = is_pull ? engine::ReadMode::pull : engine::ReadMode::push;
  if (length > large_read && *buffer == nullptr && session.size.load() == GST_BUFFER_OFFSET_NONE) {
    std::byte last{};
    const engine::ReadOutcome probe = reader.read(offset + length - 1, {&last, 1}, 1, mode, ticket);
    if (probe.status == engine::ReadStatus::interrupted) return GST_FLOW_FLUSHING;
    publish_size(session);
    const guint64 size = session.size.load();
    if (probe.status == engine::ReadStatus::at_end && size != GST_BUFFER_OFFSET_NONE) {
      if (offset >= size) return GST_FLOW_EOS;
      length = static_cast<guint>(std::min<guint64>(length, size - offset));
    }
  }

  // A reader that pulls beyond the end is given less than it asked for, and takes that for the end.
  const guint64 size = session.size.load();
  const bool passes_end = size != GST_BUFFER_OFFSET_NONE && offset < size && length > size - offset;
  if (passes_end) length = static_cast<guint>(size - offset);

  GstBuffer* out = *buffer != nullptr ? *buffer : gst_buffer_new_allocate(nullptr, length, nullptr);
  GstMapInfo map;
  if (out == nullptr || gst_buffer_map(out, &map, GST_MAP_WRITE) == FALSE) {
    if (out != nullptr && out != *buffer) gst_buffer_unref(out);
    return give_up(
        session, Error{ErrorKind::too_large, format("No memory for %u bytes of the clip.", length)},
        true, ticket);
  }
  const std::size_t wanted = std::min<std::size_t>(length, map.size);
  // Pull mode gets all it asked for, or the end; push mode what is there.
  const std::size_t least = is_pull ? wanted : std::min(wanted, smallest_push);
  std::size_t filled = 0;
  engine::ReadOutcome outcome{engine::ReadStatus::bytes, 0, std::nullopt};
  do {
    const std::span<std::byte> rest(reinterpret_cast<std::byte*>(map.data) + filled,
                                    wanted - filled);
    outcome =
        reader.read(offset + filled, rest, std::max<std::size_t>(least - filled, 1), mode, ticket);
    warn_if_not_kept(outcome);
    if (outcome.status == engine::ReadStatus::bytes) filled += outcome.bytes;
  } while (is_pull && outcome.status == engine::ReadStatus::bytes && filled < wanted);
  if (is_pull && passes_end && outcome.status == engine::ReadStatus::bytes) {
    std::byte beyond{};
    outcome = reader.read(size, {&beyond, 1}, 1, mode, ticket);
    warn_if_not_kept(outcome);
  }
  gst_buffer_unmap(out, &map);

  const bool is_end = outcome.status == engine::ReadStatus::at_end;
  GST_LOG_OBJECT(element_, "create: %zu of %u bytes at %" G_GUINT64_FORMAT, filled, length, offset);
  if (outcome.status == engine::ReadStatus::bytes || (is_end && filled > 0)) {
    gst_buffer_set_size(out, static_cast<gssize>(filled));
    GST_BUFFER_OFFSET(out) = offset;
    GST_BUFFER_OFFSET_END(out) = offset + filled;
    *buffer = out;
    return GST_FLOW_OK;
  }
  if (out != *buffer) gst_buffer_unref(out);
  if (is_end) {
    GST_DEBUG_OBJECT(element_, "the clip ends at %" G_GUINT64_FORMAT, offset);
    publish_size(session);
    return GST_FLOW_EOS;
  }
  if (outcome.status == engine::ReadStatus::interrupted) return GST_FLOW_FLUSHING;
  return give_up(session, outcome.error.value_or(Error{ErrorKind::network, "The clip broke off."}),
                 true, ticket);
}

void PromptSource::warn_if_not_kept(const engine::ReadOutcome& outcome) {
  if (!outcome.is_not_kept) return;
  GST_ELEMENT_WARNING(element_, RESOURCE, WRITE,
                      ("The clip was played to its end and is not in the library yet; asking for "
                       "the same again looks for it."),
                      ("its file or the ledger could not be written in time"));
}

bool PromptSource::answer(GstQuery* query) const noexcept {
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_SCHEDULING:
      // The base class would start and stop the source to find out.
      gst_query_set_scheduling(query, GST_SCHEDULING_FLAG_SEEKABLE, 1, -1, 0);
      // What pulls bytes takes no times.
      if (!request_.still_of_uri()) gst_query_add_scheduling_mode(query, GST_PAD_MODE_PULL);
      gst_query_add_scheduling_mode(query, GST_PAD_MODE_PUSH);
      return true;
    case GST_QUERY_URI: {
      // A path that ends in the clip's extension, so that typefind does not read the file's end,
      // which is not here yet. The same before and after the job is known: stream ids are made of
      // it.
      std::string extension = request_.likely_extension();
      const std::shared_ptr<Session> now = session();
      if (now != nullptr && now->is_released.load()) extension = now->reader->facts().extension;
      const std::string uri =
          format("prompt:/%s.%s", request_.fingerprint().c_str(), extension.c_str());
      gst_query_set_uri(query, uri.c_str());
      return true;
    }
    default:
      return false;
  }
}

bool PromptSource::before_seek(GstEvent* event) noexcept {
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  gint64 position = 0;
  gst_event_parse_seek(event, nullptr, &format, &flags, nullptr, &position, nullptr, nullptr);
  GST_DEBUG_OBJECT(element_, "seek to %" G_GINT64_FORMAT " (%s)", position,
                   gst_format_get_name(format));
  // In pull mode the reader itself says where it reads. Other formats are not ours to convert: the
  // base class would fail, in some cases only after it had stopped the stream.
  const std::shared_ptr<Session> now = session();
  const GstFormat ours = now != nullptr && now->still ? GST_FORMAT_TIME : GST_FORMAT_BYTES;
  if (mode_of(GST_BASE_SRC_PAD(element_)) == GST_PAD_MODE_PULL || format != ours) return false;
  if ((flags & GST_SEEK_FLAG_FLUSH) == 0) {
    is_seeking_.store(true);
    wake_->interrupt();
  }
  return true;
}

void PromptSource::seeking_has_begun() noexcept { is_seeking_.store(false); }

void PromptSource::after_seek() noexcept { is_seeking_.store(false); }

void PromptSource::before_eos() noexcept {
  const std::shared_ptr<Session> now = session();
  if (now == nullptr || !now->is_open.load() || now->is_released.load() ||
      now->reporter == nullptr || has_failed_.load())
    return;
  const engine::Snapshot job = now->job->snapshot();
  const std::string text = stopped_waiting(job, request_);
  GST_ELEMENT_WARNING(element_, RESOURCE, FAILED, ("%s", text.c_str()),
                      ("state %d, task '%s'", static_cast<int>(job.state), job.task_id.c_str()));
  now->reporter->cancel(text);
}

bool PromptSource::is_repetition(GstMessage* message) const noexcept {
  return GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && has_failed_.load() &&
         !is_own_error(message);
}

}  // namespace prompt::element
