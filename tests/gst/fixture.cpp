// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "fixture.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace prompt::element::test {
namespace {

std::vector<std::string> command(const std::vector<std::string>& options,
                                 const std::string& folder) {
  std::vector<std::string> words = {
      g_getenv("GST_PROMPT_REHEARSAL"), "--port", "0", "--folder", folder, "--exit-with-parent"};
  // Rendered once for all tests; what is kept there is only media.
  if (const char* cache = g_getenv("PROMPT_TEST_MEDIA_CACHE"); cache != nullptr)
    words.insert(words.end(), {"--media-cache", cache});
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

// A GET that needs no library that is under test.
std::string get(int port, const std::string& path) {
  const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
  GErrorPtr error;
  const auto connection = Ref<GSocketConnection>::adopt(g_socket_client_connect_to_host(
      client.get(), "127.0.0.1", static_cast<guint16>(port), nullptr, error.out()));
  if (!connection) g_error("the stand-in server is gone: %s", error->message);
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  GOutputStream* out = g_io_stream_get_output_stream(G_IO_STREAM(connection.get()));
  GInputStream* in = g_io_stream_get_input_stream(G_IO_STREAM(connection.get()));
  g_output_stream_write_all(out, request.data(), request.size(), nullptr, nullptr, nullptr);
  std::string reply;
  char chunk[4096];
  for (gssize got = 0; (got = g_input_stream_read(in, chunk, sizeof chunk, nullptr, nullptr)) > 0;)
    reply.append(chunk, static_cast<std::size_t>(got));
  const std::size_t body = reply.find("\r\n\r\n");
  return body == std::string::npos ? std::string() : reply.substr(body + 4);
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) g_error("VibeGen's description has no %s", what.c_str());
  text.replace(at, what.size(), with);
}

// The shipped description under other names: they may be asked as often as a test wants to, and
// their model may make another medium.
void provide(const std::string& folder, const std::string& id, const std::string& media) {
  std::string text = read_bytes(PROMPT_DESCRIPTIONS "/vibegen.json");
  const OwnedString upper(g_ascii_strup(id.c_str(), -1));
  const std::string variable = upper.get();
  replace(text, "\"id\": \"vibegen\"", "\"id\": \"" + id + "\"");
  replace(text, "VIBEGEN_BASE_URL", variable + "_BASE_URL");
  replace(text, "VIBEGEN_API_KEY", variable + "_API_KEY");
  replace(text, "\"media\": \"video\"", "\"media\": \"" + media + "\"");
  replace(text, "\"average-seconds\": 5", "\"average-seconds\": 0.2");
  replace(text, "\"settling-seconds\": 180", "\"settling-seconds\": 1");
  replace(text, "\"floor-seconds\": 1", "\"floor-seconds\": 0.1");
  replace(text, "{ \"p50\": 60, \"p90\": 120 }", "{ \"p50\": 1, \"p90\": 3 }");
  GErrorPtr error;
  if (g_file_set_contents((folder + "/" + id + ".json").c_str(), text.data(),
                          static_cast<gssize>(text.size()), error.out()) == FALSE)
    g_error("%s", error->message);
}

void provide_descriptions() {
  static const TemporaryFolder folder;
  if (g_getenv("GST_PROMPT_PROVIDER_PATH") != nullptr) return;
  provide(folder.path(), "quickgen", "video");
  provide(folder.path(), "quickstill", "image");
  provide(folder.path(), "quicktune", "audio");
  g_setenv("GST_PROMPT_PROVIDER_PATH", folder.path().c_str(), TRUE);
}

// A failed check jumps out of its test over all destructors.
std::vector<GstElement*> running;

void stop_leftovers() {
  for (GstElement* element : running) gst_element_set_state(element, GST_STATE_NULL);
  running.clear();
}

}  // namespace

TCase* add_case(Suite* suite) {
  TCase* tests = tcase_create("all");
  tcase_add_checked_fixture(tests, nullptr, stop_leftovers);
  suite_add_tcase(suite, tests);
  return tests;
}

Rehearsal::Rehearsal(const std::vector<std::string>& options)
    : process_(command(options, folder_.path()), folder_.file("log")) {
  provide_descriptions();
}

std::string Rehearsal::base_url() const {
  return format("http://127.0.0.1:%d/vibegen/api/v1", port());
}

long Rehearsal::stat(const std::vector<std::string>& path) const {
  const std::string page = get(port(), "/rehearsal/stats");
  const auto parser = Ref<JsonParser>::adopt(json_parser_new());
  if (!json_parser_load_from_data(parser.get(), page.data(), static_cast<gssize>(page.size()),
                                  nullptr))
    g_error("the stand-in server's statistics cannot be read: %s", page.c_str());
  JsonNode* node = json_parser_get_root(parser.get());
  for (const std::string& name : path) {
    if (node == nullptr || !JSON_NODE_HOLDS_OBJECT(node)) return 0;
    node = json_object_get_member(json_node_get_object(node), name.c_str());
  }
  return node != nullptr && JSON_NODE_HOLDS_VALUE(node) ? static_cast<long>(json_node_get_int(node))
                                                        : 0;
}

long Rehearsal::wait_for(const std::vector<std::string>& path, long wanted,
                         milliseconds limit) const {
  const milliseconds until = now() + limit * slowness();
  for (;;) {
    const long seen = stat(path);
    if (seen >= wanted || now() > until) return seen;
    g_usleep(10000);
  }
}

void Rehearsal::apply(GstElement* element) const {
  g_object_set(element, "provider", "quickgen", "base-url", base_url().c_str(), "api-key",
               canary_key, "library", library().c_str(), nullptr);
}

milliseconds now() { return milliseconds(g_get_monotonic_time() / 1000); }

Pipeline::Pipeline(const std::string& description)
    : Pipeline([&] {
        GErrorPtr error;
        GstElement* made = gst_parse_launch(description.c_str(), error.out());
        if (error) g_error("'%s': %s", description.c_str(), error->message);
        return Element::adopt(GST_ELEMENT(gst_object_ref_sink(made)));
      }()) {}

Pipeline::Pipeline(Element pipeline)
    : pipeline_(std::move(pipeline)),
      bus_(Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()))) {
  running.push_back(pipeline_.get());
}

Pipeline::~Pipeline() {
  std::erase(running, pipeline_.get());
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  gst_bus_set_flushing(bus_.get(), TRUE);
}

Element Pipeline::find(const std::string& name) const {
  return Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name.c_str()));
}

milliseconds Pipeline::set_state(GstState state) {
  const gint64 begin = g_get_monotonic_time();
  gst_element_set_state(pipeline_.get(), state);
  return milliseconds((g_get_monotonic_time() - begin + 999) / 1000);
}

GstMessage* Pipeline::wait_until(const std::function<bool(GstMessage*)>& is_it,
                                 milliseconds limit) {
  const milliseconds until = now() + limit * slowness();
  for (;;) {
    const milliseconds rest = until - now();
    if (rest.count() <= 0) return nullptr;
    GstMessage* message =
        gst_bus_timed_pop(bus_.get(), static_cast<GstClockTime>(rest.count()) * GST_MSECOND);
    if (message == nullptr) return nullptr;
    messages_.emplace_back(message, gst_message_unref);
    if (is_it(message)) return message;
  }
}

GstMessage* Pipeline::wait(int types, milliseconds limit) {
  // Extended types are numbers, not bits: property-notify would pass for EOS and ERROR.
  return wait_until(
      [types](GstMessage* message) {
        return !GST_MESSAGE_TYPE_IS_EXTENDED(message) && (GST_MESSAGE_TYPE(message) & types) != 0;
      },
      limit);
}

bool Pipeline::wait_for_job(const std::string& state) {
  const auto is_it = [&](GstMessage* message) {
    return gst_message_has_name(message, "prompt-job") &&
           gst_structure_get_string(gst_message_get_structure(message), "state") == state;
  };
  for (const Message& message : messages_)
    if (is_it(message.get())) return true;
  return wait_until(is_it) != nullptr;
}

void Pipeline::drain() {
  while (GstMessage* message = gst_bus_pop(bus_.get()))
    messages_.emplace_back(message, gst_message_unref);
}

std::string Pipeline::progress() const {
  std::string text;
  for (const Message& message : messages_) {
    if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_PROGRESS) continue;
    GstProgressType type = GST_PROGRESS_TYPE_ERROR;
    gchar* code = nullptr;
    gst_message_parse_progress(message.get(), &type, &code, nullptr);
    fail_unless_equals_string(code, "generate");
    g_free(code);
    static const char* const names[] = {"START", "CONTINUE", "COMPLETE", "CANCELED", "ERROR"};
    if (!text.empty()) text += " ";
    text += names[type];
  }
  return text;
}

int Pipeline::count(GstMessageType type) const {
  int found = 0;
  for (const Message& message : messages_)
    if (GST_MESSAGE_TYPE(message.get()) == type) ++found;
  return found;
}

std::string SeenError::text(const char* field) const {
  const GValue* value = details ? gst_structure_get_value(details.get(), field) : nullptr;
  if (value == nullptr) return {};
  if (G_VALUE_HOLDS_STRING(value)) return g_value_get_string(value);
  const OwnedString shown(gst_value_serialize(value));
  return shown.get();
}

SeenError read_error(GstMessage* message) {
  SeenError seen;
  fail_unless(message != nullptr, "there was no error");
  GErrorPtr error;
  gchar* debug = nullptr;
  gst_message_parse_error(message, error.out(), &debug);
  seen.domain = g_quark_to_string(error->domain);
  seen.code = error->code;
  seen.message = error->message;
  seen.debug = debug != nullptr ? debug : "";
  g_free(debug);
  seen.source = Ref<GObject>::share(G_OBJECT(GST_MESSAGE_SRC(message)));
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message, &details);
  if (details != nullptr) seen.details.reset(gst_structure_copy(details));
  return seen;
}

Element make(const char* factory) {
  GstElement* made = gst_element_factory_make(factory, nullptr);
  if (made == nullptr) g_error("there is no element '%s'", factory);
  return Element::adopt(GST_ELEMENT(gst_object_ref_sink(made)));
}

std::string text_property(gpointer object, const char* name) {
  gchar* text = nullptr;
  g_object_get(object, name, &text, nullptr);
  const OwnedString owned(text);
  return owned ? owned.get() : "";
}

std::string nick_property(gpointer object, const char* name) {
  int number = 0;
  g_object_get(object, name, &number, nullptr);
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), name);
  const GEnumValue* value = g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, number);
  return value != nullptr ? value->value_nick : "";
}

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string fetch(const Rehearsal& server, const std::string& prompt) {
  const TemporaryFolder folder;
  Pipeline pipeline("promptsrc name=src ! filesink location=" + folder.file("clip"));
  const Element source = pipeline.find("src");
  server.apply(source.get());
  g_object_set(source.get(), "prompt", prompt.c_str(), nullptr);
  pipeline.set_state(GST_STATE_PLAYING);
  GstMessage* end = pipeline.wait(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS, "no clip: %s",
              end != nullptr ? read_error(end).message.c_str() : "nothing happened");
  return read_bytes(folder.file("clip"));
}

}  // namespace prompt::element::test
