// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/error.h"

#include <array>
#include <utility>

namespace prompt {
namespace {

struct KindName {
  ErrorKind kind;
  const char* name;
};

constexpr std::array kind_names = {
    KindName{ErrorKind::settings, "settings"},
    KindName{ErrorKind::not_authorized, "not_authorized"},
    KindName{ErrorKind::not_found, "not_found"},
    KindName{ErrorKind::busy, "busy"},
    KindName{ErrorKind::rejected, "rejected"},
    KindName{ErrorKind::failed, "failed"},
    KindName{ErrorKind::wrong_media, "wrong_media"},
    KindName{ErrorKind::uncertain, "uncertain"},
    KindName{ErrorKind::deadline, "deadline"},
    KindName{ErrorKind::network, "network"},
    KindName{ErrorKind::malformed, "malformed"},
    KindName{ErrorKind::too_large, "too_large"},
    KindName{ErrorKind::no_space, "no_space"},
    KindName{ErrorKind::storage, "storage"},
    KindName{ErrorKind::cancelled, "cancelled"},
    KindName{ErrorKind::expired, "expired"},
    KindName{ErrorKind::interrupted, "interrupted"},
    KindName{ErrorKind::unavailable, "unavailable"},
};

}  // namespace

const char* to_string(ErrorKind kind) {
  for (const KindName& entry : kind_names)
    if (entry.kind == kind) return entry.name;
  return "unknown";
}

std::optional<ErrorKind> error_kind_from_string(std::string_view name) {
  for (const KindName& entry : kind_names)
    if (name == entry.name) return entry.kind;
  return std::nullopt;
}

tl::unexpected<Error> fail(ErrorKind kind, std::string message, Place place) {
  Error error{kind, std::move(message)};
  error.place = place;
  return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace prompt
