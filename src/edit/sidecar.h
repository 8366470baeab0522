// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The file beside a take that says where it comes from: what was asked, what was delivered, what it
// cost. docs/sidecar.schema.json describes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "edit/take_file.h"
#include "engine/library.h"
#include "json/value.h"

namespace prompt::edit {

/// What stands in it of this result of a job; `delivered` and `differs` are made by delivered.h,
/// and `delivered` is null where that is not known.
[[nodiscard]] json::Object make_sidecar(const std::string& name, unsigned take,
                                        const engine::LibraryJob& job,
                                        const engine::LibraryFile& file, json::Value delivered,
                                        const std::vector<std::string>& differs);

/// Reads one again. Errors: not_found, storage; malformed, if it is none of ours.
[[nodiscard]] Result<json::Object> read_sidecar(const std::string& path);
/// Whose sidecar this is; an empty job id: it does not say. Pure.
[[nodiscard]] TakeIdentity identity_of(const json::Object& sidecar);

/// Writes it, indented, with everything on the disk. Errors: storage, no_space.
[[nodiscard]] Result<void> write_sidecar(const std::string& path, const json::Object& sidecar);
/// Likewise, in the place of what is there.
[[nodiscard]] Result<void> replace_sidecar(const std::string& path, const json::Object& sidecar);

}  // namespace prompt::edit
