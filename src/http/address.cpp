// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace prompt::http {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <std::size_t size>
struct Block {
  std::array<std::uint8_t, size> prefix;
  unsigned bits;
};

template <std::size_t size>
bool is_inside(Bytes address, const Block<size>& block) {
  const unsigned whole = block.bits / 8;
  const unsigned rest = block.bits % 8;
  if (!std::equal(address.begin(), address.begin() + whole, block.prefix.begin())) return false;
  if (rest == 0) return true;
  const unsigned mask = (0xFFU << (8 - rest)) & 0xFFU;
  return ((address[whole] ^ block.prefix[whole]) & mask) == 0;
}

template <std::size_t size, std::size_t count>
bool is_inside_any(Bytes address, const std::array<Block<size>, count>& blocks) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Block<size>& block) { return is_inside(address, block); });
}

// The special-purpose registries of RFC 6890 as far as no public server can have such an address.
constexpr std::array<Block<4>, 14> special_v4 = {{
    {{0, 0, 0, 0}, 8},
    {{10, 0, 0, 0}, 8},
    {{100, 64, 0, 0}, 10},
    {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16},
    {{172, 16, 0, 0}, 12},
    {{192, 0, 0, 0}, 24},
    {{192, 0, 2, 0}, 24},
    {{192, 168, 0, 0}, 16},
    {{198, 18, 0, 0}, 15},
    {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24},
    {{224, 0, 0, 0}, 4},
    {{240, 0, 0, 0}, 4},
}};

constexpr std::array<Block<16>, 7> special_v6 = {{
    {{0xfc}, 7},
    {{0xfe, 0x80}, 10},
    {{0xfe, 0xc0}, 10},
    {{0xff}, 8},
    {{0x01}, 8},                                 // discard-only (RFC 6666)
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48},  // local-use NAT64 (RFC 8215)
}};

struct Carrier {
  Block<16> block;
  unsigned offset;  // of the IPv4 address inside
};

constexpr std::array<Carrier, 4> carriers = {{
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped
    {{{0}, 96}, 12},                                         // compatible; also :: and ::1
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
}};

Bytes bytes_of(GInetAddress* address) {
  return {g_inet_address_to_bytes(address), g_inet_address_get_native_size(address)};
}

}  // namespace

bool is_loopback(GInetAddress* address) {
  if (g_inet_address_get_is_loopback(address)) return true;
  const Bytes bytes = bytes_of(address);
  return bytes.size() == 16 && is_inside(bytes, carriers[0].block) && bytes[12] == 127;
}

bool is_public(GInetAddress* address) {
  const Bytes bytes = bytes_of(address);
  if (bytes.size() == 4) return !is_inside_any(bytes, special_v4);
  if (is_inside_any(bytes, special_v6)) return false;
  return std::none_of(carriers.begin(), carriers.end(), [&](const Carrier& carrier) {
    return is_inside(bytes, carrier.block) &&
           is_inside_any(bytes.subspan(carrier.offset, 4), special_v4);
  });
}

}  // namespace prompt::http
