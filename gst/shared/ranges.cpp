// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "shared/ranges.h"

#include <cmath>
#include <vector>

#include "base/ref.h"
#include "base/text.h"

namespace prompt::element {
namespace {

// The names of what gst-inspect knows by its type, so ours are derived from that. What is derived
// inherits the value type and all else.
void refuse_nothing(gpointer klass, gpointer) {
  G_PARAM_SPEC_CLASS(klass)->value_validate = nullptr;
}

GType derive(GType parent, const char* name) {
  GTypeQuery query;
  g_type_query(parent, &query);
  GTypeInfo info = {};
  info.class_size = static_cast<guint16>(query.class_size);
  info.class_init = refuse_nothing;
  info.instance_size = static_cast<guint16>(query.instance_size);
  return g_type_register_static(parent, name, &info, static_cast<GTypeFlags>(0));
}

GParamSpec* make(GType type, const char* name, const char* nick, const char* blurb,
                 GParamFlags flags) {
  return static_cast<GParamSpec*>(g_param_spec_internal(type, name, nick, blurb, flags));
}

std::string sentence(GParamSpec* spec, const std::string& value, const std::string& wanted) {
  return format("The property '%s' was set to %s; it takes %s.", g_param_spec_get_name(spec),
                value.c_str(), wanted.c_str());
}

std::string wrong_unsigned(GParamSpec* spec, guint value) {
  const GParamSpecUInt* range = G_PARAM_SPEC_UINT(spec);
  if (value >= range->minimum && value <= range->maximum) return {};
  // Whoever writes -5 means that, and text is read as the number modulo 2^32.
  const auto as_signed = static_cast<gint>(value);
  const std::string shown =
      as_signed < 0 ? format("%u (as %d is read)", value, as_signed) : format("%u", value);
  return sentence(spec, shown, format("%u to %u", range->minimum, range->maximum));
}

std::string wrong_integer(GParamSpec* spec, gint64 value) {
  const GParamSpecInt64* range = G_PARAM_SPEC_INT64(spec);
  if (value >= range->minimum && value <= range->maximum) return {};
  return sentence(
      spec, format("%" G_GINT64_FORMAT, value),
      format("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, range->minimum, range->maximum));
}

std::string wrong_number(GParamSpec* spec, double value) {
  const GParamSpecDouble* range = G_PARAM_SPEC_DOUBLE(spec);
  // Also false for what is not a number.
  if (value >= range->minimum && value <= range->maximum) return {};
  return sentence(spec, format("%g", value), format("numbers from %g on", range->minimum));
}

std::string wrong_choice(GParamSpec* spec, int value) {
  GEnumClass* choices = G_PARAM_SPEC_ENUM(spec)->enum_class;
  if (g_enum_get_value(choices, value) != nullptr) return {};
  std::vector<std::string> nicks;
  for (guint i = 0; i < choices->n_values; ++i) nicks.emplace_back(choices->values[i].value_nick);
  return sentence(spec, format("%d", value), join(nicks));
}

std::string wrong_texts(GParamSpec* spec, const GValue* array) {
  const guint count = gst_value_array_get_size(array);
  for (guint i = 0; i < count; ++i) {
    const GValue* item = gst_value_array_get_value(array, i);
    if (G_VALUE_HOLDS_STRING(item) && g_value_get_string(item) != nullptr) continue;
    return sentence(spec, format("something whose item %u is no text", i), "texts only");
  }
  return {};
}

}  // namespace

GParamSpec* unsigned_spec(const char* name, const char* nick, const char* blurb, guint minimum,
                          guint maximum, guint default_value, GParamFlags flags) {
  static const GType type = derive(G_TYPE_PARAM_UINT, "GstPromptParamUnsigned");
  GParamSpec* spec = make(type, name, nick, blurb, flags);
  GParamSpecUInt* range = G_PARAM_SPEC_UINT(spec);
  range->minimum = minimum;
  range->maximum = maximum;
  range->default_value = default_value;
  return spec;
}

GParamSpec* integer_spec(const char* name, const char* nick, const char* blurb, gint64 minimum,
                         gint64 maximum, gint64 default_value, GParamFlags flags) {
  static const GType type = derive(G_TYPE_PARAM_INT64, "GstPromptParamInteger");
  GParamSpec* spec = make(type, name, nick, blurb, flags);
  GParamSpecInt64* range = G_PARAM_SPEC_INT64(spec);
  range->minimum = minimum;
  range->maximum = maximum;
  range->default_value = default_value;
  return spec;
}

GParamSpec* number_spec(const char* name, const char* nick, const char* blurb, double minimum,
                        double maximum, double default_value, GParamFlags flags) {
  static const GType type = derive(G_TYPE_PARAM_DOUBLE, "GstPromptParamNumber");
  GParamSpec* spec = make(type, name, nick, blurb, flags);
  GParamSpecDouble* range = G_PARAM_SPEC_DOUBLE(spec);
  range->minimum = minimum;
  range->maximum = maximum;
  range->default_value = default_value;
  return spec;
}

GParamSpec* choice_spec(const char* name, const char* nick, const char* blurb, GType choices,
                        int default_value, GParamFlags flags) {
  static const GType type = derive(G_TYPE_PARAM_ENUM, "GstPromptParamChoice");
  GParamSpec* spec = make(type, name, nick, blurb, flags);
  // What g_param_spec_enum() does; its finaliser gives the class back.
  GParamSpecEnum* choice = G_PARAM_SPEC_ENUM(spec);
  choice->enum_class = static_cast<GEnumClass*>(g_type_class_ref(choices));
  choice->default_value = default_value;
  spec->value_type = choices;
  return spec;
}

GParamSpec* texts_spec(const char* name, const char* nick, const char* blurb, GParamFlags flags) {
  static const GType type = derive(GST_TYPE_PARAM_ARRAY_LIST, "GstPromptParamTexts");
  GParamSpec* spec = make(type, name, nick, blurb, flags);
  GParamSpec* item = g_param_spec_string("image", "Image", "A reference image", nullptr, flags);
  GST_PARAM_SPEC_ARRAY_LIST(spec)->element_spec = g_param_spec_ref_sink(item);
  return spec;
}

std::string what_is_wrong(GParamSpec* spec, const GValue* value) {
  if (G_IS_PARAM_SPEC_UINT(spec)) return wrong_unsigned(spec, g_value_get_uint(value));
  if (G_IS_PARAM_SPEC_INT64(spec)) return wrong_integer(spec, g_value_get_int64(value));
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) return wrong_number(spec, g_value_get_double(value));
  if (G_IS_PARAM_SPEC_ENUM(spec)) return wrong_choice(spec, g_value_get_enum(value));
  if (GST_IS_PARAM_SPEC_ARRAY_LIST(spec)) return wrong_texts(spec, value);
  return {};
}

}  // namespace prompt::element
