// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/resolve.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "engine/inside/endpoints.h"
#include "engine/inside/environment.h"
#include "engine/inside/images.h"
#include "engine/inside/key.h"
#include "http/url.h"
#include "json/parse.h"
#include "provider/loader.h"

namespace prompt::engine {
namespace {

using DescriptionPtr = std::shared_ptr<const provider::Description>;

constexpr const char* default_provider = "vibegen";

/// The stand-in takes seconds where the provider takes a minute.
constexpr std::chrono::milliseconds rehearsal_poll_interval{1000};

// In small letters, as all ids are: "VibeGen" is the same request as "vibegen".
std::string provider_id(const Settings& settings) {
  std::string id = settings.provider;
  if (id.empty()) id = environment("GST_PROMPT_PROVIDER");
  if (id.empty()) return default_provider;
  const OwnedString small(g_ascii_strdown(id.c_str(), -1));
  return small.get();
}

Result<void> check_cap(double max_credits) {
  if (std::isfinite(max_credits) && max_credits >= 0) return {};
  return fail(
      ErrorKind::settings,
      format("The property \"max-credits\" is %g: set a number above zero, or 0 for no cap.",
             max_credits));
}

// "rehearsal" (then empty) or "rehearsal:NAME" (then NAME); nothing for any other provider.
std::optional<std::string_view> rehearsed_provider(std::string_view provider) {
  if (!provider.starts_with(provider::rehearsal_id)) return std::nullopt;
  const std::string_view rest = provider.substr(provider::rehearsal_id.size());
  if (rest.empty()) return rest;
  if (rest.front() != ':') return std::nullopt;
  return rest.substr(1);
}

// By its name: one that takes any model would take every slip of the pen, too.
bool serves(const provider::Description& description, const Settings& settings) {
  if (settings.model.empty()) return description.default_model(settings.media) != nullptr;
  const provider::Model* const model = description.find_model(settings.model);
  return model != nullptr && !model->is_any();
}

// Rehearsal stands in for every service: for the one that is named, else for the default one,
// unless only another has the model or makes the medium.
Result<DescriptionPtr> rehearsed_description(const provider::Catalogue& catalogue,
                                             const Settings& settings, std::string_view named) {
  if (!named.empty()) return catalogue.find(named);
  Result<DescriptionPtr> first = catalogue.find(default_provider);
  if (!first || serves(**first, settings)) return first;
  for (const char* id : RehearsalProcess::preferred_providers) {
    Result<DescriptionPtr> other = catalogue.find(id);
    if (other && serves(**other, settings)) return other;
  }
  return first;
}

// The stand-in takes seconds where the provider takes a minute, and is looked at as often.
DescriptionPtr rehearsal_variant(const provider::Description& original) {
  auto variant = std::make_shared<provider::Description>(original);
  variant->name += " (rehearsal)";
  variant->polling.average = std::chrono::milliseconds(1000);
  variant->polling.floor = std::chrono::milliseconds(500);
  variant->typical = provider::TypicalTime{3.0, 4.0};
  for (provider::Model& model : variant->models) model.typical.clear();
  return variant;
}

Result<std::string> base_url(const Settings& settings, const provider::Description& description) {
  std::string text = settings.base_url;
  std::string what = "The property base-url";
  if (text.empty() && !description.base_url_env.empty()) {
    text = environment(description.base_url_env.c_str());
    what = "The variable " + description.base_url_env;
  }
  if (text.empty()) {
    text = description.base_url;
    what = "The description's base URL";
  }
  if (text.empty())
    return fail(ErrorKind::settings,
                format("%s has no address that is known to all: set base-url to that of your "
                       "account's API or of your server, or the variable %s.",
                       description.name.c_str(), description.base_url_env.c_str()));
  while (text.ends_with('/')) text.pop_back();
  const Result<http::Url> url = http::Url::parse_base(text, what);
  if (!url) return fail(url.error());
  const Result<void> plain = http::check_plain_http(
      *url, is_plain_http_allowed() ? http::PlainHttp::allowed : http::PlainHttp::loopback_only);
  if (!plain) return fail(plain.error());
  return url->text();
}

Result<void> check_callback_url(const std::string& text) {
  if (text.empty()) return {};
  const Result<http::Url> url = http::Url::parse(text, "The property callback-url");
  if (!url) return fail(url.error());
  return {};
}

Result<provider::Request> make_request(const Settings& settings, const std::string& provider,
                                       const std::string& base,
                                       const provider::Description& description) {
  provider::Request request;
  request.provider = provider;
  request.base_url = base;
  request.model = settings.model;
  request.media = settings.media;
  request.prompt = settings.prompt;
  request.duration_s = settings.duration_s;
  request.aspect_ratio = settings.aspect_ratio;
  request.resolution = settings.resolution;
  request.generate_audio = settings.generate_audio;
  request.seed = settings.seed;
  request.take = settings.take;
  request.parameters = settings.parameters;
  for (const std::string& image : settings.images) {
    Result<provider::Image> loaded = load_image(image, description, settings.model, settings.media);
    if (!loaded) return fail(std::move(loaded.error()));
    request.images.push_back(std::move(*loaded));
  }
  return request;
}

// A task that exists needs no prompt: whoever has only its id may still play it.
Result<void> check_request(const provider::Description& description, const Settings& settings,
                           provider::Request& request) {
  const bool is_bare_task = !settings.task_id.empty() && request.prompt.empty();
  if (!is_bare_task) return provider::complete_and_check(description, request);
  request.prompt = "task " + settings.task_id;
  Result<void> checked = provider::complete_and_check(description, request);
  request.prompt.clear();
  return checked;
}

// Whether a request that the description refuses may have been sent earlier; it is completed then
// as it was, as far as the description still knows.
bool may_be_in_library(const std::string& library, const provider::Description& description,
                       provider::Request& request) {
  const provider::Model* const model = description.model_of(request);
  if (model != nullptr && (request.media == Media::automatic || request.media == model->media)) {
    if (request.model.empty() && !model->is_any()) request.model = model->id;
    request.media = model->media;
  }
  const bool is_readable = json::parse(provider::canonical_json(description, request)).has_value();
  return is_readable && g_file_test((library + "/ledger.db").c_str(), G_FILE_TEST_EXISTS);
}

// Whether all replies of this request have one place for one result; false: nobody knows.
bool has_single_result(const provider::Operations& operations, const provider::Request& request) {
  using Kind = provider::OperationKind;
  bool is_any = operations.find(Kind::content, request) != nullptr;
  for (const Kind kind : {Kind::submit, Kind::status, Kind::result}) {
    const provider::Operation* const operation = operations.find(kind, request);
    if (operation == nullptr) continue;
    for (const provider::ResultRule& rule : operation->reply.results) {
      // Where there are items, there may be a list of them.
      if (rule.items &&
          (rule.media.empty() || request.media == Media::automatic ||
           std::find(rule.media.begin(), rule.media.end(), request.media) != rule.media.end()))
        return false;
      is_any = true;
    }
  }
  return is_any;
}

// A key that is missing is told when it is needed.
Result<void> set_endpoint(Resolved& resolved, const provider::Catalogue& catalogue,
                          const std::shared_ptr<RehearsalProcess>& rehearsal,
                          const std::string& base, const Secret& api_key) {
  const job::Spec& spec = resolved.spec;
  job::Permission& permission = resolved.permission;
  if (spec.is_stood_in_for) {
    permission.endpoint = make_rehearsal_endpoint(spec.description, rehearsal, spec.library);
    return {};
  }
  Result<Secret> key = find_key(*spec.description, api_key);
  if (key)
    permission.key_hint = hint_about_key(catalogue, *spec.description, *key);
  else if (key.error().kind == ErrorKind::settings)
    return fail(std::move(key.error()));
  else
    permission.key_error = key.error();
  permission.endpoint =
      make_endpoint(spec.description, base, api_key, key ? key->fingerprint() : std::string());
  return {};
}

// Whoever wrote the ledger does not decide who gets the key.
Result<std::string> base_url_of(const ledger::JobRow& row, const Settings& like,
                                const provider::Description& description) {
  Result<std::string> base = base_url(like, description);
  if (!base || *base == row.base_url) return base;
  return fail(
      ErrorKind::settings,
      format("The job %s was sent to '%s', and requests of %s go to '%s' now: set the variable %s "
             "to the former to go on with it.",
             row.id.c_str(), show_safely(url_without_query(row.base_url)).c_str(),
             description.name.c_str(), base->c_str(), description.base_url_env.c_str()));
}

}  // namespace

Result<Resolved> resolve_row(const ledger::JobRow& row, const std::string& library,
                             const provider::Catalogue& catalogue,
                             const std::shared_ptr<RehearsalProcess>& rehearsal) {
  Result<provider::Request> request = provider::request_from_canonical(row.request_json);
  if (!request) return fail(std::move(request.error()));
  Settings like;
  like.provider = row.provider;
  like.model = request->model;
  like.media = request->media;
  const std::optional<std::string_view> rehearsed = rehearsed_provider(row.provider);
  Result<DescriptionPtr> found =
      rehearsed ? rehearsed_description(catalogue, like, *rehearsed) : catalogue.find(row.provider);
  if (!found) return fail(std::move(found.error()));

  Resolved resolved;
  job::Spec& spec = resolved.spec;
  spec.description = rehearsed ? rehearsal_variant(**found) : std::move(*found);
  spec.provider = row.provider;
  spec.library = library;
  spec.is_stood_in_for = rehearsed && row.base_url == std::string(provider::rehearsal_id) + ":";
  spec.request = std::move(*request);
  spec.request.base_url = row.base_url;
  spec.request_json = row.request_json;
  spec.request_hash = row.request_hash;
  spec.expected_credits = row.credits_expected;
  if (rehearsed) spec.poll_interval = rehearsal_poll_interval;
  if (!spec.is_stood_in_for) {
    const Result<std::string> base = base_url_of(row, like, *spec.description);
    if (!base) return fail(base.error());
  }
  if (const Result<void> found_key =
          set_endpoint(resolved, catalogue, rehearsal, row.base_url, Secret());
      !found_key)
    return fail(found_key.error());
  // What it brings is waited for, and nothing can be paid for another.
  resolved.permission.never_pay = true;
  resolved.permission.newest = true;
  return resolved;
}

Result<Resolved> resolve(const Settings& settings, const provider::Catalogue& catalogue,
                         const std::shared_ptr<RehearsalProcess>& rehearsal) {
  if (const Result<void> fine = check_cap(settings.max_credits); !fine) return fail(fine.error());
  Resolved resolved;
  job::Spec& spec = resolved.spec;
  job::Permission& permission = resolved.permission;
  spec.provider = provider_id(settings);
  spec.library = library_folder(settings.library);
  const std::optional<std::string_view> rehearsed = rehearsed_provider(spec.provider);
  const bool is_rehearsal = rehearsed.has_value();
  spec.is_stood_in_for = is_rehearsal && settings.base_url.empty();
  Result<DescriptionPtr> found = is_rehearsal
                                     ? rehearsed_description(catalogue, settings, *rehearsed)
                                     : catalogue.find(spec.provider);
  if (!found) return fail(std::move(found.error()));
  spec.description = is_rehearsal ? rehearsal_variant(**found) : std::move(*found);

  std::string base = std::string(provider::rehearsal_id) + ":";
  if (!spec.is_stood_in_for) {
    Result<std::string> checked = base_url(settings, *spec.description);
    if (!checked) return fail(std::move(checked.error()));
    base = std::move(*checked);
  }
  if (const Result<void> checked = check_callback_url(settings.callback_url); !checked)
    return fail(checked.error());

  Result<provider::Request> request =
      make_request(settings, spec.provider, base, *spec.description);
  if (!request) return fail(std::move(request.error()));
  if (!settings.prompt.empty() || settings.task_id.empty())
    spec.asked_hash = provider::request_hash(provider::asked_json(*request));
  if (const Result<void> checked = check_request(*spec.description, settings, *request); !checked) {
    // What was paid for before the description said so still plays.
    if (!settings.task_id.empty() || !may_be_in_library(spec.library, *spec.description, *request))
      return fail(checked.error());
    permission.refusal = checked.error();
  }
  spec.request = std::move(*request);
  spec.request_json = provider::canonical_json(*spec.description, spec.request);
  spec.request_hash = provider::request_hash(
      spec.request.prompt.empty() ? spec.request_json + settings.task_id : spec.request_json);
  spec.expected_credits = provider::expected_credits(*spec.description, spec.request);

  // Of what is in the library this is known, too, but there nothing is paid for.
  if (settings.result > 0 && !permission.refusal &&
      has_single_result(spec.description->operations, spec.request))
    permission.refusal =
        Error{ErrorKind::settings,
              format("result=%u cannot come: a task of %s has one result, which is result=0.",
                     settings.result, spec.description->name.c_str())};

  if (const Result<void> found_key =
          set_endpoint(resolved, catalogue, rehearsal, base, settings.api_key);
      !found_key)
    return fail(found_key.error());
  permission.max_credits = settings.max_credits;
  spec.callback_url = settings.callback_url;
  spec.task_id = settings.task_id;
  permission.refresh = settings.cache == CachePolicy::refresh;
  permission.newest = settings.follows_refresh;
  permission.never_pay = settings.cache == CachePolicy::only;
  spec.poll_interval = settings.poll_interval;
  if (is_rehearsal && spec.poll_interval.count() == 0) spec.poll_interval = rehearsal_poll_interval;
  spec.generation_timeout = settings.generation_timeout;
  return resolved;
}

}  // namespace prompt::engine
