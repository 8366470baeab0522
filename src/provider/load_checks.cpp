// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// What can only be seen with all parts of a description in hand: whether each model has the
// operations it needs, exactly one of each kind; whether settings and placeholders meet; whether a
// task can end well.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "provider/loader_parts.h"

namespace prompt::provider {
namespace {

constexpr std::array all_kinds = {OperationKind::submit, OperationKind::status,
                                  OperationKind::result, OperationKind::content,
                                  OperationKind::list,   OperationKind::cancel};

// A request that stands for all of a model, with or without images.
struct Example {
  std::size_t model = 0;
  Request request;
};

// Names of which each pattern in a `select` takes at least one: "x/x" for "*/*".
std::set<std::string> names_for_patterns(const Description& description) {
  std::set<std::string> out;
  for (const OperationKind kind : all_kinds) {
    for (const Operation& operation : description.operations.of(kind)) {
      for (const auto* const names : {&operation.select.models, &operation.select.not_models}) {
        for (std::string name : *names) {
          if (!is_pattern(name)) continue;
          std::replace(name.begin(), name.end(), '*', 'x');
          out.insert(std::move(name));
        }
      }
    }
  }
  return out;
}

std::vector<Example> make_examples(const Description& description) {
  std::vector<Example> out;
  const std::set<std::string> further_names = names_for_patterns(description);
  for (std::size_t i = 0; i < description.models.size(); ++i) {
    const Model& model = description.models[i];
    std::vector<std::string> names{model.id};
    if (model.is_any()) names.insert(names.end(), further_names.begin(), further_names.end());
    for (const std::string& name : names) {
      Example example;
      example.model = i;
      example.request.model = name;
      example.request.media = model.media;
      if (!model.images || model.images->min_count == 0) out.push_back(example);
      if (!model.images) continue;
      example.request.images.emplace_back();
      out.push_back(std::move(example));
    }
  }
  return out;
}

std::string model_pointer(std::size_t model) { return pointer_to("/models", model); }

std::string shown(const Example& example) {
  return "\"" + example.request.model + "\" " +
         (example.request.images.empty() ? "without images" : "with images");
}

void check_models(Problems& problems, const Description& description) {
  std::set<std::pair<std::string, Media>> seen;
  std::set<Media> with_default;
  for (std::size_t i = 0; i < description.models.size(); ++i) {
    const Model& model = description.models[i];
    // Two models of one name could not be told apart; "*" may stand once for each medium.
    const Media medium = model.is_any() ? model.media : Media::automatic;
    if (!seen.emplace(model.id, medium).second)
      problems.report(pointer_to(model_pointer(i), "id"), "each model once",
                      "\"" + model.id + "\" again");
    if (model.is_default && !with_default.insert(model.media).second)
      problems.report(pointer_to(model_pointer(i), "default"), "one default of each medium",
                      format("a second one for %s", to_string(model.media)));
  }
}

void check_select(Problems& problems, const Description& description, const Operation& operation) {
  // A pattern that no model fits shows as an operation that is for none.
  const auto check = [&](const std::vector<std::string>& names, const char* member) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool is_known = is_pattern(names[i]) ||
                            std::any_of(description.models.begin(), description.models.end(),
                                        [&](const Model& model) { return model.id == names[i]; });
      if (!is_known)
        problems.report(pointer_to(operation.pointer + "/select/" + member, i),
                        "the id of one of the models, or a pattern with \"*\"",
                        "\"" + names[i] + "\"");
    }
  };
  check(operation.select.models, "models");
  check(operation.select.not_models, "not-models");
}

// Exactly one submit and one status operation for each request, at most one of the others, and none
// that is for no request at all.
void check_coverage(Problems& problems, const Description& description,
                    const std::vector<Example>& examples) {
  for (const OperationKind kind : all_kinds) {
    std::set<const Operation*> used;
    for (const Operation& operation : description.operations.of(kind))
      check_select(problems, description, operation);
    for (const Example& example : examples) {
      const Operation* found = nullptr;
      for (const Operation& operation : description.operations.of(kind)) {
        if (!operation.select.matches(example.request)) continue;
        if (found != nullptr)
          problems.report(operation.pointer + "/select",
                          "conditions that tell it from " + found->pointer,
                          "both for " + shown(example));
        found = &operation;
        used.insert(found);
      }
      if (found == nullptr && (kind == OperationKind::submit || kind == OperationKind::status))
        problems.report(model_pointer(example.model),
                        format("a %s operation that is for it", to_string(kind)),
                        "none for " + shown(example));
    }
    for (const Operation& operation : description.operations.of(kind))
      if (used.find(&operation) == used.end())
        problems.report(operation.pointer + "/select", "conditions that a model meets",
                        "some that none does");
  }
}

// Each setting that a model has needs a place in the request, and each place a setting.
void check_places(Problems& problems, const Description& description,
                  const std::vector<Example>& examples) {
  constexpr std::array<const char*, 5> settings = {"duration", "aspect-ratio", "resolution",
                                                   "generate-audio", "seed"};
  for (const Example& example : examples) {
    const Model& model = description.models[example.model];
    const Operation* const submit =
        description.operations.find(OperationKind::submit, example.request);
    if (submit == nullptr) continue;
    const auto need = [&](const std::string& name, const std::string& pointer) {
      if (!submit->uses(name))
        problems.report(pointer, "a place for it, ${" + name + "} in " + submit->pointer, "none");
    };
    if (model.prompt.required) need("prompt", model_pointer(example.model));
    for (const char* const name : settings)
      if (model.find_rule(name) != nullptr)
        need(name, model_pointer(example.model) + "/settings/" + name);
    if (!example.request.images.empty())
      need("images", model_pointer(example.model) + "/settings/images");
    if (!model.parameters.empty()) need("parameters", model_pointer(example.model) + "/parameters");
  }
  for (const Operation& operation : description.operations.submit) {
    for (const std::string& name : operation.names) {
      const bool is_setting = std::find(settings.begin(), settings.end(), name) != settings.end();
      if (!is_setting && name != "images") continue;
      const bool is_filled =
          std::any_of(examples.begin(), examples.end(), [&](const Example& example) {
            const Model& model = description.models[example.model];
            return operation.select.matches(example.request) &&
                   (is_setting ? model.find_rule(name) != nullptr : model.images.has_value());
          });
      if (!is_filled)
        problems.report(operation.pointer, "placeholders that a model's settings fill",
                        "${" + name + "}");
    }
  }
}

void check_captures(Problems& problems, const Description& description) {
  std::set<std::string> captured;
  for (const OperationKind kind : all_kinds)
    for (const Operation& operation : description.operations.of(kind))
      for (const auto& [name, paths] : operation.reply.capture) captured.insert(name);
  const auto need = [&](const std::string& name, const std::string& pointer) {
    if (captured.find(name) == captured.end())
      problems.report(pointer, "a name that a \"capture\" gives", "\"" + name + "\"");
  };
  for (const OperationKind kind : all_kinds) {
    for (const Operation& operation : description.operations.of(kind)) {
      if (!operation.url_from.empty()) need(operation.url_from, operation.pointer + "/url-from");
      for (const std::string& name : operation.names)
        if (name.rfind("captured.", 0) == 0) need(name.substr(9), operation.pointer);
    }
  }
}

// A task that is done must be seen to be done, and what it made must be found.
void check_endings(Problems& problems, const Description& description,
                   const std::vector<Example>& examples) {
  for (const Operation& operation : description.operations.status) {
    const std::vector<StateWord>& states = operation.rules.states;
    const auto leads_to = [&](TaskState state) {
      return std::any_of(states.begin(), states.end(), [&](const StateWord& word) {
        return word.state == state && (word.http_status != 0 || !operation.reply.state.empty());
      });
    };
    if (states.empty())
      problems.report("/states", "the provider's words for the states", "nothing");
    const bool has_words = std::any_of(states.begin(), states.end(),
                                       [](const StateWord& word) { return word.http_status == 0; });
    if (has_words && operation.reply.state.empty())
      problems.report(operation.pointer + "/reply/state", "the path of the state", "nothing");
    if (!leads_to(TaskState::ready))
      problems.report("/states/ready", "a word that leads to this state", "none");
  }
  for (const Example& example : examples) {
    const Operation* const status =
        description.operations.find(OperationKind::status, example.request);
    if (status == nullptr || !status->reply.results.empty() ||
        description.operations.find(OperationKind::result, example.request) != nullptr ||
        description.operations.find(OperationKind::content, example.request) != nullptr)
      continue;
    problems.report(status->pointer + "/reply/results",
                    "where the results are, or a result or content operation",
                    "nothing for " + shown(example));
  }
}

}  // namespace

void check_whole(Problems& problems, const Description& description) {
  const std::vector<Example> examples = make_examples(description);
  check_models(problems, description);
  check_coverage(problems, description, examples);
  check_places(problems, description, examples);
  check_captures(problems, description);
  check_endings(problems, description, examples);
}

}  // namespace prompt::provider
