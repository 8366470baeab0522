// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/provider_api.h"

namespace prompt::rehearsal {

std::optional<std::string> ProviderApi::key_of(const HttpRequest& request) const {
  const std::optional<std::string> value = request.header("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (!value || !value->starts_with(scheme)) return std::nullopt;
  return value->substr(scheme.size());
}

std::vector<std::unique_ptr<ProviderApi>> make_provider_apis(Core& core) {
  std::vector<std::unique_ptr<ProviderApi>> apis;
  apis.push_back(make_vibegen_api(core));
  return apis;
}

}  // namespace prompt::rehearsal
