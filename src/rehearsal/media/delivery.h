// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// How a part of a file is sent: framing, where and how it breaks off, what is added.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rehearsal/faults/faults.h"
#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

struct Delivery {
  enum class Framing { length, chunked, until_close };
  enum class End { complete, close, reset, hold };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const FileDescriptor> file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< of the part
  bool only_head = false;  ///< a reply to HEAD
  std::uint64_t rate = 0;

  Framing framing = Framing::length;
  int lengths = 1;                     ///< how often Content-Length is said
  bool says_length_of_chunks = false;  ///< and also where the body is chunked
  End end = End::complete;
  double percent = 100;            ///< how much of the part is sent
  std::uint64_t extra_length = 0;  ///< announced in addition
  std::string tail;                ///< sent behind the part
};

/// Lets the faults of framing and ending (media-cut, media-chunked, ...) change a delivery.
void apply_delivery_faults(Delivery& delivery, const FiredFaults& fired);

[[nodiscard]] Script to_script(const Delivery& delivery);

}  // namespace prompt::rehearsal
