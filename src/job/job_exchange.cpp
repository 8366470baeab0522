// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "job/job_exchange.h"

#include <utility>

#include "http/download.h"
#include "http/url.h"

namespace prompt::job {

struct JobExchange::State {
  http::Cancel cancel;  // constant
  Done done;            // loop thread; empty once dropped
};

namespace {

http::ExchangeResult not_sent(Error error) {
  return tl::unexpected<http::ExchangeError>(http::ExchangeError{std::move(error), false});
}

// An address that a reply gave, of another host than the API's: it gets no key, and a stranger has
// no say in whom we ask within the network that we stand in.
Result<void> guard_address(const provider::Translator& translator, const Endpoint& endpoint,
                           const http::Request& request, http::ExchangeOptions& options) {
  if (translator.may_send_credential_to(request.url)) return {};
  options.refuse_private_addresses = !endpoint.allows_private_addresses();
  const Result<http::Url> url = http::Url::parse(request.url);
  if (!url) return fail(url.error());
  return http::check_plain_http(*url, endpoint.allows_plain_http()
                                          ? http::PlainHttp::allowed
                                          : http::PlainHttp::loopback_only);
}

// All that happens on the worker.
Sent perform(http::Client& client, Endpoint& endpoint, const JobExchange::Prepare& prepare,
             http::ExchangeOptions options, const http::Cancel& cancel) {
  Sent sent{nullptr, {}, not_sent(Error{ErrorKind::cancelled, "The request was cancelled."})};
  if (cancel.is_cancelled()) return sent;
  Result<std::shared_ptr<const provider::Translator>> translator = endpoint.translator();
  if (!translator) {
    sent.result = not_sent(std::move(translator.error()));
    return sent;
  }
  sent.translator = *translator;
  Result<Secret> key = endpoint.key();
  if (!key) {
    sent.result = not_sent(std::move(key.error()));
    return sent;
  }
  Result<http::Request> request = prepare(*sent.translator);
  if (!request) {
    sent.result = not_sent(std::move(request.error()));
    return sent;
  }
  if (const Result<void> fine = guard_address(*sent.translator, endpoint, *request, options);
      !fine) {
    sent.result = not_sent(fine.error());
    return sent;
  }
  if (!key->empty()) {
    if (const Result<bool> added = sent.translator->authorize(*request, *key); !added) {
      sent.result = not_sent(added.error());
      return sent;
    }
    sent.key_fingerprint = key->fingerprint();
  }
  options.max_body = request->max_reply_bytes;
  // What is allowed to be large may take its time; the least rate still counts.
  constexpr std::size_t slow_line = 128UL * 1024;
  if (options.max_body > http::usual_reply_bytes && options.total_deadline.count() > 0)
    options.total_deadline += std::chrono::seconds(options.max_body / slow_line);
  sent.result = http::ask(client, *request, options, cancel);
  // Some providers echo the key they were given.
  if (sent.result && !key->empty()) sent.result->secrets.push_back(std::move(*key));
  return sent;
}

}  // namespace

JobExchange JobExchange::start(Context& context, http::Lane lane,
                               std::shared_ptr<Endpoint> endpoint, Prepare prepare,
                               http::ExchangeOptions options, Done done) {
  JobExchange exchange;
  exchange.state_ = std::make_shared<State>();
  exchange.state_->done = std::move(done);
  http::Loop& loop = context.loop;
  context.workers.run(
      lane, [&loop, state = exchange.state_, endpoint = std::move(endpoint),
             prepare = std::move(prepare), options = std::move(options)](http::Client& client) {
        Sent sent = perform(client, *endpoint, prepare, options, state->cancel);
        // A shared pointer, because a std::function must be copyable and a reply need not be
        // copied.
        auto answer = std::make_shared<Sent>(std::move(sent));
        loop.post([state, answer] {
          if (const Done call = std::exchange(state->done, nullptr)) call(std::move(*answer));
        });
      });
  return exchange;
}

JobExchange& JobExchange::operator=(JobExchange&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}

JobExchange::~JobExchange() { cancel(); }

bool JobExchange::is_running() const { return state_ != nullptr && state_->done != nullptr; }

void JobExchange::detach() {
  if (state_ != nullptr) state_->done = nullptr;
  state_.reset();
}

void JobExchange::cancel() {
  if (state_ == nullptr) return;
  state_->cancel.cancel();
  detach();
}

}  // namespace prompt::job
