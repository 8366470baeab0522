// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The part of PromptSource for a still image by URI. A player shows a picture for as long as its
// time stamps say, which bytes have none of: so here the file is one buffer with a time and a
// duration, in a segment that ends with it. The bytes are the file's own.
#include <span>
#include <vector>

#include "promptsrc/prompt_session.h"
#include "shared/errors.h"

namespace prompt::element {

bool PromptSource::seek_in_still(GstSegment& segment) noexcept {
  const std::shared_ptr<Session> now = session();
  if (now == nullptr || !now->still || segment.format != GST_FORMAT_TIME) return false;
  segment.duration = *now->still;
  if (!GST_CLOCK_TIME_IS_VALID(segment.stop) || segment.stop > *now->still)
    segment.stop = *now->still;
  segment.time = segment.start;
  segment.position = segment.start;
  now->is_still_sent = false;
  return true;
}

GstFlowReturn PromptSource::read_still(Session& session, GstBuffer** buffer, Wake::Ticket& ticket) {
  if (session.is_still_sent) return GST_FLOW_EOS;
  if (session.reader->facts().caps == "image/gif")
    return give_up(session,
                   Error{ErrorKind::wrong_media,
                         "The image is a GIF, which players cannot be given with a duration; play "
                         "it with promptdecodebin."},
                   true, ticket);
  std::vector<std::byte> bytes;
  for (;;) {
    constexpr std::size_t step = 256 * 1024;
    const std::size_t filled = bytes.size();
    bytes.resize(filled + step);
    const engine::ReadOutcome outcome = session.reader->read(
        filled, std::span(bytes).subspan(filled), step, engine::ReadMode::push, ticket);
    warn_if_not_kept(outcome);
    bytes.resize(filled + (outcome.status == engine::ReadStatus::bytes ? outcome.bytes : 0));
    if (outcome.status == engine::ReadStatus::at_end) break;
    if (outcome.status == engine::ReadStatus::interrupted) return GST_FLOW_FLUSHING;
    if (outcome.status == engine::ReadStatus::failed)
      return give_up(session,
                     outcome.error.value_or(Error{ErrorKind::network, "The image broke off."}),
                     true, ticket);
  }
  // Parsers drop a duration, and decoders make one of a rate.
  GstCaps* caps = gst_caps_from_string(session.reader->facts().caps.c_str());
  gst_caps_set_simple(caps, "framerate", GST_TYPE_FRACTION, 1,
                      static_cast<int>(*session.still / GST_SECOND), nullptr);
  gst_base_src_set_caps(element_, caps);
  gst_caps_unref(caps);
  GstBuffer* image = gst_buffer_new_memdup(bytes.data(), bytes.size());
  GST_BUFFER_PTS(image) = 0;
  GST_BUFFER_DURATION(image) = *session.still;
  GST_BUFFER_OFFSET(image) = 0;
  GST_BUFFER_OFFSET_END(image) = bytes.size();
  if (*buffer != nullptr) gst_buffer_unref(*buffer);
  *buffer = image;
  session.is_still_sent = true;
  return GST_FLOW_OK;
}

}  // namespace prompt::element
