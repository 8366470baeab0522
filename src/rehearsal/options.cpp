// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/options.h"

#include <glib.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "base/ref.h"
#include "base/text.h"
#include "rehearsal/faults/fault_catalogue.h"

namespace prompt::rehearsal {
namespace {

struct ContextFree {
  void operator()(GOptionContext* context) const { g_option_context_free(context); }
};
struct StringsFree {
  void operator()(char** strings) const { g_strfreev(strings); }
};

// What GOption fills; texts are ours to free.
struct Raw {
  gint port = 0;
  gint media_port = 0;
  gint64 rate = 0;
  gint64 rate_limit = 1000;
  gint64 seed = 1;
  gint duration = 5;
  gdouble task_seconds = 3;
  gdouble queue_seconds = -1;
  gdouble timeout_seconds = 600;
  gdouble url_seconds = 24 * 3600;
  gdouble credits = -1;
  gdouble rtt_ms = 0;
  gdouble idle_exit = 0;
  gboolean no_range = 0;
  gboolean chunked = 0;
  gboolean moov_first = 0;
  gboolean share = 0;
  gboolean exit_with_parent = 0;
  gboolean exit_when_unused = 0;
  gboolean generate_audio = 0;
  gboolean version = 0;
  std::array<char*, 10> texts{};
  char** faults = nullptr;
  char** rest = nullptr;

  Raw() = default;
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw() {
    for (char* text : texts) g_free(text);
    g_strfreev(faults);
    g_strfreev(rest);
  }
};

enum Text : std::size_t {
  port_file,
  tls_file,
  key,
  media_file,
  folder,
  media_cache,
  log_file,
  render_only,
  render_spec,
  size_text
};

std::vector<GOptionEntry> entries_of(Raw& raw) {
  const auto text = [&raw](Text which) {
    return &raw.texts[which];
  };
  return {
      {"port", 'p', 0, G_OPTION_ARG_INT, &raw.port,
       "The API's port on 127.0.0.1; 0 = a free one, or the folder's last (default)", "PORT"},
      {"media-port", 0, 0, G_OPTION_ARG_INT, &raw.media_port,
       "The media's port, another origin as a CDN is; 0 as above", "PORT"},
      {"port-file", 0, 0, G_OPTION_ARG_FILENAME, text(port_file),
       "Write the line that goes to standard output here, too (atomically)", "PATH"},
      {"tls", 0, 0, G_OPTION_ARG_FILENAME, text(tls_file),
       "Speak https with this certificate and key (PEM, both in one file)", "PATH"},
      {"task-seconds", 't', 0, G_OPTION_ARG_DOUBLE, &raw.task_seconds,
       "How long a task takes (default 3)", "S"},
      {"queue-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &raw.queue_seconds,
       "How much of that it waits in the queue (default a tenth)", "S"},
      {"timeout-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &raw.timeout_seconds,
       "A task that takes longer fails (default 600, as documented)", "S"},
      {"url-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &raw.url_seconds,
       "How long a signed media URL is valid (default 24 hours, as documented)", "S"},
      {"rate-limit", 0, 0, G_OPTION_ARG_INT64, &raw.rate_limit,
       "Submits, and queries, per minute and key (default 1000, as documented; 0 = none)", "N"},
      {"credits", 0, 0, G_OPTION_ARG_DOUBLE, &raw.credits,
       "The account's balance at the start (default: inexhaustible)", "N"},
      {"key", 0, 0, G_OPTION_ARG_STRING, text(key),
       "Accept only this API key (default: any that is not empty)", "KEY"},
      {"rate", 'r', 0, G_OPTION_ARG_INT64, &raw.rate,
       "Send each clip at this rate (default: as fast as it goes)", "BYTES/S"},
      {"rtt", 0, 0, G_OPTION_ARG_DOUBLE, &raw.rtt_ms,
       "Wait so long before the first byte of each reply", "MS"},
      {"no-range", 0, 0, G_OPTION_ARG_NONE, &raw.no_range, "The media server ignores Range",
       nullptr},
      {"chunked", 0, 0, G_OPTION_ARG_NONE, &raw.chunked, "The media server sends no Content-Length",
       nullptr},
      {"faststart", 0, 0, G_OPTION_ARG_NONE, &raw.moov_first,
       "Clips have their moov box in front (default: at the end, as Seedance sends them)", nullptr},
      {"media", 0, 0, G_OPTION_ARG_FILENAME, text(media_file),
       "Serve this file instead of rendering", "FILE"},
      {"fault", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &raw.faults,
       "Misbehave (see below); may be given several times", "NAME[:ARG][@N|%P]"},
      {"seed", 0, 0, G_OPTION_ARG_INT64, &raw.seed,
       "For the faults that fire by chance (default 1)", "N"},
      {"folder", 'd', 0, G_OPTION_ARG_FILENAME, text(folder),
       "Keep tasks and media here, so that they survive a restart (default: a temporary folder)",
       "DIR"},
      {"media-cache", 0, 0, G_OPTION_ARG_FILENAME, text(media_cache),
       "Keep the rendered media here instead of in the folder", "DIR"},
      {"share", 0, 0, G_OPTION_ARG_NONE, &raw.share,
       "If a server already uses the folder, print its line and end", nullptr},
      {"log", 'l', 0, G_OPTION_ARG_FILENAME, text(log_file),
       "Append each request to this file, as JSON lines", "FILE"},
      {"idle-exit", 0, 0, G_OPTION_ARG_DOUBLE, &raw.idle_exit,
       "End when nobody has asked for so long (default: never)", "S"},
      {"exit-with-parent", 0, 0, G_OPTION_ARG_NONE, &raw.exit_with_parent,
       "End when the process that started this one ends", nullptr},
      {"exit-when-unused", 0, 0, G_OPTION_ARG_NONE, &raw.exit_when_unused,
       "End when no process holds a shared lock on the file 'users' of the folder; until then the "
       "terminal that it was started from does not end it",
       nullptr},
      {"render-only", 0, 0, G_OPTION_ARG_FILENAME, text(render_only),
       "Render PROMPT to this file (.mp4, .png or .mp3) and end", "OUT"},
      {"aspect-ratio", 0, 0, G_OPTION_ARG_STRING, text(size_text),
       "With --render-only: e.g. 9:16, optionally with a resolution, e.g. 9:16,720p", "W:H[,RES]"},
      {"duration", 0, 0, G_OPTION_ARG_INT, &raw.duration, "With --render-only: seconds (default 5)",
       "S"},
      {"generate-audio", 0, 0, G_OPTION_ARG_NONE, &raw.generate_audio,
       "With --render-only: with sound", nullptr},
      {"render-spec", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, text(render_spec), "", "OUT"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &raw.version, "Print the version and end", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw.rest, "", "[PROMPT]"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr},
  };
}

std::string text_of(const Raw& raw, Text which) {
  const char* value = raw.texts[which];
  return value != nullptr ? value : "";
}

Result<void> check(const Raw& raw) {
  if (raw.port < 0 || raw.port > 65535 || raw.media_port < 0 || raw.media_port > 65535)
    return fail(ErrorKind::settings, "A port is a number from 0 to 65535.");
  if (raw.rate < 0 || raw.rate_limit < 0)
    return fail(ErrorKind::settings, "--rate and --rate-limit are not negative.");
  if (raw.task_seconds < 0 || raw.timeout_seconds <= 0 || raw.rtt_ms < 0 || raw.idle_exit < 0)
    return fail(ErrorKind::settings, "Times are not negative.");
  if (raw.duration < 1 || raw.duration > 600)
    return fail(ErrorKind::settings, "--duration is a number from 1 to 600.");
  if (raw.share != 0 && raw.texts[folder] == nullptr)
    return fail(ErrorKind::settings, "--share needs --folder, which is what is shared.");
  if (raw.exit_when_unused != 0 && raw.texts[folder] == nullptr)
    return fail(ErrorKind::settings, "--exit-when-unused needs --folder, where its users are.");
  return {};
}

Options to_options(const Raw& raw) {
  Options options;
  options.port = static_cast<std::uint16_t>(raw.port);
  options.media_port = static_cast<std::uint16_t>(raw.media_port);
  options.port_file = text_of(raw, port_file);
  options.tls_file = text_of(raw, tls_file);
  options.task_seconds = raw.task_seconds;
  options.queue_seconds = raw.queue_seconds;
  options.timeout_seconds = raw.timeout_seconds;
  options.url_seconds = raw.url_seconds;
  options.rate_limit = static_cast<std::uint64_t>(raw.rate_limit);
  if (raw.credits >= 0) options.credits = raw.credits;
  if (raw.texts[key] != nullptr) options.key = Secret(text_of(raw, key));
  options.rate = static_cast<std::uint64_t>(raw.rate);
  options.rtt_ms = raw.rtt_ms;
  options.no_range = raw.no_range != 0;
  options.chunked = raw.chunked != 0;
  options.moov_first = raw.moov_first != 0;
  options.media_file = text_of(raw, media_file);
  for (char** fault = raw.faults; fault != nullptr && *fault != nullptr; ++fault)
    options.faults.emplace_back(*fault);
  options.seed = static_cast<std::uint32_t>(raw.seed);
  options.folder = text_of(raw, folder);
  options.media_cache = text_of(raw, media_cache);
  options.share = raw.share != 0;
  options.log_file = text_of(raw, log_file);
  options.idle_exit_seconds = raw.idle_exit;
  options.exit_with_parent = raw.exit_with_parent != 0;
  options.exit_when_unused = raw.exit_when_unused != 0;
  options.render_only = text_of(raw, render_only);
  options.render_spec = text_of(raw, render_spec);
  options.duration = raw.duration;
  options.generate_audio = raw.generate_audio != 0;
  for (char** word = raw.rest; word != nullptr && *word != nullptr; ++word)
    options.prompt += (options.prompt.empty() ? "" : " ") + std::string(*word);
  const std::string size = text_of(raw, size_text);
  const std::size_t comma = size.find(',');
  if (!size.empty()) options.aspect_ratio = size.substr(0, comma);
  if (comma != std::string::npos) options.resolution = size.substr(comma + 1);
  return options;
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Raw raw;
  const std::vector<GOptionEntry> entries = entries_of(raw);
  const std::unique_ptr<GOptionContext, ContextFree> context(
      g_option_context_new("- a stand-in for the providers, on this machine"));
  g_option_context_set_summary(
      context.get(),
      "Serves the providers' generation APIs on 127.0.0.1 and renders a clip of each prompt. "
      "Prints\n"
      "one line of JSON with its ports and base URLs, and then serves until it is ended. Counts "
      "are\n"
      "at /rehearsal/stats; PUT /rehearsal/faults with a JSON array of names replaces the faults.");
  g_option_context_set_description(context.get(), fault_help().c_str());
  g_option_context_add_main_entries(context.get(), entries.data(), nullptr);
  // A copy, as GOption takes out what it has understood.
  const std::unique_ptr<char*, StringsFree> arguments([&] {
    char** copy = g_new0(char*, static_cast<gsize>(argc) + 1);
    for (int i = 0; i < argc; ++i) copy[i] = g_strdup(argv[i]);
    return copy;
  }());
  char** remaining = arguments.get();
  GErrorPtr error;
  if (g_option_context_parse_strv(context.get(), &remaining, error.out()) == 0)
    return fail(ErrorKind::settings, format("%s; see --help.", error->message));
  if (raw.version != 0) {
    g_print("gst-prompt-rehearsal %s\n", REHEARSAL_VERSION);
    std::exit(0);
  }
  const Result<void> checked = check(raw);
  if (!checked) return fail(checked.error());
  Options options = to_options(raw);
  if (!options.render_only.empty() && !is_valid_utf8(options.prompt))
    return fail(ErrorKind::settings, "The prompt is not UTF-8.");
  if (!options.render_only.empty() && options.prompt.empty())
    return fail(ErrorKind::settings, "--render-only needs a prompt behind it.");
  if (options.render_only.empty() && options.render_spec.empty() && !options.prompt.empty())
    return fail(ErrorKind::settings,
                format("'%s' is not understood; see --help.", options.prompt.c_str()));
  return options;
}

}  // namespace prompt::rehearsal
