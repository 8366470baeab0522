// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/key.h"

#include <cstdlib>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "engine/inside/environment.h"

namespace prompt::engine {
namespace {

/// No key is as long; a wrong file name should not make a large file a header.
constexpr std::size_t max_key_bytes = 4096;

Result<Secret> check(Secret key, const std::string& origin) {
  if (key.empty())
    return fail(ErrorKind::settings, format("The API key from %s is empty.", origin.c_str()));
  if (!key.is_one_word())
    return fail(ErrorKind::settings,
                format("The API key from %s holds spaces, control or non-ASCII characters; it must "
                       "be the key alone.",
                       origin.c_str()));
  return key;
}

Result<Secret> read_key_file(const std::string& path) {
  Result<std::string> text = read_file(path, max_key_bytes);
  if (!text)
    return fail(ErrorKind::settings,
                format("The API key's file could not be read: %s", text.error().message.c_str()));
  std::string_view key = *text;
  if (key.ends_with('\n')) key.remove_suffix(1);
  if (key.ends_with('\r')) key.remove_suffix(1);
  return check(Secret(key), "the file '" + path + "'");
}

}  // namespace

Result<Secret> find_key(const provider::Description& description, const Secret& property) {
  if (description.auth.scheme == provider::Auth::Scheme::none) return Secret();
  if (!property.empty()) return check(property, "the property api-key");
  if (const std::string folder = environment("CREDENTIALS_DIRECTORY"); !folder.empty()) {
    const std::string path = folder + "/" + description.id + "-api-key";
    if (g_file_test(path.c_str(), G_FILE_TEST_EXISTS)) return read_key_file(path);
  }
  if (const std::string path = environment("GST_PROMPT_API_KEY_FILE"); !path.empty())
    return read_key_file(path);
  for (const std::string& name : description.auth.env)
    if (const std::string text = environment(name.c_str()); !text.empty())
      return check(Secret(text), "the variable " + name);
  if (description.auth.optional) return Secret();
  return fail(Error{
      ErrorKind::not_authorized,
      format(
          "No API key for %s was found: set the variable %s, or GST_PROMPT_API_KEY_FILE to a file "
          "that holds the key, or try provider=rehearsal, which needs none and costs nothing.",
          description.name.c_str(), join(description.auth.env, " or ").c_str())});
}

std::string hint_about_key(const provider::Catalogue& catalogue,
                           const provider::Description& description, const Secret& key) {
  const std::string& own = description.auth.key_prefix;
  if (key.empty() || own.empty() || key.reveal().starts_with(own)) return {};
  // The longest prefix that fits tells most: several providers' keys begin alike.
  std::shared_ptr<const provider::Description> other;
  for (const provider::Catalogue::Entry& entry : catalogue.entries()) {
    if (entry.description == nullptr || entry.id == description.id) continue;
    const std::string& prefix = entry.description->auth.key_prefix;
    if (prefix.empty() || !key.reveal().starts_with(prefix)) continue;
    if (other == nullptr || prefix.size() > other->auth.key_prefix.size())
      other = entry.description;
  }
  if (other != nullptr)
    return format("The key begins with '%s', as %s's do; %s's begin with '%s'.",
                  other->auth.key_prefix.c_str(), other->name.c_str(), description.name.c_str(),
                  own.c_str());
  return format("The key does not begin with '%s' as %s's keys do.", own.c_str(),
                description.name.c_str());
}

}  // namespace prompt::engine
