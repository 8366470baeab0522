// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What somebody wants to see, in our words, before any provider's. Two requests with the same
// canonical form are the same job: opened ten times, it is submitted once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/media.h"
#include "json/parse.h"
#include "json/value.h"

namespace prompt::provider {

struct Description;
struct Model;

/// A reference image: a URL that the provider fetches, or the content of a local file that goes
/// into the request.
struct Image {
  std::string url;           ///< As given; for a local file its path, which is never sent.
  std::string data;          ///< Base64 of a local file's content; empty for an http(s) URL.
  std::string content_type;  ///< Of `data`, by its first bytes: "image/png", ...
  std::string sha256;        ///< Of the content of a local file.
};

/// All that makes one clip different from another. Unset members are not sent.
struct Request {
  std::string provider;
  std::string
      base_url;       ///< As it goes into the identity: "rehearsal:" for rehearsal, else the API's.
  std::string model;  ///< Empty: the description's default for `media`.
  Media media = Media::automatic;
  std::string prompt;
  unsigned duration_s = 0;  ///< Seconds; 0: unset.
  std::string aspect_ratio;
  std::string resolution;
  std::optional<bool> generate_audio;
  std::vector<Image> images;
  std::optional<std::int64_t> seed;
  unsigned take = 1;        ///< Part of the identity, never sent.
  json::Object parameters;  ///< Further fields, typed, as the provider names them.
};

/// Fills in the model and the medium and checks every setting against the description: unknown
/// model (lists those that exist), prompt empty, too long in code points or not UTF-8, a value
/// outside a documented list, a setting that the model has no place for, images it cannot take.
/// Pure. Error: settings (or rejected never); one sentence that names the property, the value and
/// what is allowed.
[[nodiscard]] Result<void> complete_and_check(const Description& description, Request& request);

/// The canonical JSON of a completed request: provider, base-url, model, medium, prompt, take and
/// every parameter with documented defaults filled in, so that asking for the default is the same
/// as not asking; local images by content. No key, no callback URL. Stored in the ledger.
[[nodiscard]] std::string canonical_json(const Description& description, const Request& request);

/// The same of a request before complete_and_check(): only what was asked for, whatever the
/// description has for the rest. By its hash a clip is found again when the description has
/// changed.
[[nodiscard]] std::string asked_json(const Request& request);

/// SHA-256 of the canonical JSON, hexadecimal: the request hash.
[[nodiscard]] std::string request_hash(const std::string& canonical);

/// For reading canonical JSON again: it is ours, and prompts may be long.
inline constexpr std::size_t stored_request_bytes = 16UL * 1024 * 1024;
inline constexpr json::ParseLimits stored_request_limits{stored_request_bytes, 64, 1024,
                                                         16 * stored_request_bytes, nullptr};

/// The inverse of canonical_json(), for jobs that are resumed from the ledger. Content of local
/// images is not in there (only its hash): such a request can be polled but not be submitted.
[[nodiscard]] Result<Request> request_from_canonical(std::string_view canonical);

/// The expected price in the provider's credits, where the description has a price list that covers
/// the request.
[[nodiscard]] std::optional<double> expected_credits(const Description& description,
                                                     const Request& request);

}  // namespace prompt::provider
