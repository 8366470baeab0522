// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Linked into test-headless-unguarded only, by the linker's --wrap: guards of the ledger that can
// be taken out, to see that the crash matrix notices. PROMPT_TEST_WITHOUT names the one:
//   arm      the request leaves, and its row does not say so
//   accept   the provider's task id is not written down
#include <cstdlib>
#include <string_view>

#include "ledger/jobs.h"

namespace prompt::ledger {
namespace {

bool is_without(std::string_view guard) {
  const char* const name = std::getenv("PROMPT_TEST_WITHOUT");
  return name != nullptr && guard == name;
}

}  // namespace

// A member function is called like a free one whose first argument is the object.
Result<void> guarded_arm(Ledger* ledger, std::int64_t row,
                         UnixMs now) asm("__real__ZN6prompt6ledger6Ledger3armEll");
Result<void> maybe_arm(Ledger* ledger, std::int64_t row,
                       UnixMs now) asm("__wrap__ZN6prompt6ledger6Ledger3armEll");
Result<void> guarded_accept(Ledger* ledger, const JobRow& job) asm(
    "__real__ZN6prompt6ledger6Ledger6acceptERKNS0_6JobRowE");
Result<void> maybe_accept(Ledger* ledger, const JobRow& job) asm(
    "__wrap__ZN6prompt6ledger6Ledger6acceptERKNS0_6JobRowE");

Result<void> maybe_arm(Ledger* ledger, std::int64_t row, UnixMs now) {
  return is_without("arm") ? Result<void>() : guarded_arm(ledger, row, now);
}

Result<void> maybe_accept(Ledger* ledger, const JobRow& job) {
  return is_without("accept") ? Result<void>() : guarded_accept(ledger, job);
}

}  // namespace prompt::ledger
