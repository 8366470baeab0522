// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The debug categories: promptsrc and promptdecodebin for the elements; promptjob, prompthttp,
// promptclip, promptledger and promptengine for the engine's layers.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

GstDebugCategory* debug_category_source();
GstDebugCategory* debug_category_bin();
/// Makes the categories known, so that their levels can be set, and lets the engine log into
/// its own. Once, when the plugin is loaded.
void init_debug();

}  // namespace prompt::element
