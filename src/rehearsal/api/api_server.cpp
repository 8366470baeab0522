// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/api/api_server.h"

#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "rehearsal/api/api_faults.h"

namespace prompt::rehearsal {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return segments;
}

// True if the path has the pattern's form; the decoded parts go to `arguments`.
bool matches(const std::string& pattern, const std::vector<std::string>& path,
             std::vector<std::string>& arguments) {
  const std::vector<std::string> wanted = segments_of(pattern);
  if (wanted.size() != path.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with("{")) {
      const OwnedString decoded(g_uri_unescape_string(path[i].c_str(), nullptr));
      if (!decoded || *decoded == '\0') return false;
      arguments.emplace_back(decoded.get());
    } else if (wanted[i] != path[i]) {
      return false;
    }
  }
  return true;
}

Script json_reply(int status, const json::Value& body) {
  return to_script(HttpReply{status, {{"Content-Type", "application/json"}}, json::write(body)});
}

std::string with_slash(const HttpRequest& request) {
  return request.path + "/" + (request.query.empty() ? "" : "?" + request.query);
}

// A reply whose body is no JSON.
Script other_script(ApiReply reply) {
  if (!reply.events)
    return to_script(HttpReply{reply.status, std::move(reply.headers), std::move(reply.bytes)});
  reply.headers.emplace_back("Content-Type", "text/event-stream");
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.headers.emplace_back("Connection", "close");
  Script script = just(Say{write_head(reply.status, reply.headers)});
  script.steps.emplace_back(SayLive{std::move(reply.events)});
  script.close_after = true;
  return script;
}

Script own_error(int status, const char* message) {
  json::Object body;
  body.set("error", json::Value(message));
  return json_reply(status, json::Value(std::move(body)));
}

}  // namespace

ApiServer::ApiServer(Core& core, Stats& stats, RequestLog& log,
                     std::function<json::Value()> stats_page)
    : core_(core),
      stats_(stats),
      log_(log),
      stats_page_(std::move(stats_page)),
      providers_(make_provider_apis(core)) {
  for (const auto& provider : providers_) {
    routes_[provider.get()] = provider->routes();
    stats_.providers[provider->id()];
  }
}

ProviderApi* ApiServer::find_provider(std::string_view id) const {
  for (const auto& provider : providers_)
    if (id == provider->id()) return provider.get();
  return nullptr;
}

Script ApiServer::handle(const HttpRequest& request) {
  if (request.path.starts_with("/rehearsal/")) return serve_own(request);
  for (const auto& provider : providers_) {
    const std::string_view base(provider->base_path());
    if (request.path.starts_with(base) &&
        (request.path.size() == base.size() || request.path[base.size()] == '/'))
      return serve_provider(*provider, request);
  }
  log_.write("api", request, 404, {});
  return own_error(404, "No provider has this path; see the base URLs that were printed.");
}

Script ApiServer::serve_own(const HttpRequest& request) {
  if (request.path == "/rehearsal/stats" && request.method == "GET")
    return json_reply(200, stats_page_());
  if (request.path == "/rehearsal/faults" && request.method == "PUT") {
    const Result<json::Value> body = json::parse(request.body);
    const json::Array* items = body ? body->as_array() : nullptr;
    if (items == nullptr) return own_error(400, "The body must be a JSON array of fault names.");
    std::vector<std::string> names;
    for (const json::Value& item : *items)
      if (const std::string* name = item.as_string()) names.push_back(*name);
    const Result<void> set = core_.faults.set(names);
    if (!set) return own_error(400, set.error().message.c_str());
    return json_reply(200, json::Value(*items));
  }
  return own_error(404, "There are GET /rehearsal/stats and PUT /rehearsal/faults.");
}

ApiServer::Found ApiServer::find_route(const ProviderApi& provider,
                                       const HttpRequest& request) const {
  const std::size_t base_size = std::string_view(provider.base_path()).size();
  std::vector<std::string> path = segments_of(std::string_view(request.path).substr(base_size));
  // Whether that is right is for the fault to say that sends there.
  if (path.size() > 1 && path.back().empty()) path.pop_back();
  Found found;
  for (const Route& route : routes_.at(&provider)) {
    std::vector<std::string> arguments;
    if (!matches(route.pattern, path, arguments)) continue;
    if (route.method != request.method) {
      found.wrong_method = true;
      continue;
    }
    found.route = &route;
    found.arguments = std::move(arguments);
    return found;
  }
  return found;
}

Script ApiServer::serve_provider(ProviderApi& provider, const HttpRequest& request) {
  ProviderCounts& counts = stats_.providers[provider.id()];
  ++counts.requests;
  Found found = find_route(provider, request);
  const Operation operation = found.route != nullptr ? found.route->operation : Operation::other;
  if (operation == Operation::submit) ++counts.submits;
  if (operation == Operation::status) ++counts.queries;
  if (operation == Operation::list) ++counts.lists;
  const FiredFaults fired = core_.faults.fire(operation);
  if (fired.has("slash") && !request.path.ends_with('/')) {
    log_.write("api", request, 301, fired);
    return to_script(HttpReply{301, {{"Location", with_slash(request)}}, {}});
  }
  if (!fired.has("slash") && request.path.ends_with('/')) found = Found{};
  const FaultPlan plan = plan_of(fired);
  ApiReply reply;
  if (plan.delay_seconds) {
    carry_out_later(provider, request, std::move(found), *plan.delay_seconds);
    log_.write("api", request, 0, fired);
    return just(Hold{});
  }
  if (plan.carry_out) reply = carry_out(provider, request, found, fired);
  if (reply.media_of != nullptr)
    return core_.media.hand_out(request, *reply.media_of, reply.media_index);
  if (!reply.bytes.empty() || reply.events) {
    log_.write("api", request, reply.status, fired);
    return other_script(std::move(reply));
  }
  if (fired.has("data-url") && !reply.media_url.empty())
    if (const Task* task = core_.tasks.find(provider.id(), reply.task_id))
      replace_url(reply, core_.media.data_url_of(*task, 0));
  change_content(reply, fired, provider.key_of(request).value_or(""));
  int status = 0;
  Script script = api_script(reply, fired, provider, canary_origin_, status);
  if (status >= 400) ++counts.refused;
  log_.write("api", request, status, fired);
  script.delay += std::chrono::milliseconds(static_cast<std::int64_t>(core_.options.rtt_ms));
  return script;
}

ApiReply ApiServer::carry_out(ProviderApi& provider, const HttpRequest& request, const Found& found,
                              const FiredFaults& fired) {
  const std::optional<std::string> key = provider.key_of(request);
  if (!key || key->empty() || (core_.options.key && core_.options.key->reveal() != *key))
    return provider.error(401);
  if (found.route == nullptr)
    return found.wrong_method ? provider.error(405) : provider.error(404, "No such endpoint");
  if (!is_within_rate(*key, found.route->operation)) return provider.error(429);
  auto query = request.parameters();
  if (!query) return provider.error(400, "The query is malformed");
  ApiReply reply =
      found.route->handler(ApiCall{request, fired, found.arguments, std::move(*query)});
  if (reply.created) ++stats_.providers[provider.id()].created;
  return reply;
}

bool ApiServer::is_within_rate(const std::string& key, Operation operation) {
  const std::uint64_t limit = core_.options.rate_limit;
  if (limit == 0) return true;
  std::deque<std::int64_t>& times = recent_[(operation == Operation::submit ? "s" : "q") + key];
  const std::int64_t now = g_get_monotonic_time();
  while (!times.empty() && now - times.front() > 60 * G_USEC_PER_SEC) times.pop_front();
  if (times.size() >= limit) return false;
  times.push_back(now);
  return true;
}

void ApiServer::carry_out_later(ProviderApi& provider, const HttpRequest& request, Found found,
                                double seconds) {
  auto late = std::make_unique<Late>();
  late->request = request;
  Late* place = late.get();
  late->timer.start(seconds, [this, &provider, place, found = std::move(found)] {
    const ApiReply nobody_sees = carry_out(provider, place->request, found, {});
    static_cast<void>(nobody_sees);
  });
  late_.push_back(std::move(late));
}

}  // namespace prompt::rehearsal
