// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include <gst/gst.h>

#include "promptdecodebin/gstpromptdecodebin.h"
#include "promptsrc/gstpromptsrc.h"
#include "shared/debug.h"

static gboolean plugin_init(GstPlugin* plugin) {
  prompt::element::init_debug();
  gboolean is_registered = FALSE;
  is_registered |= GST_ELEMENT_REGISTER(promptsrc, plugin);
  is_registered |= GST_ELEMENT_REGISTER(promptdecodebin, plugin);
  return is_registered;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, prompt,
                  "Makes a prompt a media source: asks a generation API and plays the clip",
                  plugin_init, PACKAGE_VERSION, "LGPL", "gst-prompt", "Unknown package origin")
