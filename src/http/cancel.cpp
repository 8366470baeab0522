// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "http/client.h"

namespace prompt::http {

Cancel::Cancel() : cancellable_(Ref<GCancellable>::adopt(g_cancellable_new())) {}

void Cancel::cancel() const { g_cancellable_cancel(cancellable_.get()); }

bool Cancel::is_cancelled() const { return g_cancellable_is_cancelled(cancellable_.get()) != 0; }

}  // namespace prompt::http
