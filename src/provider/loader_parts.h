// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The loader's parts, a file each. They report to Problems and return something harmless then.
#pragma once

#include <string>
#include <vector>

#include "provider/description.h"
#include "provider/reader.h"

namespace prompt::provider {

/// One of `models`.
[[nodiscard]] Model load_model(Problems& problems, const Node& node);

/// {"p50": 60, "p90": 120}, members of the object given.
[[nodiscard]] TypicalTime load_typical(ObjectReader& reader);

/// `success`, `http-status-at`, `states` and `errors` of the object; those that it does not have
/// are taken from `general`.
[[nodiscard]] ReplyRules load_reply_rules(ObjectReader& reader, const ReplyRules& general);

/// The member of a reply of this kind.
[[nodiscard]] Reading load_reading(Problems& problems, const Node& node, OperationKind kind);

/// One of `operations`.
[[nodiscard]] Operation load_operation(Problems& problems, const Node& node, OperationKind kind,
                                       const ReplyRules& general,
                                       const std::vector<NamedTemplate>& headers);

/// Headers or query members by name.
[[nodiscard]] std::vector<NamedTemplate> load_templates(ObjectReader& reader,
                                                        std::string_view member, json::TextUse use);

/// Whether it can be a header's name (RFC 9110, token) and is not one that we set ourselves.
[[nodiscard]] bool is_usable_header(std::string_view name);

/// What can only be seen with all parts in hand.
void check_whole(Problems& problems, const Description& description);

}  // namespace prompt::provider
