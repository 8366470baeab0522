// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/mxf_facts.h"

#include <numeric>
#include <string>
#include <string_view>

namespace prompt::edit {
namespace {

using namespace std::string_view_literals;

constexpr int most_packets = 20000000;
constexpr std::uint64_t most_set_bytes = 65536;

// The same in the keys of all of a kind.
constexpr auto essence = "\x06\x0E\x2B\x34\x01\x02\x01\x01\x0D\x01\x03\x01"sv;
constexpr auto metadata = "\x06\x0E\x2B\x34\x02\x53\x01\x01\x0D\x01\x01\x01\x01\x01"sv;

struct Packet {
  std::string head;         // key and length
  std::uint64_t begin = 0;  // of its value
  std::uint64_t size = 0;
};

struct Sound {
  std::int64_t bytes = 0;
  std::int64_t bits = 16;
};

Result<Packet> packet_at(const MediaFile& file, std::uint64_t at) {
  Packet packet{file.read(at, 25)};
  const std::uint64_t first = big_endian(packet.head, 16, 1);
  // A length of more than seven bits says in how many bytes it follows.
  const std::size_t more = first < 0x80 ? 0 : static_cast<std::size_t>(first - 0x80);
  if (packet.head.size() < 17 + more || more > 8 ||
      packet.head.substr(0, 4) != essence.substr(0, 4))
    return fail(file.broken("is damaged: its packets cannot be followed"));
  packet.size = more == 0 ? first : big_endian(packet.head, 17, more);
  packet.begin = at + 17 + more;
  if (packet.size > file.size() - packet.begin)
    return fail(file.broken("is cut: a part of it ends behind the end of the file"));
  return packet;
}

// A descriptor's values have two bytes of name and two of length each.
void read_descriptor(std::string_view set, ClipFacts& facts, Sound& sound, bool is_picture) {
  while (set.size() >= 4) {
    const std::uint64_t tag = big_endian(set, 0, 2);
    const auto length = static_cast<std::size_t>(big_endian(set, 2, 2));
    const std::string_view value = set.substr(4, length);
    if (value.size() < length) return;
    const auto over = static_cast<std::int64_t>(big_endian(value, 0, 4));
    const auto under = static_cast<std::int64_t>(big_endian(value, 4, 4));
    if (is_picture && tag == 0x3001 && over > 0 && under > 0) {
      const std::int64_t common = std::gcd(over, under);
      facts.rate = {over / common, under / common};
    }
    if (is_picture && tag == 0x3203) facts.width = static_cast<int>(over & 0xFFFF);
    if (is_picture && tag == 0x3202) facts.height = static_cast<int>(over & 0xFFFF);
    // The essence container: 0x11 is VC-3 (SMPTE 2019-4).
    if (is_picture && tag == 0x3004 && length == 16 && big_endian(value, 13, 1) == 0x11 &&
        facts.video_codec.empty())
      facts.video_codec = "DNxHD";
    if (!is_picture && tag == 0x3D03 && under > 0)
      facts.sample_rate = static_cast<int>(over / under & 0xFFFFFF);
    if (!is_picture && tag == 0x3D07) facts.channels = static_cast<int>(over & 0xFF);
    if (!is_picture && tag == 0x3D01) sound.bits = over & 0xFF;
    set.remove_prefix(4 + length);
  }
}

void read_set(const MediaFile& file, const Packet& packet, ClipFacts& facts, Sound& sound) {
  const std::uint64_t kind = big_endian(packet.head, 14, 1);
  const bool is_picture = kind >= 0x27 && kind <= 0x29;
  const bool is_sound = kind == 0x42 || kind == 0x47 || kind == 0x48;
  if ((!is_picture && !is_sound) || packet.size > most_set_bytes) return;
  const std::string set = file.read(packet.begin, static_cast<std::size_t>(packet.size));
  read_descriptor(set, facts, sound, is_picture);
}

void count_essence(const MediaFile& file, const Packet& packet, ClipFacts& facts, Sound& sound) {
  const std::uint64_t kind = big_endian(packet.head, 12, 1);
  if (kind == 0x16) sound.bytes += static_cast<std::int64_t>(packet.size);
  if (kind != 0x15 && kind != 0x05) return;
  if (facts.frames++ > 0) return;
  // The coding's number in a frame's header (SMPTE 2019-1): those of DNxHR are 1270 to 1274.
  const std::uint64_t number = big_endian(file.read(packet.begin + 40, 4), 0, 4);
  if (facts.video_codec == "DNxHD" && number >= 1270 && number <= 1274) facts.video_codec = "DNxHR";
}

}  // namespace

Result<void> read_mxf_facts(const MediaFile& file, ClipFacts& facts) {
  Sound sound;
  std::uint64_t at = 0;
  for (int packets = 0; at < file.size(); ++packets) {
    if (packets == most_packets) return fail(file.broken("is damaged: it has too many packets"));
    const auto packet = packet_at(file, at);
    if (!packet) return tl::unexpected(packet.error());
    const std::string_view key = std::string_view(packet->head).substr(0, 16);
    if (key.starts_with(metadata)) read_set(file, *packet, facts, sound);
    if (key.starts_with(essence)) count_essence(file, *packet, facts, sound);
    at = packet->begin + packet->size;
  }
  if (facts.video_codec.empty() || facts.frames == 0 || !facts.rate.is_known() ||
      facts.rate.numerator > 1000 * facts.rate.denominator || facts.width < 1 || facts.height < 1)
    return fail(file.broken("is an MXF file without the picture coding that is known here, VC-3"));
  facts.medium = Media::video;
  facts.key_frames = facts.frames;
  facts.video_ns = nanoseconds_of(facts.frames, facts.rate);
  const std::int64_t block = facts.channels * sound.bits / 8;
  if (sound.bytes == 0 || block < 1 || facts.sample_rate < 1) {
    facts.channels = facts.sample_rate = 0;
    return {};
  }
  facts.audio_codec = "PCM";
  facts.audio_ns = nanoseconds_of(sound.bytes / block, {facts.sample_rate, 1});
  return {};
}

}  // namespace prompt::edit
