// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A text that must not be seen: an API key, a callback token. It has no conversion to text and no
// output operator; whoever needs the characters calls reveal(), which is easy to find and to
// review. The memory is overwritten when it is not needed any more (copies that libraries make are
// not ours to wipe: see docs/reliability.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prompt {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept = default;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// The characters. Only for the place that puts them into a request or redacts them.
  [[nodiscard]] std::string_view reveal() const { return {text_.data(), text_.size()}; }
  /// Whether it can be a key: printable ASCII without a space, so that a header carries it whole.
  /// The one place that knows what a key consists of; the empty text passes.
  [[nodiscard]] bool is_one_word() const;
  /// Eight hexadecimal digits of the SHA-256: enough to notice another key, not to find it out.
  [[nodiscard]] std::string fingerprint() const;

 private:
  void wipe() noexcept;
  std::vector<char> text_;  // not a std::string: a short one would be copied when moved
};

/// 128 random bits of the kernel's, as 32 hexadecimal digits; empty if it has none. (UUIDs come
/// from GLib's generator, whose next number can be found out from those before.)
[[nodiscard]] std::string make_token();

}  // namespace prompt
