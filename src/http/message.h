// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// An HTTP request and its reply as plain data. No libsoup here: descriptions are translated to and
// from these types without any I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace prompt::http {

/// Replies may echo pictures and logs; nothing that is asked for is larger.
inline constexpr std::size_t usual_reply_bytes = 4UL * 1024 * 1024;

struct Header {
  std::string name;
  std::string value;
};

/// The header that carries the key. Kept apart from the others so that nothing that prints, stores
/// or redirects a request has it in hand.
struct Credential {
  std::string name;    ///< "Authorization", "x-api-key", ...; empty: none is sent.
  std::string prefix;  ///< "Bearer ", "Key " or "".
  Secret key;
};

struct Request {
  std::string method = "GET";
  std::string url;  ///< Absolute, http or https, no userinfo; the query may be a signature.
  std::vector<Header> headers;
  std::string content_type;  ///< Of the body; empty where there is none.
  std::string body;
  Credential credential;
  std::size_t max_reply_bytes = usual_reply_bytes;  ///< What an API's reply may have.
};

/// Status line and headers of a reply.
struct ReplyHead {
  int status = 0;
  std::vector<Header> headers;  ///< As received; names compare without regard to case.

  /// The header's value, or nullptr; the first where there are several.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// What Content-Length says; nothing where there is none. Only with it is a body that ended known
  /// to be whole: a body in chunks may have been cut between two of them without a sign.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
};

struct Reply {
  ReplyHead head;
  std::string body;
  /// What the request held that nobody may see. Some servers repeat it: the reply is read as it is,
  /// but no text of it is shown, logged or stored with one of these in it.
  std::vector<Secret> secrets;
};

/// Whether two header names are the same, without regard to case.
[[nodiscard]] bool names_equal(std::string_view a, std::string_view b);

/// A method's or a header's name (RFC 9110, section 5.6.2).
[[nodiscard]] bool is_token(std::string_view text);

/// A header that frames the message: those are libsoup's business, as two opinions about them would
/// be request smuggling.
[[nodiscard]] bool is_framing_header(std::string_view name);

/// Without the spaces, tabs and line ends around it.
[[nodiscard]] std::string_view without_space_around(std::string_view text);

/// A number of decimal digits only (no sign, no space) that fits 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace prompt::http
