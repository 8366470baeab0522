// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fuzzes the requests of strangers: within the limits, and the same however they are cut. The first
// byte says into pieces of which size.
#include <glib.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "http/request_reader.h"

using prompt::http::RequestReader;
using State = RequestReader::State;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const RequestReader::Limits limits{512, 256};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = data[0] + std::size_t{1};
  RequestReader whole(limits);
  whole.feed(text);
  RequestReader cut(limits);
  for (std::size_t at = 0; at < text.size(); at += step) cut.feed(text.substr(at, step));
  g_assert_true(whole.state() == cut.state() && whole.refusal() == cut.refusal());
  g_assert_true((whole.state() == State::refused) == (whole.refusal() != 0));
  if (whole.state() == State::head || whole.state() == State::refused) return 0;
  g_assert_true(whole.method() == cut.method() && whole.target() == cut.target());
  g_assert_true(!whole.target().empty() && whole.target().front() == '/');
  g_assert_true(std::all_of(whole.target().begin(), whole.target().end(),
                            [](char c) { return c > ' ' && c <= '~'; }));
  g_assert_true(whole.body() == cut.body() && whole.body().size() <= limits.body_bytes);
  return 0;
}
