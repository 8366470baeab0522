// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/media/delivery.h"

#include <algorithm>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr std::uint64_t chunk_size = 32 * 1024;
constexpr std::size_t tail_size = 4096;
constexpr std::chrono::milliseconds before_reset{50};

struct Ending {
  const char* fault;
  double percent;
  Delivery::End end;
  Delivery::Framing framing;
};

constexpr Ending endings[] = {
    {"short", 50, Delivery::End::close, Delivery::Framing::length},
    {"cut", 50, Delivery::End::reset, Delivery::Framing::length},
    {"stall", 50, Delivery::End::hold, Delivery::Framing::length},
    {"chunked", 100, Delivery::End::complete, Delivery::Framing::chunked},
    {"chunked-cut", 50, Delivery::End::close, Delivery::Framing::chunked},
    {"no-length", 100, Delivery::End::close, Delivery::Framing::until_close},
};

void add_chunk(Script& script, const Delivery& delivery, std::uint64_t from, std::uint64_t size) {
  script.steps.emplace_back(Say{format("%" G_GINT64_MODIFIER "x\r\n", static_cast<guint64>(size))});
  script.steps.emplace_back(
      SayFile{delivery.file, static_cast<off_t>(delivery.offset + from), size});
  script.steps.emplace_back(Say{"\r\n"});
}

}  // namespace

void apply_delivery_faults(Delivery& delivery, const FiredFaults& fired) {
  for (const Ending& ending : endings)
    if (const std::string* argument = fired.find(ending.fault)) {
      delivery.percent = std::clamp(number_in(*argument, ending.percent), 0.0, 100.0);
      delivery.end = ending.end;
      delivery.framing = ending.framing;
    }
  if (fired.has("drip")) delivery.rate = 1;
  if (fired.has("longer")) delivery.tail.assign(tail_size, 'x');
  if (fired.has("length-twice")) delivery.lengths = 2;
  if (fired.has("length-and-chunked")) {
    delivery.framing = Delivery::Framing::chunked;
    delivery.says_length_of_chunks = true;
  }
  if (const std::string* text = fired.find("trailing")) {
    delivery.tail = text->empty() ? "\r\n\r\n" : *text;
    delivery.extra_length = delivery.tail.size();
  }
  if (fired.has("junk")) {
    delivery.tail.assign(tail_size, 'x');
    delivery.extra_length = tail_size;
  }
  if (fired.has("length-huge")) {
    delivery.extra_length = std::uint64_t{1} << 40U;
    delivery.end = Delivery::End::close;
  }
}

Script to_script(const Delivery& delivery) {
  Script script;
  auto headers = delivery.headers;
  const std::string length = std::to_string(delivery.size + delivery.extra_length);
  if (delivery.framing == Delivery::Framing::length || delivery.says_length_of_chunks)
    for (int i = 0; i < delivery.lengths; ++i) headers.emplace_back("Content-Length", length);
  if (delivery.framing == Delivery::Framing::chunked)
    headers.emplace_back("Transfer-Encoding", "chunked");
  if (delivery.framing == Delivery::Framing::until_close)
    headers.emplace_back("Connection", "close");
  script.steps.emplace_back(Say{write_head(delivery.status, headers)});
  if (delivery.only_head) return script;
  if (delivery.rate > 0) script.steps.emplace_back(SetRate{delivery.rate});
  const auto part =
      static_cast<std::uint64_t>(static_cast<double>(delivery.size) * delivery.percent / 100);
  if (delivery.framing == Delivery::Framing::chunked) {
    for (std::uint64_t from = 0; from < part; from += chunk_size)
      add_chunk(script, delivery, from, std::min(chunk_size, part - from));
    if (delivery.end == Delivery::End::complete) script.steps.emplace_back(Say{"0\r\n\r\n"});
  } else {
    script.steps.emplace_back(SayFile{delivery.file, static_cast<off_t>(delivery.offset), part});
  }
  if (!delivery.tail.empty()) script.steps.emplace_back(Say{delivery.tail, true});
  switch (delivery.end) {
    case Delivery::End::complete:
      script.close_after = delivery.framing == Delivery::Framing::until_close;
      break;
    case Delivery::End::close:
      script.close_after = true;
      break;
    case Delivery::End::reset:
      // A reset throws away what is still under way; let it arrive first.
      script.steps.emplace_back(Wait{before_reset});
      script.steps.emplace_back(Reset{});
      break;
    case Delivery::End::hold:
      script.steps.emplace_back(Hold{});
      break;
  }
  return script;
}

}  // namespace prompt::rehearsal
