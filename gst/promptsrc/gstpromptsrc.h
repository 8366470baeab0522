// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The GObject face of promptsrc; what it does is in prompt_source.h.
#pragma once

#include <gst/base/gstbasesrc.h>

namespace prompt::element {
class PromptSource;
}

G_BEGIN_DECLS

#define GST_TYPE_PROMPT_SRC (gst_prompt_src_get_type())
G_DECLARE_FINAL_TYPE(GstPromptSrc, gst_prompt_src, GST, PROMPT_SRC, GstBaseSrc)

GST_ELEMENT_REGISTER_DECLARE(promptsrc)

G_END_DECLS

/// The source behind the element, for promptdecodebin.
prompt::element::PromptSource& gst_prompt_src_source(GstPromptSrc* self);
