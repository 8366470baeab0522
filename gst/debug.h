// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The debug categories: promptsrc and promptdecodebin for the elements, promptjob for the engine.
#pragma once

#include <gst/gst.h>

namespace prompt::element {

GstDebugCategory* debug_category_source();
GstDebugCategory* debug_category_bin();
/// Makes the engine log into the category promptjob. Once, when the plugin is loaded.
void forward_engine_log();

}  // namespace prompt::element
