// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/server.h"

#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

TaskTimes times_of(const Options& options) {
  TaskTimes times;
  times.task_seconds = options.task_seconds;
  times.queue_seconds =
      options.queue_seconds >= 0 ? options.queue_seconds : options.task_seconds / 10;
  times.timeout_seconds = options.timeout_seconds;
  return times;
}

json::Value number(std::uint64_t value) { return json::Value(static_cast<std::int64_t>(value)); }

Result<Ref<GTlsCertificate>> read_certificate(const std::string& path) {
  if (path.empty()) return Ref<GTlsCertificate>();
  GErrorPtr error;
  Ref<GTlsCertificate> certificate =
      Ref<GTlsCertificate>::adopt(g_tls_certificate_new_from_file(path.c_str(), error.out()));
  if (!certificate)
    return fail(ErrorKind::settings,
                format("--tls: '%s' could not be used: %s.", path.c_str(), error->message));
  return certificate;
}

// The wanted port; where any will do, rather the one that the server before this one had: what it
// has told of itself, as the addresses of tasks and media, stays true.
Result<std::unique_ptr<Port>> open_port(std::uint16_t wanted, std::uint16_t last,
                                        const Ref<GTlsCertificate>& certificate,
                                        const RequestHandler& handler) {
  if (wanted == 0 && last != 0) {
    Result<std::unique_ptr<Port>> again = Port::open(last, certificate, handler);
    if (again) return again;
  }
  return Port::open(wanted, certificate, handler);
}

std::uint16_t port_in(const Result<json::Value>& line, const char* name) {
  const json::Value* const value = line ? line->find(name) : nullptr;
  const std::int64_t* const port = value != nullptr ? value->as_int() : nullptr;
  if (port == nullptr || *port < 0 || *port > 65535) return 0;
  return static_cast<std::uint16_t>(*port);
}

}  // namespace

Server::Server(const Options& options, Workspace workspace, RequestLog log)
    : options_(options),
      workspace_(std::move(workspace)),
      log_(std::move(log)),
      faults_(options_.seed),
      account_(options_.credits),
      renders_(workspace_.media_folder(), options_.media_file),
      callbacks_(stats_, log_),
      tasks_(workspace_.tasks_folder(), times_of(options_), renders_,
             [this](const Task& task) {
               ProviderApi* provider = api_.find_provider(task.provider);
               if (provider == nullptr) return;
               provider->on_finished(task);
               if (task.callback_url.empty()) return;
               const std::optional<json::Value> body = provider->callback_body(task);
               if (body) callbacks_.post(task.callback_url, *body);
             }),
      media_(options_, UrlSigner(workspace_.secret(), options_.url_seconds), tasks_, renders_,
             faults_, stats_, log_),
      core_{options_, tasks_, media_, faults_, account_},
      api_(core_, stats_, log_, [this] { return stats_page(); }),
      last_request_us_(g_get_monotonic_time()) {}

Result<std::unique_ptr<Server>> Server::start(const Options& options) {
  Result<Workspace> workspace = Workspace::open(options.folder, options.media_cache);
  if (!workspace) return fail(workspace.error());
  Result<RequestLog> log = RequestLog::open(options.log_file);
  if (!log) return fail(log.error());
  std::unique_ptr<Server> server(new Server(options, std::move(*workspace), std::move(*log)));
  const Result<void> faults = server->faults_.set(options.faults);
  if (!faults) return fail(faults.error());
  const Result<void> opened = server->open_ports();
  if (!opened) return fail(opened.error());
  const Result<void> loaded = server->tasks_.load();
  if (!loaded) return fail(loaded.error());
  const Result<void> published = server->workspace_.publish(server->line());
  if (!published) return fail(published.error());
  return server;
}

Result<void> Server::open_ports() {
  const Result<Ref<GTlsCertificate>> certificate = read_certificate(options_.tls_file);
  if (!certificate) return fail(certificate.error());
  const auto noticed = [this](Script (Server::*handler)(const HttpRequest&)) {
    return [this, handler](const HttpRequest& request) {
      last_request_us_ = g_get_monotonic_time();
      return (this->*handler)(request);
    };
  };
  const Result<json::Value> last = json::parse(workspace_.last_line());
  auto api = open_port(options_.port, port_in(last, "port"), *certificate,
                       [this](const HttpRequest& request) {
                         last_request_us_ = g_get_monotonic_time();
                         return api_.handle(request);
                       });
  if (!api) return fail(api.error());
  auto media = open_port(options_.media_port, port_in(last, "media-port"), *certificate,
                         [this](const HttpRequest& request) {
                           last_request_us_ = g_get_monotonic_time();
                           return media_.handle(request);
                         });
  if (!media) return fail(media.error());
  auto canary = Port::open(0, {}, noticed(&Server::on_canary));
  if (!canary) return fail(canary.error());
  api_port_ = std::move(*api);
  media_port_ = std::move(*media);
  canary_port_ = std::move(*canary);
  media_.set_origins(media_port_->origin(), canary_port_->origin(), canary_port_->port());
  api_.set_canary_origin(canary_port_->origin());
  return {};
}

Script Server::on_canary(const HttpRequest& request) {
  ++canary_requests_;
  log_.write("canary", request, 404, {});
  return to_script(HttpReply{404, {}, "Nobody should come here.\n"});
}

std::string Server::line() const {
  json::Object urls;
  for (const auto& provider : api_.providers())
    urls.set(provider->id(), json::Value(api_port_->origin() + provider->base_path()));
  json::Object line;
  line.set("port", number(api_port_->port()));
  line.set("media-port", number(media_port_->port()));
  line.set("canary-port", number(canary_port_->port()));
  line.set("pid", json::Value(static_cast<std::int64_t>(::getpid())));
  line.set("base-urls", json::Value(std::move(urls)));
  return json::write(json::Value(std::move(line))) + "\n";
}

double Server::idle_seconds() const {
  if (api_port_->connection_count() + media_port_->connection_count() > 0 || renders_.is_busy() ||
      callbacks_.is_busy())
    return 0;
  return static_cast<double>(g_get_monotonic_time() - last_request_us_) / 1e6;
}

json::Value Server::stats_page() const {
  json::Object providers;
  for (const auto& [id, counts] : stats_.providers) {
    json::Object one;
    one.set("requests", number(counts.requests));
    one.set("submits", number(counts.submits));
    one.set("created", number(counts.created));
    one.set("queries", number(counts.queries));
    one.set("lists", number(counts.lists));
    one.set("refused", number(counts.refused));
    providers.set(id, json::Value(std::move(one)));
  }
  json::Object paths;
  MediaCounts sum;
  for (const auto& [path, counts] : stats_.media) {
    json::Object one;
    one.set("requests", number(counts.requests));
    one.set("partial", number(counts.partial));
    one.set("bytes", number(counts.bytes));
    paths.set(path, json::Value(std::move(one)));
    sum.requests += counts.requests;
    sum.partial += counts.partial;
    sum.bytes += counts.bytes;
  }
  json::Object media;
  media.set("requests", number(sum.requests));
  media.set("partial", number(sum.partial));
  media.set("bytes", number(sum.bytes));
  media.set("refused", number(stats_.media_refused));
  media.set("with-authorization", number(stats_.media_with_authorization));
  media.set("connections", number(media_port_->accepted_count()));
  media.set("paths", json::Value(std::move(paths)));
  json::Object faults;
  for (const auto& [name, count] : faults_.counts()) faults.set(name, number(count));
  json::Object callbacks;
  callbacks.set("sent", number(stats_.callbacks_sent));
  callbacks.set("delivered", number(stats_.callbacks_delivered));
  callbacks.set("refused", number(stats_.callbacks_refused));
  json::Object tasks;
  for (const TaskState state :
       {TaskState::pending, TaskState::processing, TaskState::completed, TaskState::failed})
    tasks.set(to_string(state), number(tasks_.count(state)));
  json::Object renders;
  renders.set("rendered", number(renders_.rendered_count()));
  renders.set("cached", number(renders_.cached_count()));
  json::Object canary;
  canary.set("connections", number(canary_port_->accepted_count()));
  canary.set("requests", number(canary_requests_));

  json::Object page;
  page.set("providers", json::Value(std::move(providers)));
  page.set("media", json::Value(std::move(media)));
  page.set("faults", json::Value(std::move(faults)));
  page.set("callbacks", json::Value(std::move(callbacks)));
  page.set("tasks", json::Value(std::move(tasks)));
  page.set("renders", json::Value(std::move(renders)));
  page.set("canary", json::Value(std::move(canary)));
  page.set("credits", account_.credits() ? json::Value(*account_.credits()) : json::Value());
  return json::Value(std::move(page));
}

}  // namespace prompt::rehearsal
