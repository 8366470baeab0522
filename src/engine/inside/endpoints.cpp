// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/endpoints.h"

#include <utility>

#include "engine/inside/environment.h"
#include "engine/inside/key.h"
#include "http/url.h"

namespace prompt::engine {
namespace {

class ApiEndpoint : public job::Endpoint {
 public:
  ApiEndpoint(std::shared_ptr<const provider::Description> description, const std::string& base_url,
              const Secret& api_key, const std::string& key_fingerprint)
      : description_(std::move(description)),
        translator_(std::make_shared<provider::Translator>(description_, base_url)),
        api_key_(api_key),
        identity_(description_->id + " " + base_url + " " + key_fingerprint) {
    const Result<http::Url> url = http::Url::parse(base_url);
    is_local_ = url && http::is_loopback_host(url->host());
  }

  Result<std::shared_ptr<const provider::Translator>> translator() override { return translator_; }
  Result<Secret> key() override { return find_key(*description_, api_key_); }
  const std::string& identity() const override { return identity_; }
  bool allows_private_addresses() const override { return is_local_ || is_plain_http_allowed(); }
  bool allows_plain_http() const override { return is_plain_http_allowed(); }

 private:
  std::shared_ptr<const provider::Description> description_;  // constant
  std::shared_ptr<const provider::Translator> translator_;    // constant
  Secret api_key_;                                            // constant
  std::string identity_;                                      // constant
  bool is_local_ = false;                                     // constant
};

class RehearsalEndpoint : public job::Endpoint {
 public:
  RehearsalEndpoint(std::shared_ptr<const provider::Description> description,
                    std::shared_ptr<RehearsalProcess> process, const std::string& library)
      : description_(std::move(description)),
        process_(std::move(process)),
        library_(library),
        identity_("rehearsal " + description_->id + " " + library) {}

  Result<std::shared_ptr<const provider::Translator>> translator() override {
    Result<std::string> base_url = process_->base_url(description_->id, library_);
    if (!base_url) return fail(std::move(base_url.error()));
    return std::make_shared<provider::Translator>(description_, *base_url);
  }
  // Any key of the right form will do there; a real one is never sent to it.
  Result<Secret> key() override { return Secret(description_->auth.key_prefix + "rehearsal"); }
  const std::string& identity() const override { return identity_; }
  bool allows_private_addresses() const override { return true; }
  bool allows_plain_http() const override { return false; }

 private:
  std::shared_ptr<const provider::Description> description_;  // constant
  std::shared_ptr<RehearsalProcess> process_;                 // constant
  std::string library_;                                       // constant
  std::string identity_;                                      // constant
};

}  // namespace

std::shared_ptr<job::Endpoint> make_endpoint(
    std::shared_ptr<const provider::Description> description, const std::string& base_url,
    const Secret& api_key, const std::string& key_fingerprint) {
  return std::make_shared<ApiEndpoint>(std::move(description), base_url, api_key, key_fingerprint);
}

std::shared_ptr<job::Endpoint> make_rehearsal_endpoint(
    std::shared_ptr<const provider::Description> description,
    std::shared_ptr<RehearsalProcess> process, const std::string& library) {
  return std::make_shared<RehearsalEndpoint>(std::move(description), std::move(process), library);
}

}  // namespace prompt::engine
