// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/faults/faults.h"

#include <glib.h>

#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

std::optional<std::uint64_t> to_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

// Digits, and at most one point within them.
std::optional<double> to_percent(std::string_view text) {
  double value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  const bool is_plain =
      !text.empty() && g_ascii_isdigit(text.front()) && g_ascii_isdigit(text.back());
  if (!is_plain || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

// Reads "@N", "@N-M", "@N-"; false if it is no such selection.
bool read_requests(std::string_view text, Fault& fault) {
  const std::size_t dash = text.find('-');
  const std::optional<std::uint64_t> from = to_count(text.substr(0, dash));
  if (!from || *from == 0) return false;
  fault.from = *from;
  fault.to = *from;
  if (dash == std::string_view::npos) return true;
  fault.to = std::numeric_limits<std::uint64_t>::max();
  if (dash + 1 == text.size()) return true;
  const std::optional<std::uint64_t> to = to_count(text.substr(dash + 1));
  if (!to || *to < *from) return false;
  fault.to = *to;
  return true;
}

// Takes a selection off the end. An argument may hold @ and % itself (a URL does), so what does not
// read as a selection is left alone.
std::string_view take_selection(std::string_view text, Fault& fault) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && read_requests(text.substr(at + 1), fault))
    return text.substr(0, at);
  const std::size_t percent = text.rfind('%');
  if (percent != std::string_view::npos) {
    const std::optional<double> chance = to_percent(text.substr(percent + 1));
    if (chance && *chance <= 100) {
      fault.percent = *chance;
      return text.substr(0, percent);
    }
  }
  return text;
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
  Fault fault;
  const std::string_view rest = take_selection(text, fault);
  const std::size_t colon = rest.find(':');
  fault.name = rest.substr(0, colon);
  if (colon != std::string_view::npos) fault.argument = rest.substr(colon + 1);
  std::optional<FaultName> parts = find_fault(fault.name);
  if (!parts)
    return fail(ErrorKind::settings,
                format("There is no fault '%s'; --help lists them.", fault.name.c_str()));
  fault.parts = std::move(*parts);
  if (fault.name == "media-403-once") {
    fault.parts.what = "403";
    fault.to = fault.from;
  }
  return fault;
}

const std::string* FiredFaults::find(std::string_view what) const {
  for (const Entry& entry : entries_)
    if (entry.what == what) return &entry.argument;
  return nullptr;
}

double number_in(const std::string& argument, double otherwise) {
  char* end = nullptr;
  const double value = g_ascii_strtod(argument.c_str(), &end);
  return argument.empty() || end == nullptr || *end != '\0' ? otherwise : value;
}

Result<void> Faults::set(const std::vector<std::string>& texts) {
  std::vector<Fault> parsed;
  for (const std::string& text : texts) {
    Result<Fault> fault = parse_fault(text);
    if (!fault) return fail(fault.error());
    parsed.push_back(std::move(*fault));
  }
  faults_ = std::move(parsed);
  return {};
}

FiredFaults Faults::fire(Operation operation) {
  FiredFaults fired;
  for (Fault& fault : faults_) {
    const bool any_api = !fault.parts.operation && operation != Operation::media &&
                         operation != Operation::task && operation != Operation::other;
    if (!any_api && fault.parts.operation != operation) continue;
    ++fault.seen;
    if (fault.seen < fault.from || fault.seen > fault.to) continue;
    // Every second one: a chance of its own kind.
    if (fault.parts.what == "flaky" && fault.seen % 2 != 0) continue;
    if (fault.percent < 100 &&
        std::uniform_real_distribution<double>(0, 100)(random_) >= fault.percent)
      continue;
    ++counts_[fault.name];
    fired.add({fault.name, fault.parts.what, fault.argument});
  }
  return fired;
}

}  // namespace prompt::rehearsal
