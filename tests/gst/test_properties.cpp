// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// The interface that never changes: names, types, defaults and flags of the properties, the same on
// every element.
#include "fixture.h"

#include <array>

using namespace prompt::element::test;

namespace {

struct Wanted {
  const char* name;
  const char* type;
  const char* flags;     // r, w
  const char* fallback;  // the default as GStreamer writes it; nullptr: NULL
};

constexpr Wanted table[] = {
    {"provider", "gchararray", "rw", "vibegen"},
    {"model", "gchararray", "rw", nullptr},
    {"prompt", "gchararray", "rw", nullptr},
    {"media", "GstPromptMedia", "rw", "auto"},
    {"duration", "guint", "rw", "0"},
    {"aspect-ratio", "gchararray", "rw", nullptr},
    {"resolution", "gchararray", "rw", nullptr},
    {"generate-audio", "gboolean", "rw", "false"},
    {"images", "GstValueArray", "rw", "<  >"},
    {"image", "gchararray", "w", nullptr},
    {"result", "guint", "rw", "0"},
    {"seed", "gint64", "rw", "-1"},
    {"take", "guint", "rw", "1"},
    {"parameters", "GstStructure", "rw", nullptr},
    {"callback-url", "gchararray", "rw", nullptr},
    {"api-key", "gchararray", "w", nullptr},
    {"base-url", "gchararray", "rw", nullptr},
    {"task-id", "gchararray", "rw", nullptr},
    {"cache", "GstPromptCache", "rw", "use"},
    {"max-credits", "gdouble", "rw", "0"},
    {"poll-interval", "guint", "rw", "0"},
    {"generation-timeout", "guint", "rw", "0"},
    {"on-stop", "GstPromptOnStop", "rw", "keep"},
    {"start-policy", "GstPromptStartPolicy", "rw", "safe"},
    {"library", "gchararray", "rw", nullptr},
    {"job-state", "GstPromptJobState", "r", "idle"},
    {"progress", "gdouble", "r", "0"},
    {"credits", "gdouble", "r", "-1"},
    {"clip-location", "gchararray", "r", nullptr},
    {"current-task-id", "gchararray", "r", nullptr},
    {"job-id", "gchararray", "r", nullptr},
};

constexpr const char* elements[] = {"promptsrc", "promptdecodebin"};

std::string shown(const GValue* value) {
  if (G_VALUE_HOLDS_STRING(value)) {
    const char* text = g_value_get_string(value);
    return text != nullptr ? text : "(null)";
  }
  if (GST_VALUE_HOLDS_STRUCTURE(value) && gst_value_get_structure(value) == nullptr)
    return "(null)";
  const prompt::OwnedString text(gst_value_serialize(value));
  return text ? text.get() : "(null)";
}

std::string value_of(GstElement* element, const char* name) {
  GValue value = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element), name, &value);
  std::string text = shown(&value);
  g_value_unset(&value);
  return text;
}

}  // namespace

GST_START_TEST(every_property_has_its_type_default_and_flags) {
  for (const char* factory : elements) {
    const Element element = make(factory);
    for (const Wanted& wanted : table) {
      GParamSpec* spec =
          g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), wanted.name);
      fail_unless(spec != nullptr, "%s has no property %s", factory, wanted.name);
      fail_unless_equals_string(g_type_name(G_PARAM_SPEC_VALUE_TYPE(spec)), wanted.type);
      std::string flags;
      if ((spec->flags & G_PARAM_READABLE) != 0) flags += "r";
      if ((spec->flags & G_PARAM_WRITABLE) != 0) flags += "w";
      fail_unless(flags == wanted.flags, "%s is %s", wanted.name, flags.c_str());
      fail_unless(*g_param_spec_get_blurb(spec) != '\0', "%s has no description", wanted.name);
      if ((spec->flags & G_PARAM_READABLE) == 0) continue;
      const char* fallback = wanted.fallback != nullptr ? wanted.fallback : "(null)";
      const std::string announced = GST_IS_PARAM_SPEC_ARRAY_LIST(spec)
                                        ? std::string(fallback)
                                        : shown(g_param_spec_get_default_value(spec));
      fail_unless(announced == fallback, "%s announces %s", wanted.name, announced.c_str());
      const std::string value = value_of(element.get(), wanted.name);
      fail_unless(value == fallback, "%s is %s", wanted.name, value.c_str());
    }
  }
}
GST_END_TEST

GST_START_TEST(no_property_of_the_elements_is_outside_the_table) {
  // Of uridecodebin's face; promptdecodebin only.
  constexpr const char* of_the_bin[] = {"caps", "expose-all-streams", "force-sw-decoders",
                                        "source"};
  for (const char* factory : elements) {
    const Element element = make(factory);
    guint count = 0;
    GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element.get()), &count);
    for (guint i = 0; i < count; ++i) {
      if (specs[i]->owner_type != G_OBJECT_TYPE(element.get())) continue;
      const auto is_name = [&](const char* name) {
        return std::string(name) == specs[i]->name;
      };
      if (std::string(factory) == "promptdecodebin" &&
          std::any_of(std::begin(of_the_bin), std::end(of_the_bin), is_name))
        continue;
      const auto is_it = [&](const Wanted& wanted) {
        return std::string(wanted.name) == specs[i]->name;
      };
      fail_unless(std::any_of(std::begin(table), std::end(table), is_it), "%s has %s", factory,
                  specs[i]->name);
    }
    g_free(specs);
  }
}
GST_END_TEST

GST_START_TEST(what_is_set_reads_back) {
  for (const char* factory : elements) {
    const Element element = make(factory);
    constexpr std::pair<const char*, const char*> values[] = {
        {"provider", "rehearsal"},
        {"model", "seedance 2.0"},
        {"prompt", "狐狸 100% = \"red\", <fun>"},
        {"media", "image"},
        {"duration", "3600"},
        {"aspect-ratio", "21:9"},
        {"resolution", "720p"},
        {"generate-audio", "true"},
        {"result", "3"},
        {"seed", "9223372036854775807"},
        {"take", "4294967295"},
        {"callback-url", "https://example.com/hook?a=b"},
        {"base-url", "https://example.com/api"},
        {"task-id", "550e8400"},
        {"cache", "only"},
        {"poll-interval", "250"},
        {"generation-timeout", "86400"},
        {"on-stop", "cancel"},
        {"start-policy", "first-byte"},
        {"library", "/nowhere/at/all"},
    };
    for (const auto& value : values) {
      GParamSpec* spec =
          g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), value.first);
      if (G_PARAM_SPEC_VALUE_TYPE(spec) == G_TYPE_STRING)
        g_object_set(element.get(), value.first, value.second, nullptr);
      else
        gst_util_set_object_arg(G_OBJECT(element.get()), value.first, value.second);
      const std::string read = value_of(element.get(), value.first);
      fail_unless(read == value.second, "%s is %s", value.first, read.c_str());
    }
    g_object_set(element.get(), "max-credits", 12.5, nullptr);
    double credits = 0;
    g_object_get(element.get(), "max-credits", &credits, nullptr);
    fail_unless_equals_float(credits, 12.5);
    // A text is taken away again by NULL.
    g_object_set(element.get(), "resolution", nullptr, nullptr);
    assert_text(value_of(element.get(), "resolution"), "(null)");
  }
}
GST_END_TEST

GST_START_TEST(images_are_a_list_and_image_is_its_only_member) {
  const Element element = make("promptsrc");
  gst_util_set_object_arg(G_OBJECT(element.get()), "images",
                          "<\"https://example.com/a.png\", \"https://example.com/b,c.png\">");
  GValue images = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element.get()), "images", &images);
  fail_unless_equals_int(gst_value_array_get_size(&images), 2);
  assert_text(g_value_get_string(gst_value_array_get_value(&images, 1)),
              "https://example.com/b,c.png");
  g_value_unset(&images);

  g_object_set(element.get(), "image", "https://example.com/one.png", nullptr);
  g_object_get_property(G_OBJECT(element.get()), "images", &images);
  fail_unless_equals_int(gst_value_array_get_size(&images), 1);
  assert_text(g_value_get_string(gst_value_array_get_value(&images, 0)),
              "https://example.com/one.png");
  g_value_unset(&images);
}
GST_END_TEST

GST_START_TEST(parameters_keep_their_fields_and_types) {
  const Element element = make("promptdecodebin");
  GstStructure* structure = gst_structure_from_string(
      "p, style=(string)jazz, instrumental=(boolean)true, mv=(int)4, tags=(string)<a, b>;",
      nullptr);
  g_object_set(element.get(), "parameters", structure, nullptr);
  GstStructure* read = nullptr;
  g_object_get(element.get(), "parameters", &read, nullptr);
  fail_unless(gst_structure_is_equal(structure, read));
  gst_structure_free(structure);
  gst_structure_free(read);
}
GST_END_TEST

GST_START_TEST(provider_follows_its_variable_until_it_is_set) {
  const Element element = make("promptsrc");
  g_setenv("GST_PROMPT_PROVIDER", "vidgo", TRUE);
  assert_text(text_property(element.get(), "provider"), "vidgo");
  g_object_set(element.get(), "provider", "rehearsal", nullptr);
  assert_text(text_property(element.get(), "provider"), "rehearsal");
  g_unsetenv("GST_PROMPT_PROVIDER");
}
GST_END_TEST

GST_START_TEST(elements_are_what_their_classes_say) {
  const Element source = make("promptsrc");
  GstElementFactory* factory = gst_element_get_factory(source.get());
  assert_text(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS),
              "Source/Network");
  fail_unless_equals_int(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)),
                         GST_RANK_PRIMARY);
  const Element bin = make("promptdecodebin");
  factory = gst_element_get_factory(bin.get());
  assert_text(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS),
              "Generic/Bin/Decoder");
  fail_unless_equals_int(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)), GST_RANK_NONE);
  GstPlugin* plugin = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));
  assert_text(gst_plugin_get_name(plugin), "prompt");
  assert_text(gst_plugin_get_license(plugin), "LGPL");
  gst_object_unref(plugin);
  for (const char* type : {"GstPromptMedia", "GstPromptCache", "GstPromptOnStop",
                           "GstPromptStartPolicy", "GstPromptJobState"})
    fail_unless(gst_type_is_plugin_api(g_type_from_name(type), nullptr), "%s", type);
}
GST_END_TEST

GST_START_TEST(job_state_has_the_numbers_and_nicks_that_programs_know) {
  const Element source = make("promptsrc");
  auto* states = static_cast<GEnumClass*>(g_type_class_ref(g_type_from_name("GstPromptJobState")));
  constexpr std::array nicks = {"idle",  "submitting", "queued",    "running",  "fetching",
                                "ready", "failed",     "cancelled", "uncertain"};
  fail_unless_equals_int(states->n_values, nicks.size());
  for (std::size_t i = 0; i < nicks.size(); ++i) {
    fail_unless_equals_int(states->values[i].value, static_cast<int>(i));
    assert_text(states->values[i].value_nick, nicks[i]);
  }
  assert_text(states->values[0].value_name, "Nothing was asked for yet");
  assert_text(states->values[8].value_name, "It cannot be known whether a paid task exists");
  g_type_class_unref(states);
}
GST_END_TEST

static Suite* properties_suite() {
  Suite* suite = suite_create("properties");
  TCase* tests = add_case(suite);
  tcase_add_test(tests, every_property_has_its_type_default_and_flags);
  tcase_add_test(tests, no_property_of_the_elements_is_outside_the_table);
  tcase_add_test(tests, what_is_set_reads_back);
  tcase_add_test(tests, images_are_a_list_and_image_is_its_only_member);
  tcase_add_test(tests, parameters_keep_their_fields_and_types);
  tcase_add_test(tests, provider_follows_its_variable_until_it_is_set);
  tcase_add_test(tests, elements_are_what_their_classes_say);
  tcase_add_test(tests, job_state_has_the_numbers_and_nicks_that_programs_know);
  return suite;
}

GST_CHECK_MAIN(properties)
