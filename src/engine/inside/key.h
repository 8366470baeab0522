// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Where a provider's key comes from. Read anew for each exchange, so that it can be rotated.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "provider/catalogue.h"

namespace prompt::engine {

/// In this order: `property` (if set), the file $CREDENTIALS_DIRECTORY/<provider>-api-key
/// (systemd's LoadCredential=), the file named by GST_PROMPT_API_KEY_FILE, the description's
/// variables. One trailing newline of a file is stripped. A provider that needs no key gives an
/// empty one. Errors: not_authorized (there is none: names every way), settings (a file that cannot
/// be read, characters that cannot stand in a header). Reads small files; not for an application's
/// thread.
[[nodiscard]] Result<Secret> find_key(const provider::Description& description,
                                      const Secret& property);

/// A sentence for the error of a refused key, if its form is another provider's; else empty.
[[nodiscard]] std::string hint_about_key(const provider::Catalogue& catalogue,
                                         const provider::Description& description,
                                         const Secret& key);

}  // namespace prompt::engine
