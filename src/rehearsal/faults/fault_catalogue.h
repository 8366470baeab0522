// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The names of all faults, what they take and what they do. `--help` is made from this table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prompt::rehearsal {

/// What a request is for, and so which faults can meet it. `task` is no request but the making of
/// a task.
enum class Operation { submit, status, list, media, task, other };

struct FaultKind {
  const char* name;
  const char* argument;  ///< what may follow the colon, or nullptr
  const char* summary;
};

/// Faults of every API reply: written `submit-NAME`, `status-NAME`, `list-NAME`, or NAME alone for
/// all three.
[[nodiscard]] std::span<const FaultKind> api_faults();
/// Faults of the operations' meaning and of the media; written as they stand.
[[nodiscard]] std::span<const FaultKind> special_faults();

/// A name taken apart.
struct FaultName {
  std::optional<Operation> operation;  ///< nothing = any API request
  std::string what;                    ///< the name without the operation's prefix, e.g. "500"
};

/// Nothing for a name that does not exist.
[[nodiscard]] std::optional<FaultName> find_fault(std::string_view name);

/// The text for `--help`.
[[nodiscard]] std::string fault_help();

}  // namespace prompt::rehearsal
