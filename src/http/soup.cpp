// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/soup.h"

#include <dlfcn.h>
#include <gmodule.h>

#include <atomic>
#include <mutex>

#include "base/text.h"

namespace prompt::http {
namespace {

constexpr const char* soup_3_name = "libsoup-3.0.so.0";
constexpr const char* soup_2_name = "libsoup-2.4.so.1";

// Looks, and loads nothing.
bool is_loaded(const char* library) {
  void* handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
  if (handle != nullptr) dlclose(handle);
  return handle != nullptr;
}

// Also one that was linked in statically, under another name, or that shows its symbols to nobody:
// what counts in the end is who has the types.
bool has_soup_2() {
  return is_loaded(soup_2_name) || dlsym(RTLD_DEFAULT, "soup_uri_new") != nullptr ||
         (g_type_from_name("SoupSession") != 0 && !is_loaded(soup_3_name));
}

template <typename Function>
bool find(GModule* library, const char* name, Function& function) {
  gpointer symbol = nullptr;
  if (g_module_symbol(library, name, &symbol) == FALSE) return false;
  function = reinterpret_cast<Function>(symbol);
  return function != nullptr;
}

bool fill(GModule* library, Soup& soup) {
  return find(library, "soup_auth_manager_get_type", soup.auth_manager_get_type) &&
         find(library, "soup_content_decoder_get_type", soup.content_decoder_get_type) &&
         find(library, "soup_message_get_request_headers", soup.message_get_request_headers) &&
         find(library, "soup_message_get_response_headers", soup.message_get_response_headers) &&
         find(library, "soup_message_get_status", soup.message_get_status) &&
         find(library, "soup_message_headers_append", soup.message_headers_append) &&
         find(library, "soup_message_headers_foreach", soup.message_headers_foreach) &&
         find(library, "soup_message_headers_remove", soup.message_headers_remove) &&
         find(library, "soup_message_headers_replace", soup.message_headers_replace) &&
         find(library, "soup_message_new_from_uri", soup.message_new_from_uri) &&
         find(library, "soup_message_set_flags", soup.message_set_flags) &&
         find(library, "soup_message_set_request_body_from_bytes",
              soup.message_set_request_body_from_bytes) &&
         find(library, "soup_session_error_quark", soup.session_error_quark) &&
         find(library, "soup_session_new_with_options", soup.session_new_with_options) &&
         find(library, "soup_session_remove_feature_by_type",
              soup.session_remove_feature_by_type) &&
         find(library, "soup_session_send", soup.session_send) &&
         find(library, "soup_session_set_proxy_resolver", soup.session_set_proxy_resolver) &&
         find(library, "soup_session_set_tls_database", soup.session_set_tls_database);
}

std::string last_reason() {
  const char* text = g_module_error();
  return show_safely(text != nullptr ? text : "unknown reason", {}, 200);
}

struct Opened {
  std::mutex mutex;
  Soup table{};                      // guarded by mutex until is_open
  std::atomic<bool> is_open{false};  // set once, when the table is whole
};

Opened& opened() {
  static Opened one;
  return one;
}

}  // namespace

Result<const Soup*> open_soup() {
  Opened& state = opened();
  if (state.is_open.load(std::memory_order_acquire)) return &state.table;
  const std::lock_guard lock(state.mutex);
  if (state.is_open.load(std::memory_order_acquire)) return &state.table;
  // libsoup 3 ends the process if it sees libsoup 2, so this is asked before it is opened.
  if (has_soup_2())
    return fail(ErrorKind::unavailable,
                "This program already uses libsoup 2, beside which nothing can be asked of a "
                "provider; the library's clips play here, new ones are made by another program, "
                "for example gst-launch-1.0.");
  // What it registers with GLib cannot be taken back, so it may never be unloaded. Its symbols are
  // for nobody else, so that a libsoup 2 that is loaded later does not end the process over them.
  // By GModule, as its constructor uses that: whoever comes by dlopen() has the loader's lock and
  // waits for GModule's, while a thread that looks up a symbol (Python's bindings) has them the
  // other way round.
  GModule* const library = g_module_open(soup_3_name, G_MODULE_BIND_LOCAL);
  if (library != nullptr) g_module_make_resident(library);
  if (library == nullptr || !fill(library, state.table))
    return fail(ErrorKind::unavailable,
                format("libsoup 3, by which providers are asked, cannot be loaded (%s); install "
                       "the package libsoup-3.0-0.",
                       last_reason().c_str()));
  state.is_open.store(true, std::memory_order_release);
  return &state.table;
}

const Soup& soup() { return opened().table; }

}  // namespace prompt::http
