// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Writes timelines of files, for the suites that read and play them.
//
//   usage: test-timeline [--rate R] [--size WxH] [--start TC] [--name N] [--relative]
//            [--alternates refs|track] (--shot NAME TAKE FILE PROMPT [--other TAKE FILE]...)...
//            [--repeat N] OUT...
//
// Each OUT is written in the format of its name. An error stands on stderr and is exit status 1.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "edit/timeline.h"

namespace {

using namespace prompt;
using namespace prompt::edit;

[[noreturn]] void give_up(const std::string& text) {
  std::cerr << text << "\n";
  std::exit(1);
}

template <typename T>
T taken(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

struct Arguments {
  std::vector<std::string> words;
  std::size_t at = 0;

  [[nodiscard]] bool is_done() const { return at >= words.size(); }
  std::string next() {
    if (is_done()) give_up("a word is missing at the end");
    return words[at++];
  }
};

ClipFacts facts_of(const std::string& path) {
  static std::map<std::string, ClipFacts> known;
  const auto found = known.find(path);
  if (found != known.end()) return found->second;
  return known.emplace(path, taken(read_clip_facts(path))).first->second;
}

void write(const Cut& cut, const TimelineOptions& wanted, bool is_relative,
           const std::string& path) {
  TimelineOptions options = wanted;
  if (is_relative) options.relative_to = path.substr(0, path.rfind('/'));
  const auto format = timeline_format_of(path);
  if (!format) give_up("no format has the name " + path);
  std::ofstream(path, std::ios::binary) << taken(write_timeline(*format, cut, options));
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments{{words + 1, words + count}};
  CutWishes wishes;
  TimelineOptions options;
  std::string name = "cut";
  bool is_relative = false;
  int repeat = 1;
  std::vector<Shot> shots;
  std::vector<std::string> outs;
  while (!arguments.is_done()) {
    const std::string word = arguments.next();
    if (word == "--rate") {
      wishes.rate = taken(parse_frame_rate(arguments.next()));
    } else if (word == "--size") {
      const std::string size = arguments.next();
      if (std::sscanf(size.c_str(), "%dx%d", &wishes.width, &wishes.height) != 2)
        give_up("no size: " + size);
    } else if (word == "--start") {
      wishes.start = arguments.next();
    } else if (word == "--name") {
      name = arguments.next();
    } else if (word == "--relative") {
      is_relative = true;
    } else if (word == "--alternates") {
      options.alternates = arguments.next() == "refs" ? Alternates::refs : Alternates::track;
    } else if (word == "--repeat") {
      repeat = std::atoi(arguments.next().c_str());
    } else if (word == "--shot") {
      Shot shot;
      shot.name = arguments.next();
      shot.take = std::atoi(arguments.next().c_str());
      shot.path = arguments.next();
      shot.prompt = arguments.next();
      shot.facts = facts_of(shot.path);
      shots.push_back(std::move(shot));
    } else if (word == "--other") {
      Alternate other;
      other.take = std::atoi(arguments.next().c_str());
      other.path = arguments.next();
      other.facts = facts_of(other.path);
      shots.back().alternates.push_back(std::move(other));
    } else {
      outs.push_back(word);
    }
  }
  const std::vector<Shot> once = shots;
  for (int i = 1; i < repeat; ++i) shots.insert(shots.end(), once.begin(), once.end());
  const Cut cut = taken(make_cut(name, std::move(shots), wishes));
  for (const std::string& path : outs) write(cut, options, is_relative, path);
  return 0;
}
