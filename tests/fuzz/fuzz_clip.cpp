// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fuzzes what looks at a clip's bytes before anything else does: kinds, proofs, and the walk over
// an MP4 that still arrives. The first byte cuts the rest into pieces: the verdict must not depend
// on them. What is sniffed as a kind is proved as it; the rest as every kind in turn.
#include <glib.h>

#include <cstdint>

#include "base/text.h"
#include "clip/bytes.h"
#include "clip/content_range.h"
#include "clip/kind.h"
#include "clip/mp4_walk.h"
#include "clip/proof.h"

namespace {

using namespace prompt::clip;

void check_sniff(Bytes file, std::size_t step) {
  const Sniffed all = sniff(file, true);
  g_assert_false(all.needs_more);
  g_assert_true(prompt::is_valid_utf8(all.looks_like));
  const Bytes begin = file.first(std::min<std::size_t>(file.size(), 2048));
  for (std::size_t size = 0; size < begin.size(); size += step) {
    const Sniffed part = sniff(begin.first(size), false);
    // A decision is final.
    if (!part.needs_more) g_assert_true(part.kind == all.kind);
  }
}

void check_walk(Bytes file, std::size_t step) {
  const MemoryBytes source(file);
  Mp4Walk at_once;
  at_once.advance(source, file.size());
  Mp4Walk in_pieces;
  for (std::size_t at = 0; at < file.size(); at += step) {
    in_pieces.advance(source, at);
    const std::optional<std::uint64_t> moov = in_pieces.moov_behind_data();
    g_assert_true(!moov || *moov < std::uint64_t{1} << 62);
  }
  in_pieces.advance(source, file.size());
  g_assert_true(at_once.prove(file.size()).wholeness == in_pieces.prove(file.size()).wholeness);
  g_assert_true(at_once.moov_behind_data() == in_pieces.moov_behind_data());
}

void check_proof(Kind kind, Bytes file) {
  const Proof proof = prove(kind, MemoryBytes(file));
  g_assert_true(proof.reason.empty() == (proof.wholeness == Wholeness::whole));
  g_assert_true(prompt::is_valid_utf8(proof.reason));
  g_assert_true(!file.empty() || proof.wholeness != Wholeness::whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = std::size_t{1} + data[0];
  const Bytes file = std::as_bytes(std::span(data + 1, size - 1));
  check_sniff(file, step);
  check_walk(file, step);
  const Sniffed sniffed = sniff(file, true);
  for (std::size_t i = 0; i < prompt::clip::kind_count; ++i) {
    const Kind kind = static_cast<Kind>(i);
    if (!sniffed.kind || *sniffed.kind == kind) check_proof(kind, file);
  }
  if (const auto range = parse_content_range(as_text(file)); range && range->part) {
    g_assert_true(range->part->first <= range->part->last);
    g_assert_true(!range->total || range->part->last < *range->total);
  }
  return 0;
}
