// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Properties whose range is a promise about money. GObject refuses a value outside of it with a
// warning on the terminal and goes on with the old one, so that a cap that was wrongly written is
// no cap. These take every value, show their range in gst-inspect as others do, and leave it to the
// request to refuse to start.
#pragma once

#include <gst/gst.h>

#include <string>

namespace prompt::element {

[[nodiscard]] GParamSpec* unsigned_spec(const char* name, const char* nick, const char* blurb,
                                        guint minimum, guint maximum, guint default_value,
                                        GParamFlags flags);
[[nodiscard]] GParamSpec* integer_spec(const char* name, const char* nick, const char* blurb,
                                       gint64 minimum, gint64 maximum, gint64 default_value,
                                       GParamFlags flags);
[[nodiscard]] GParamSpec* number_spec(const char* name, const char* nick, const char* blurb,
                                      double minimum, double maximum, double default_value,
                                      GParamFlags flags);
[[nodiscard]] GParamSpec* choice_spec(const char* name, const char* nick, const char* blurb,
                                      GType type, int default_value, GParamFlags flags);
/// An array of strings.
[[nodiscard]] GParamSpec* texts_spec(const char* name, const char* nick, const char* blurb,
                                     GParamFlags flags);

/// What is wrong with a value of one of these, as one sentence that names both; empty if nothing
/// is. Values of other specs are right. Pure; any thread.
[[nodiscard]] std::string what_is_wrong(GParamSpec* spec, const GValue* value);

}  // namespace prompt::element
