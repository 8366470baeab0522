// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What can be asked for, and whether there is a key for it.
#include <utility>

#include "engine/engine.h"
#include "engine/inside/key.h"
#include "provider/catalogue.h"

namespace prompt::engine {
namespace {

ProviderFacts facts_of(const provider::Catalogue::Entry& entry) {
  ProviderFacts facts;
  facts.id = entry.id;
  facts.file = entry.file;
  facts.error = entry.error;
  if (entry.description == nullptr) return facts;
  const provider::Description& description = *entry.description;
  facts.name = description.name;
  facts.unit = description.unit;
  for (const provider::Model& model : description.models)
    facts.models.push_back({model.id, model.media, model.is_default});
  facts.needs_key =
      description.auth.scheme != provider::Auth::Scheme::none && !description.auth.optional;
  facts.key_variables = description.auth.env;
  const Result<Secret> key = find_key(description, Secret());
  facts.has_key = key && !key->empty();
  if (!key && key.error().kind != ErrorKind::not_authorized) facts.error = key.error();
  return facts;
}

}  // namespace

std::vector<ProviderFacts> Engine::providers() {
  std::vector<ProviderFacts> providers;
  const provider::Catalogue catalogue = provider::Catalogue::load();
  for (const provider::Catalogue::Entry& entry : catalogue.entries())
    providers.push_back(facts_of(entry));
  return providers;
}

}  // namespace prompt::engine
