// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Fuzzes replies to facts, over all shipped descriptions. The first three bytes choose the
// description, its model and the HTTP status; the rest is the body. What comes out must be in range
// and fit to show, and a task that was taken must be one that can be asked for.
#include <glib.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "provider/catalogue.h"
#include "provider/translator.h"

using prompt::Error;
using prompt::is_valid_utf8;
using prompt::Result;
using prompt::provider::Catalogue;
using prompt::provider::Description;
using prompt::provider::Request;
using prompt::provider::StatusFacts;
using prompt::provider::SubmitFacts;
using prompt::provider::Task;
using prompt::provider::TaskState;
using prompt::provider::Translator;

namespace {

constexpr std::array statuses = {200, 200, 200, 201, 202, 204, 301, 400, 401,
                                 402, 404, 408, 409, 421, 422, 429, 500, 502};

const Catalogue& catalogue() {
  static const Catalogue shipped = Catalogue::load(std::vector<std::string>());
  return shipped;
}

void check(const Error& error) {
  g_assert_true(is_valid_utf8(error.message) && is_valid_utf8(error.code));
  g_assert_true(!error.message.empty() && error.message.size() < 2000);
  g_assert_true(error.code.size() <= 64);
}

bool has_own_status_path(const Translator& translator, const Request& request) {
  const prompt::provider::Operation* const status =
      translator.description().operations.find(prompt::provider::OperationKind::status, request);
  return status != nullptr && status->path.has_value();
}

void check_submit(const Translator& translator, const Request& request,
                  const prompt::http::Reply& reply) {
  const Result<SubmitFacts> facts = translator.read_submit(request, reply);
  if (!facts) {
    check(facts.error());
    g_assert_false(facts.error().maybe_billed && facts.error().retriable);
    return;
  }
  g_assert_true(!facts->task.id.empty() && facts->task.id.size() <= 512);
  // Where only a reply gives the address, it may be one that nobody can use.
  const auto next = translator.status(request, facts->task);
  g_assert_true(next.has_value() || !has_own_status_path(translator, request));
  g_assert_true(!facts->credits || (std::isfinite(*facts->credits) && *facts->credits >= 0));
}

void check_facts(const Translator& translator, const Result<StatusFacts>& facts) {
  if (!facts) return check(facts.error());
  const bool has_failed = facts->state == TaskState::failed || facts->state == TaskState::cancelled;
  g_assert_true(facts->failure.has_value() == has_failed);
  if (facts->failure) check(*facts->failure);
  g_assert_true(!facts->progress || (*facts->progress >= 0 && *facts->progress <= 1));
  g_assert_true(is_valid_utf8(facts->provider_word));
  for (const prompt::provider::MediaResult& result : facts->results) {
    g_assert_true(!result.url.empty() && is_valid_utf8(result.title));
    g_assert_true(!result.needs_credential || translator.may_send_credential_to(result.url));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::vector<Catalogue::Entry>& entries = catalogue().entries();
  const std::shared_ptr<const Description>& description =
      entries[data[0] % entries.size()].description;
  const Translator translator(description, description->base_url.empty()
                                               ? std::string("https://your-site.example")
                                               : description->base_url);
  const auto& model = description->models[data[1] % description->models.size()];
  Request request;
  request.model = model.is_any() ? "any" : model.id;
  request.media = model.media;
  request.prompt = "a fox";
  prompt::http::Reply reply;
  reply.head.status = statuses[data[2] % statuses.size()];
  reply.body.assign(reinterpret_cast<const char*>(data) + 3, size - 3);
  Task task;
  task.id = "a";
  check_submit(translator, request, reply);
  check_facts(translator, translator.read_status(request, task, reply));
  check_facts(translator, translator.read_result(request, task, reply));
  const auto page = translator.read_list(request, 0, reply);
  if (!page) check(page.error());
  static_cast<void>(translator.read_cancel(request, reply));
  return 0;
}
