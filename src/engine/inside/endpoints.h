// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The two kinds of places that a job's requests go to: a provider's API, and our own stand-in.
#pragma once

#include <memory>
#include <string>

#include "engine/inside/rehearsal_process.h"
#include "job/endpoint.h"

namespace prompt::engine {

/// A provider's API. `api_key` is the property's (empty: looked up at each exchange).
[[nodiscard]] std::shared_ptr<job::Endpoint> make_endpoint(
    std::shared_ptr<const provider::Description> description, const std::string& base_url,
    const Secret& api_key, const std::string& key_fingerprint);

/// The rehearsal server, started when the first exchange needs it.
[[nodiscard]] std::shared_ptr<job::Endpoint> make_rehearsal_endpoint(
    std::shared_ptr<const provider::Description> description,
    std::shared_ptr<RehearsalProcess> process, const std::string& library);

}  // namespace prompt::engine
