// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/uri.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"
#include "engine/settings_text.h"

namespace prompt::element {
namespace {

using std::literals::operator""sv;

constexpr std::string_view scheme = "prompt:";
constexpr std::size_t max_uri_bytes = 64 * 1024;

// Names that begin a query besides those of the settings, so that a URI that tries to set one is
// refused and does not become a prompt with an odd end: that would be paid for.
constexpr std::array other_properties = {
    "job-state"sv,    "progress"sv, "credits"sv,         "clip-location"sv,  "job-id"sv,
    "name"sv,         "parent"sv,   "current-task-id"sv, "blocksize"sv,      "num-buffers"sv,
    "do-timestamp"sv, "typefind"sv, "automatic-eos"sv,   "async-handling"sv, "message-forward"sv,
};

// GObject takes '_' for '-', and strangers may try capitals.
std::string canonical_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c == '_' ? '-' : g_ascii_tolower(c);
  return out;
}

bool is_property_name(std::string_view name) {
  const std::string canonical = canonical_name(name);
  return engine::find_setting(canonical) != nullptr ||
         std::find(other_properties.begin(), other_properties.end(), canonical) !=
             other_properties.end();
}

bool is_allowed(std::string_view name) {
  const engine::Setting* const setting = engine::find_setting(name);
  return setting != nullptr && setting->is_in_uri;
}

std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && g_ascii_isxdigit(text[i + 1]) &&
                           g_ascii_isxdigit(text[i + 2]);
    if (!is_escape) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(g_ascii_xdigit_value(text[i + 1]) * 16 +
                                    g_ascii_xdigit_value(text[i + 2])));
    i += 2;
  }
  return out;
}

// Where the query's first name begins, or npos.
std::size_t find_query(std::string_view text) {
  for (std::size_t at = text.find('?'); at != std::string_view::npos; at = text.find('?', at + 1)) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) return std::string_view::npos;
    if (is_property_name(decode(text.substr(at + 1, equals - at - 1)))) return at + 1;
  }
  return std::string_view::npos;
}

std::string encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    // RFC 3986's unreserved characters; UTF-8 is escaped, so that any program can carry the URI.
    if (g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out.push_back(c);
    else
      out += format("%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<void> check_text(const std::string& text, const char* what) {
  if (!is_valid_utf8(text))
    return fail(ErrorKind::settings, format("The %s of the prompt: URI is not valid UTF-8.", what));
  for (const char c : text) {
    // New lines and tabs are part of longer prompts.
    if (g_ascii_iscntrl(c) && c != '\n' && c != '\r' && c != '\t')
      return fail(ErrorKind::settings,
                  format("The %s of the prompt: URI holds the control character 0x%02x; take it "
                         "out.",
                         what, static_cast<unsigned>(static_cast<unsigned char>(c))));
  }
  return {};
}

std::vector<std::string> names_a_uri_may_set() {
  std::vector<std::string> names;
  for (const engine::Setting& setting : engine::settings_table())
    if (setting.is_in_uri) names.emplace_back(setting.name);
  return names;
}

Result<void> check_field(const UriField& field, const std::vector<UriField>& earlier) {
  // Shown as it would be in any message: the name may be anything here.
  const std::string shown = show_safely(field.name, {}, 64);
  if (!is_allowed(field.name))
    return fail(ErrorKind::settings,
                format("The property '%s' cannot be set by a prompt: URI, which may come from a "
                       "stranger; set it on the element. A URI may set %s.",
                       shown.c_str(), join(names_a_uri_may_set()).c_str()));
  const auto is_same = [&](const UriField& other) {
    return other.name == field.name;
  };
  if (field.name != "images" && std::any_of(earlier.begin(), earlier.end(), is_same))
    return fail(
        ErrorKind::settings,
        format("The property '%s' stands twice in the prompt: URI; leave one.", shown.c_str()));
  if (const Result<void> text = check_text(field.value, field.name.c_str()); !text) return text;
  if (field.name == "images") {
    const std::string value = canonical_name(field.value.substr(0, 8));
    if (!value.starts_with("http://") && !value.starts_with("https://"))
      return fail(ErrorKind::settings,
                  format("The property 'images' of a prompt: URI takes http and https URLs only, "
                         "not '%s'; set local files on the element.",
                         show_safely(field.value, {}, 128).c_str()));
  }
  if (field.name == "cache" && field.value != "use" && field.value != "only")
    return fail(ErrorKind::settings,
                format("The property 'cache' of a prompt: URI takes 'use' and 'only', not '%s'; "
                       "set it on the element, because it may cost money.",
                       show_safely(field.value, {}, 64).c_str()));
  return {};
}

}  // namespace

Result<PromptUri> parse_uri(std::string_view uri) {
  if (uri.size() > max_uri_bytes)
    return fail(ErrorKind::settings,
                format("The prompt: URI is %zu bytes long, more than the %zu allowed.", uri.size(),
                       max_uri_bytes));
  if (uri.size() < scheme.size() ||
      g_ascii_strncasecmp(uri.data(), scheme.data(), scheme.size()) != 0)
    return fail(ErrorKind::settings, format("'%s' is not a URI of the kind prompt:TEXT.",
                                            show_safely(uri, {}, 128).c_str()));
  uri.remove_prefix(scheme.size());
  // Other programs' parsers want the slashes that most schemes have.
  if (uri.starts_with("//")) uri.remove_prefix(uri.starts_with("///") ? 3 : 2);

  const std::size_t query = find_query(uri);
  PromptUri parsed;
  parsed.prompt = decode(query == std::string_view::npos ? uri : uri.substr(0, query - 1));
  if (parsed.prompt.empty())
    return fail(ErrorKind::settings,
                "The prompt: URI has no text; write what is to be seen behind 'prompt:'.");
  if (const Result<void> text = check_text(parsed.prompt, "text"); !text) return fail(text.error());
  if (query == std::string_view::npos) return parsed;

  for (std::string_view rest = uri.substr(query); !rest.empty();) {
    const std::size_t end = rest.find('&');
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    UriField field{decode(part.substr(0, equals)),
                   equals == std::string_view::npos ? "" : decode(part.substr(equals + 1))};
    if (const Result<void> checked = check_field(field, parsed.fields); !checked)
      return fail(checked.error());
    parsed.fields.push_back(std::move(field));
  }
  return parsed;
}

std::string build_uri(const PromptUri& uri) {
  std::string out(scheme);
  out += encode(uri.prompt);
  char separator = '?';
  for (const UriField& field : uri.fields) {
    out.push_back(separator);
    out += field.name + "=" + encode(field.value);
    separator = '&';
  }
  return out;
}

}  // namespace prompt::element
