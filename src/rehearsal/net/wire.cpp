// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/net/wire.h"

#include "base/text.h"

namespace prompt::rehearsal {

std::optional<std::string> HttpRequest::header(const char* name) const {
  const char* value = soup_message_headers_get_list(headers.get(), name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::optional<std::vector<std::pair<std::string, std::string>>> HttpRequest::parameters() const {
  std::vector<std::pair<std::string, std::string>> found;
  GUriParamsIter place;
  g_uri_params_iter_init(&place, query.data(), static_cast<gssize>(query.size()), "&",
                         G_URI_PARAMS_WWW_FORM);
  GErrorPtr error;
  char* name = nullptr;
  char* value = nullptr;
  while (g_uri_params_iter_next(&place, &name, &value, error.out()) != 0) {
    const OwnedString owned_name(name);
    const OwnedString owned_value(value);
    found.emplace_back(owned_name.get(), owned_value.get());
  }
  if (error) return std::nullopt;
  return found;
}

Script just(Step step) {
  Script script;
  script.steps.push_back(std::move(step));
  return script;
}

Script hang_up() {
  Script script;
  script.close_after = true;
  return script;
}

const char* reason_of(int status) { return soup_status_get_phrase(static_cast<guint>(status)); }

std::string http_date(std::int64_t unix_seconds) {
  const Ref<GDateTime> time = Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(unix_seconds));
  const OwnedString text(soup_date_time_to_string(time.get(), SOUP_DATE_HTTP));
  return text.get();
}

std::string http_date() { return http_date(g_get_real_time() / G_USEC_PER_SEC); }

std::string write_head(int status,
                       const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string head =
      format("HTTP/1.1 %d %s\r\nDate: %s\r\n", status, reason_of(status), http_date().c_str());
  for (const auto& header : headers) head += header.first + ": " + header.second + "\r\n";
  return head + "\r\n";
}

Script to_script(const HttpReply& reply) {
  auto headers = reply.headers;
  if (reply.status != 204 && reply.status != 304)
    headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
  Script script;
  script.steps.emplace_back(Say{write_head(reply.status, headers)});
  if (!reply.body.empty()) script.steps.emplace_back(Say{reply.body, true});
  return script;
}

}  // namespace prompt::rehearsal
