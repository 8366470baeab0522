// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The API origin: finds the provider and the route of a request, asks for the key, keeps the rate
// limits, lets the faults strike, counts and logs. Also our own pages below /rehearsal/. On the
// main loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rehearsal/api/provider_api.h"
#include "rehearsal/net/timer.h"
#include "rehearsal/request_log.h"
#include "rehearsal/stats.h"

namespace prompt::rehearsal {

class ApiServer {
 public:
  /// `stats_page` gives the body of GET /rehearsal/stats.
  ApiServer(Core& core, Stats& stats, RequestLog& log, std::function<json::Value()> stats_page);

  void set_canary_origin(std::string origin) { canary_origin_ = std::move(origin); }
  [[nodiscard]] const std::vector<std::unique_ptr<ProviderApi>>& providers() const {
    return providers_;
  }
  [[nodiscard]] ProviderApi* find_provider(std::string_view id) const;

  [[nodiscard]] Script handle(const HttpRequest& request);

 private:
  struct Found {
    const Route* route = nullptr;
    std::vector<std::string> arguments;
    bool wrong_method = false;
  };
  // A request that is carried out later than it is answered.
  struct Late {
    HttpRequest request;
    Timer timer;
  };

  [[nodiscard]] Script serve_own(const HttpRequest& request);
  [[nodiscard]] Script serve_provider(ProviderApi& provider, const HttpRequest& request);
  [[nodiscard]] Found find_route(const ProviderApi& provider, const HttpRequest& request) const;
  [[nodiscard]] ApiReply carry_out(ProviderApi& provider, const HttpRequest& request,
                                   const Found& found, const FiredFaults& fired);
  [[nodiscard]] bool is_within_rate(const std::string& key, Operation operation);
  void carry_out_later(ProviderApi& provider, const HttpRequest& request, Found found,
                       double seconds);

  Core& core_;
  Stats& stats_;
  RequestLog& log_;
  std::function<json::Value()> stats_page_;
  std::vector<std::unique_ptr<ProviderApi>> providers_;
  std::map<const ProviderApi*, std::vector<Route>> routes_;
  std::map<std::string, std::deque<std::int64_t>>
      recent_;  // by key and kind: when, in microseconds
  std::vector<std::unique_ptr<Late>> late_;
  std::string canary_origin_;
};

}  // namespace prompt::rehearsal
