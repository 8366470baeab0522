// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The GObject face of promptdecodebin; what it does is in prompt_bin.h.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_PROMPT_DECODE_BIN (gst_prompt_decode_bin_get_type())
G_DECLARE_FINAL_TYPE(GstPromptDecodeBin, gst_prompt_decode_bin, GST, PROMPT_DECODE_BIN, GstBin)

GST_ELEMENT_REGISTER_DECLARE(promptdecodebin)

G_END_DECLS
