// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "edit/sheet.h"

#include <gio/gio.h>

#include <algorithm>

#include "base/ref.h"
#include "base/text.h"
#include "edit/clip_facts.h"
#include "edit/delivered.h"
#include "edit/poster.h"
#include "edit/timeline_text.h"
#include "prompt-sheet-resources.h"

namespace prompt::edit {
namespace {

constexpr int poster_width = 480;

std::string escaped(const std::string& text) {
  const OwnedString safe(g_markup_escape_text(plain_text(text).c_str(), -1));
  return safe.get();
}

std::string resource(const char* name) {
  const Ref<GBytes> bytes = Ref<GBytes>::adopt(g_resource_lookup_data(
      prompt_sheet_get_resource(), name, G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
  if (!bytes) return {};
  gsize size = 0;
  const auto* const data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
  return std::string(data, size);
}

std::string price_text(const TakePrice& price) {
  if (price.is_rehearsed) return "rehearsed";
  return price.credits ? format("%g %s", *price.credits, price.unit.c_str()) : "price unknown";
}

/// A take as the page shows it.
struct Tile {
  std::string view;  ///< HTML
  std::string facts;
  double seconds = 0;
};

std::string note(const std::string& text) {
  return "<div class=\"note\">" + escaped(text) + "</div>";
}

std::string data_url(const char* type, const std::string& bytes) {
  const OwnedString base64(
      g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return std::string("data:") + type + ";base64," + base64.get();
}

Tile tile_of(const FoundTake& take, const std::string& folder) {
  Tile tile;
  if (take.path.empty()) {
    tile.view = note("The clip is not beside its sidecar.");
    return tile;
  }
  const std::string link = escaped(url_path(relative_path(take.path, folder)));
  const Result<ClipFacts> facts = read_clip_facts(take.path);
  if (!facts) {
    tile.view = note("This take cannot be shown: " + facts.error().message);
    return tile;
  }
  tile.facts = summary_of(*facts);
  tile.seconds = static_cast<double>(std::max(facts->video_ns, facts->audio_ns)) / 1e9;
  if (facts->medium == Media::image) {
    tile.view = "<img loading=\"lazy\" src=\"" + link + "\" alt=\"\">";
  } else if (facts->medium == Media::audio) {
    tile.view = note("Sound") + "<audio controls preload=\"none\" src=\"" + link + "\"></audio>";
  } else {
    const Result<std::string> poster = read_poster(take.path, *facts, poster_width);
    tile.view = poster ? "<img alt=\"\" src=\"" + data_url("image/jpeg", *poster) + "\">"
                       : note("There is no picture of it: " + poster.error().message);
    tile.view +=
        "<video hidden loop muted playsinline preload=\"none\" src=\"" + link + "\"></video>";
  }
  return tile;
}

std::string differs_text(const FoundTake& take) {
  const json::Value* const differs = take.facts.find("differs");
  if (differs == nullptr || differs->as_array() == nullptr) return {};
  std::vector<std::string> parts;
  for (const json::Value& one : *differs->as_array())
    if (one.as_string() != nullptr) parts.push_back(*one.as_string());
  return join(parts, "; ");
}

std::string card_of(const FoundTake& take, bool is_chosen, std::size_t place,
                    const std::string& folder) {
  const Tile tile = tile_of(take, folder);
  const std::string title = take.name + format(", take %u", take.take);
  const OwnedString searched(g_utf8_strdown(
      plain_text(title + " " + take.prompt + " " + json::text_of(take.facts.find("provider")) +
                 " " + json::text_of(take.facts.find("model")))
          .c_str(),
      -1));
  const TakePrice price = price_of(take);
  const bool is_paid = !price.is_rehearsed && price.credits;
  std::string card = std::string("<article tabindex=\"0\" class=\"") + (is_chosen ? "chosen" : "") +
                     format("\" data-place=\"%zu\"", place) + " data-text=\"" +
                     escaped(searched.get()) + "\" data-price=\"" +
                     (is_paid ? format("%g", *price.credits) : std::string()) + "\" data-unit=\"" +
                     escaped(price.unit) + "\"" + format(" data-length=\"%g\">\n", tile.seconds);
  card += "<div class=\"view\">" + tile.view + "</div>\n<div class=\"facts\">\n<h2>" +
          escaped(title) + (is_chosen ? " <span class=\"star\" title=\"chosen\">★</span>" : "") +
          "</h2>\n";
  card += "<p class=\"dim\">" + escaped(tile.facts) + (tile.facts.empty() ? "" : " · ") +
          escaped(price_text(price)) + "</p>\n";
  card += "<p dir=\"auto\">" + escaped(take.prompt) + "</p>\n";
  if (const std::string differs = differs_text(take); !differs.empty())
    card += "<p class=\"warning\">" + escaped(differs) + "</p>\n";
  return card + "</div>\n</article>\n";
}

}  // namespace

std::string write_sheet(const std::vector<FoundShot>& shots, const SheetOptions& options) {
  std::size_t all = 0;
  for (const FoundShot& shot : shots) all += shot.takes.size();
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escaped(options.title) + "</title>\n<style>\n" + resource("/sheet/sheet.css") +
      "</style>\n</head>\n<body>\n<header>\n<h1>" + escaped(options.title) +
      "</h1>\n<input id=\"filter\" type=\"search\" placeholder=\"Filter ( / )\" "
      "aria-label=\"Filter\">\n<select id=\"order\" aria-label=\"Order\">"
      "<option value=\"name\">by name</option><option value=\"price\">dearest first</option>"
      "<option value=\"length\">longest first</option></select>\n<label><input id=\"chosen\" "
      "type=\"checkbox\"> chosen only</label>\n<span id=\"sums\"></span>\n</header>\n<main>\n";
  std::size_t place = 0;
  for (const FoundShot& shot : shots)
    for (const FoundTake& take : shot.takes) {
      if (options.progress) options.progress(place, all);
      page += card_of(take, &take == &shot.chosen(), place, options.folder);
      ++place;
    }
  return page + "</main>\n<script>\n" + resource("/sheet/sheet.js") +
         "</script>\n</body>\n</html>\n";
}

}  // namespace prompt::edit
