// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/faults/fault_catalogue.h"

#include <glib.h>

#include <array>

#include "base/text.h"

namespace prompt::rehearsal {
namespace {

constexpr const char* status_name = "STATUS";

constexpr std::array api_table = {
    FaultKind{status_name, "ARG",
              "an HTTP status from 300 to 599 with the provider's error body, e.g. submit-402; "
              "nothing is done, unless ARG is \"created\"; with 429 and 503 ARG is a Retry-After, "
              "with 3xx a Location"},
    FaultKind{"html", "STATUS",
              "a web page instead of JSON, with status 200 or STATUS; nothing is done"},
    FaultKind{"slash", nullptr,
              "a redirect to the same address with a slash at its end, where it is carried out"},
    FaultKind{"lost-before", nullptr,
              "the connection is closed without a reply and nothing is done"},
    FaultKind{"never-answer", "created",
              "no reply, the connection stays open; nothing is done, unless ARG is \"created\""},
    FaultKind{"digest-401", nullptr,
              "401 with a Digest challenge that crashes some HTTP libraries; nothing is done"},
    FaultKind{"late", "SECONDS", "no reply, and the request is carried out SECONDS later (10)"},
    FaultKind{"lost-reply", nullptr, "carried out, then the connection is closed without a reply"},
    FaultKind{"reset", nullptr, "carried out, then the connection is reset without a reply"},
    FaultKind{"slow", "SECONDS", "carried out, the reply comes SECONDS later (10)"},
    FaultKind{"truncated-json", nullptr, "carried out, the JSON of the reply ends half-way"},
    FaultKind{"chunk-cut", nullptr,
              "carried out, the reply is chunked and its last chunk is missing"},
    FaultKind{"empty-body", nullptr, "carried out, the reply has no body"},
    FaultKind{"huge-json", nullptr, "carried out, the reply is 200 MB of JSON"},
    FaultKind{"deep-json", nullptr, "carried out, the reply has 100,000 nested brackets"},
    FaultKind{"two-documents", nullptr, "carried out, the JSON comes twice in one body"},
    FaultKind{"bom", nullptr, "carried out, a byte order mark stands before the JSON"},
    FaultKind{"nan", nullptr, "carried out, a bare NaN stands in the JSON"},
    FaultKind{"large", "BYTES",
              "carried out, a text of BYTES stands in the JSON beside the rest (1000000)"},
    FaultKind{"echoes-key", nullptr, "carried out, the key that was sent stands in the JSON"},
    FaultKind{"203", nullptr, "carried out, with status 203 instead of 200"},
    FaultKind{"no-state", nullptr, "carried out, the task's state is left out"},
    FaultKind{"no-id", nullptr, "carried out, the task id is left out"},
    FaultKind{"id", "TEXT", "carried out, the reply has TEXT for the task id"},
    FaultKind{"nul-id", nullptr, "carried out, a \\u0000 stands in the task id"},
    FaultKind{"bad-utf8", nullptr, "carried out, a byte that is not UTF-8 stands in the task id"},
    FaultKind{"gzip", nullptr, "carried out, the reply is compressed although nobody asked"},
    FaultKind{"gzip-bomb", nullptr, "carried out, the reply is 1 MB of gzip that unpacks to 1 GB"},
    FaultKind{"endless-1xx", nullptr, "carried out, informational replies without end"},
    FaultKind{"drip", nullptr, "carried out, one byte a second"},
    FaultKind{"length-negative", nullptr, "carried out, Content-Length: -1"},
    FaultKind{"length-double", nullptr, "carried out, two different Content-Lengths"},
    FaultKind{"length-twice", nullptr, "carried out, the same Content-Length twice"},
    FaultKind{"length-and-chunked", nullptr,
              "carried out, chunked, with a Content-Length beside that"},
    FaultKind{"length-huge", nullptr, "carried out, a Content-Length of 20 digits"},
};

constexpr std::array special_table = {
    FaultKind{"status-unknown-state", "WORD",
              "a state that the document does not know (moderating)"},
    FaultKind{"status-final-word", "WORD",
              "the finished task's state is WORD, e.g. done or COMPLETED (succeeded)"},
    FaultKind{"status-shape", "MEMBER",
              "fal's result stands in MEMBER: videos, video_url, video-text, image, audio_file, "
              "output ..."},
    FaultKind{"status-backwards", nullptr, "the first state again, whatever it is by now"},
    FaultKind{"status-completed-without-url", nullptr, "the finished task has no URL"},
    FaultKind{"status-url", "URL", "the finished task has this URL"},
    FaultKind{"status-data-url", nullptr, "the result is a data: URI that holds the file"},
    FaultKind{"status-spaces-url", nullptr, "white space stands round the URL"},
    FaultKind{"status-percent-url", nullptr, "a bare % stands in the URL's query"},
    FaultKind{"status-nul-url", nullptr, "a \\u0000 stands in the URL"},
    FaultKind{"status-bad-utf8-url", nullptr, "a byte that is not UTF-8 stands in the URL"},
    FaultKind{"status-wrong-id", nullptr, "the reply has an id that no task has"},
    FaultKind{"status-flaky", nullptr, "every second query is answered with 500"},
    FaultKind{"list-hides", "SECONDS",
              "tasks younger than SECONDS are not listed; without SECONDS none is"},
    FaultKind{"list-shortens-prompts", nullptr,
              "the list shows the first 20 characters of each prompt"},
    FaultKind{"task-fails", "TEXT",
              "the task fails, with TEXT as its error (Content policy violation)"},
    FaultKind{"task-fails-error-message", "TEXT",
              "the same, in a member error_message, as the documents' samples read it"},
    FaultKind{"task-mixed-results", "SHAPE",
              "a picture comes beside the result; Replicate has them in an object, or in a list "
              "(SHAPE list) that begins with the picture"},
    FaultKind{"task-other-medium", nullptr,
              "the result is a picture, or a piece of music where a picture was asked for"},
    FaultKind{"task-hangs", nullptr, "the task is in the making until the provider's time-out"},
    FaultKind{
        "media-STATUS", "ARG",
        "an HTTP status from 300 to 599, e.g. media-404; with 429 and 503 ARG is a Retry-After"},
    FaultKind{"media-403-once", nullptr, "the same as media-403@1"},
    FaultKind{"media-203", nullptr, "203 instead of 200"},
    FaultKind{"media-206", nullptr, "206 with everything, although no range was asked for"},
    FaultKind{"media-json", nullptr, "200 with JSON that says: not yet"},
    FaultKind{"media-not-yet", "SECONDS",
              "404 with JSON until the task has been done for SECONDS (10)"},
    FaultKind{"media-html", nullptr, "a web page instead of the clip"},
    FaultKind{"media-empty", nullptr, "200 with no bytes"},
    FaultKind{"media-short", nullptr,
              "half of the bytes that Content-Length announces, then the connection is closed"},
    FaultKind{"media-cut", "PERCENT", "the connection is reset after so much of the body (50)"},
    FaultKind{"media-stall", "PERCENT",
              "nothing comes after so much of the body (50); the connection stays open"},
    FaultKind{"media-drip", nullptr, "one byte a second"},
    FaultKind{"media-longer", nullptr, "more bytes than Content-Length announces"},
    FaultKind{"media-junk", nullptr, "other bytes behind the clip, and Content-Length counts them"},
    FaultKind{"media-trailing", "TEXT",
              "TEXT behind the clip (two line ends), and Content-Length counts it"},
    FaultKind{"media-coding", "WORD",
              "a Content-Encoding of WORD, though the bytes are plain (aws-chunked)"},
    FaultKind{"media-length-twice", nullptr, "the same Content-Length twice"},
    FaultKind{"media-length-and-chunked", nullptr, "chunked, with a Content-Length beside that"},
    FaultKind{"media-chunked", nullptr, "no Content-Length; the whole clip, chunked"},
    FaultKind{"media-chunked-cut", "PERCENT", "chunked, and closed after a whole chunk (50)"},
    FaultKind{"media-no-length", "PERCENT",
              "neither Content-Length nor chunks; closed after so much (100)"},
    FaultKind{"media-length-huge", nullptr, "a Content-Length of 1 TB"},
    FaultKind{"media-no-range", nullptr, "Range is ignored: 200 with everything"},
    FaultKind{"media-range-lies", "WHAT",
              "206 with other bytes than Content-Range says (start), or another total (total)"},
    FaultKind{"media-etag-changes", nullptr, "another ETag and another Last-Modified each time"},
    FaultKind{"media-etag-weak", nullptr, "a weak ETag and no Last-Modified"},
    FaultKind{"media-etag-none", nullptr, "no ETag and no Last-Modified"},
    FaultKind{"media-never-answer", nullptr, "no reply, the connection stays open"},
    FaultKind{"media-lost", nullptr, "the connection is closed without a reply"},
    FaultKind{"media-gzip-bomb", nullptr, "1 MB of gzip that unpacks to 1 GB"},
    FaultKind{"media-endless", nullptr,
              "bytes without end and without a length, beginning like an MP4"},
    FaultKind{"media-redirect", "N", "N redirects to the same host before the clip comes (1)"},
    FaultKind{"media-redirect-loop", nullptr, "redirects without end"},
    FaultKind{"media-redirect-http", nullptr,
              "a redirect to the plain-http canary port (a downgrade with --tls)"},
    FaultKind{"media-redirect-url", "URL", "a redirect to this URL"},
    FaultKind{"media-hls", "PORT",
              "an HLS playlist that points at PORT of this machine (the canary port)"},
    FaultKind{"media-dash", "PORT", "the same with a DASH manifest"},
    FaultKind{"media-smil", "PORT", "the same with a SMIL text"},
    FaultKind{"media-sdp", "PORT", "the same with an SDP text"},
    FaultKind{"media-urilist", "PORT", "the same with a list of URIs"},
};

struct Prefix {
  const char* text;
  Operation operation;
};

constexpr std::array prefixes = {
    Prefix{"submit-", Operation::submit}, Prefix{"status-", Operation::status},
    Prefix{"list-", Operation::list},     Prefix{"media-", Operation::media},
    Prefix{"task-", Operation::task},
};

bool is_error_status(std::string_view text) {
  return text.size() == 3 && text[0] >= '3' && text[0] <= '5' && g_ascii_isdigit(text[1]) &&
         g_ascii_isdigit(text[2]);
}

bool is_api_fault(std::string_view what) {
  if (is_error_status(what)) return true;
  for (const FaultKind& kind : api_table)
    if (kind.name != status_name && what == kind.name) return true;
  return false;
}

std::string line_of(const FaultKind& kind) {
  const std::string name =
      kind.argument == nullptr ? kind.name : format("%s[:%s]", kind.name, kind.argument);
  return format("  %-30s %s\n", name.c_str(), kind.summary);
}

}  // namespace

std::span<const FaultKind> api_faults() { return api_table; }
std::span<const FaultKind> special_faults() { return special_table; }

std::optional<FaultName> find_fault(std::string_view name) {
  for (const Prefix& prefix : prefixes) {
    const std::string_view text(prefix.text);
    if (!name.starts_with(text)) continue;
    const std::string_view what = name.substr(text.size());
    for (const FaultKind& kind : special_table)
      if (name == kind.name) return FaultName{prefix.operation, std::string(what)};
    const bool is_api = prefix.operation != Operation::media && prefix.operation != Operation::task;
    if (is_api ? is_api_fault(what) : prefix.operation == Operation::media && is_error_status(what))
      return FaultName{prefix.operation, std::string(what)};
  }
  if (is_api_fault(name)) return FaultName{std::nullopt, std::string(name)};
  return std::nullopt;
}

std::string fault_help() {
  std::string text =
      "Faults, written NAME[:ARG], strike each time, or with @N only the Nth request of their "
      "kind\n"
      "(@N-M, @N- for more of them), or with %P by chance in P percent (0.5 will do).\n\n"
      "Of API replies; with submit-, status- or list- before the name only of such requests:\n";
  for (const FaultKind& kind : api_table) text += line_of(kind);
  text += "\nOf single operations, of tasks and of the media:\n";
  for (const FaultKind& kind : special_table) text += line_of(kind);
  return text;
}

}  // namespace prompt::rehearsal
