// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "base/secret.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace prompt {

Secret::Secret(std::string_view text) : text_(text.begin(), text.end()) {}

Secret& Secret::operator=(Secret other) noexcept {
  text_.swap(other.text_);
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  // Volatile, so that the compiler may not see the writes as dead.
  volatile char* memory = text_.data();
  for (std::size_t i = 0; i < text_.size(); ++i) memory[i] = 0;
}

bool Secret::is_one_word() const {
  return is_printable_ascii(reveal()) && reveal().find(' ') == std::string_view::npos;
}

std::string Secret::fingerprint() const { return sha256_hex(reveal()).substr(0, 8); }

std::string make_token() {
  std::array<unsigned char, 16> bytes{};
  if (getentropy(bytes.data(), bytes.size()) != 0) return {};
  std::string token;
  for (const unsigned char byte : bytes) token += format("%02x", byte);
  return token;
}

}  // namespace prompt
