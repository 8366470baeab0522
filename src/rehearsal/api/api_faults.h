// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What the faults make of an API reply, whichever provider it is.
#pragma once

#include <optional>
#include <string>

#include "rehearsal/api/provider_api.h"
#include "rehearsal/faults/faults.h"
#include "rehearsal/net/wire.h"

namespace prompt::rehearsal {

/// How a request that faults strike is carried out.
struct FaultPlan {
  bool carry_out = true;                ///< the route's handler is called
  std::optional<double> delay_seconds;  ///< called so much later, and nobody is told
};

[[nodiscard]] FaultPlan plan_of(const FiredFaults& fired);

/// Sets what the faults change in the reply's content (its id, its URL). Before api_script(). `key`
/// is the one that was sent.
void change_content(ApiReply& reply, const FiredFaults& fired, const std::string& key);
/// Puts another text where the result's URL stands.
void replace_url(ApiReply& reply, const std::string& text);

/// The reply as it goes out, well or badly. `provider` says the documented errors; `canary_origin`
/// is where redirects lead by default. `status` becomes what was said, 0 for no well-formed reply.
[[nodiscard]] Script api_script(const ApiReply& reply, const FiredFaults& fired,
                                const ProviderApi& provider, const std::string& canary_origin,
                                int& status);

}  // namespace prompt::rehearsal
