// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Media URLs that are valid for a while and cannot be made up, as CDNs sign them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prompt::rehearsal {

class UrlSigner {
 public:
  UrlSigner(std::string secret, double valid_seconds)
      : secret_(std::move(secret)), valid_seconds_(valid_seconds) {}

  /// The path with "?expires=UNIX&signature=HEX" behind it, valid from now on for its time.
  [[nodiscard]] std::string sign(std::string_view path) const;

  enum class Verdict { valid, expired, wrong };
  /// Whether a path may be served with these two parameters now.
  [[nodiscard]] Verdict check(std::string_view path, std::string_view expires,
                              std::string_view signature) const;

 private:
  [[nodiscard]] std::string signature_of(std::string_view path, std::string_view expires) const;

  std::string secret_;
  double valid_seconds_;
};

}  // namespace prompt::rehearsal
