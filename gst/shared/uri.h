// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// `prompt:` URIs, read and written by hand: general URI parsers lose free text (GStreamer's parses
// "prompt:100% fun" as an empty path). URIs come from playlists and projects of strangers, so one
// may set only what describes the clip. Pure; any thread.
//
//   prompt:TEXT?provider=vibegen&duration=5&take=2
//
// TEXT is percent-decoded leniently: a '%' that begins no escape stands for itself, as do '+', '#',
// '&' and spaces. `prompt://TEXT` and `prompt:///TEXT` are the same (a text that begins with
// slashes has them escaped). The query begins at the first '?' that is followed by the name of a
// property and
// '='; any other '?' belongs to the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace prompt::element {

/// A property and its value as the URI has it, decoded.
struct UriField {
  std::string name;
  std::string value;
};

struct PromptUri {
  std::string prompt;
  std::vector<UriField>
      fields;  ///< In the order of the URI; only `images` may stand more than once.
};

/// Takes a URI apart. Values are not checked against their property's type here. Errors, all of the
/// kind settings: not a prompt: URI, no text, text that is not UTF-8 or holds control characters, a
/// property outside the allowed list, one that stands twice, an image that is not http(s),
/// cache=refresh, more than 64 KiB.
[[nodiscard]] Result<PromptUri> parse_uri(std::string_view uri);

/// The URI that parse_uri() reads back as the same.
[[nodiscard]] std::string build_uri(const PromptUri& uri);

}  // namespace prompt::element
