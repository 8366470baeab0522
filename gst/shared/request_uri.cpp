// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The part of RequestProperties that has to do with URIs.
#include <utility>

#include "base/text.h"
#include "shared/request_properties.h"
#include "shared/uri.h"

namespace prompt::element {
namespace {

// What parse_uri() would refuse is left out: a local file, and what costs.
bool may_be_in_uri(const engine::Setting& setting, const std::string& text) {
  using engine::Settings;
  if (setting.member == engine::SettingMember(&Settings::images))
    return text.starts_with("http://") || text.starts_with("https://");
  if (setting.member == engine::SettingMember(&Settings::cache)) return text == "only";
  return true;
}

}  // namespace

Result<void> RequestProperties::set_uri(std::string_view uri) {
  Result<PromptUri> parsed = parse_uri(uri);
  if (!parsed) return fail(parsed.error());
  const auto locked = values_.lock();
  Values next = *locked;
  // Whoever gives a URI means exactly that clip: what it does not name is not left over from
  // before.
  for (const engine::Setting& setting : engine::settings_table())
    if (setting.is_of_the_order) engine::reset(next.settings, setting);
  next.parameters.reset();
  next.refreshed = false;
  next.is_from_uri = true;
  std::erase_if(next.wrong, [](const auto& entry) { return entry.first->is_of_the_order; });
  next.settings.prompt = parsed->prompt;
  for (const UriField& field : parsed->fields) {
    const Result<void> set =
        engine::set_from_text(next.settings, *engine::find_setting(field.name), field.value,
                              format("The property '%s' of the prompt: URI", field.name.c_str()));
    if (!set) return fail(set.error());
  }
  *locked = std::move(next);
  return {};
}

std::string RequestProperties::uri() const {
  const Values now = values();
  const engine::Settings& settings = now.settings;
  if (settings.prompt.empty()) return {};
  PromptUri uri{settings.prompt, {}};
  for (const engine::Setting& setting : engine::settings_table()) {
    if (!setting.is_in_uri) continue;
    for (std::string& text : engine::texts_of(settings, setting))
      if (may_be_in_uri(setting, text)) uri.fields.push_back({setting.name, std::move(text)});
  }
  return build_uri(uri);
}

}  // namespace prompt::element
