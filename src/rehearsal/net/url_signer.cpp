// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/net/url_signer.h"

#include <glib.h>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::rehearsal {

std::string UrlSigner::signature_of(std::string_view path, std::string_view expires) const {
  const std::string text = std::string(path) + "\n" + std::string(expires);
  const OwnedString signature(g_compute_hmac_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(secret_.data()), secret_.size(),
      reinterpret_cast<const guchar*>(text.data()), text.size()));
  return std::string(signature.get()).substr(0, 40);
}

std::string UrlSigner::sign(std::string_view path) const {
  // Milliseconds, so that URLs that live shorter than a second can be tested.
  const auto until = g_get_real_time() / 1000 + static_cast<std::int64_t>(valid_seconds_ * 1000);
  const std::string expires =
      format("%" G_GINT64_FORMAT ".%03d", until / 1000, static_cast<int>(until % 1000));
  return std::string(path) + "?expires=" + expires + "&signature=" + signature_of(path, expires);
}

UrlSigner::Verdict UrlSigner::check(std::string_view path, std::string_view expires,
                                    std::string_view signature) const {
  if (signature_of(path, expires) != signature) return Verdict::wrong;
  const double until = g_ascii_strtod(std::string(expires).c_str(), nullptr);
  const double now = static_cast<double>(g_get_real_time()) / 1e6;
  return now > until ? Verdict::expired : Verdict::valid;
}

}  // namespace prompt::rehearsal
