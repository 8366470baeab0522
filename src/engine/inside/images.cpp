// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "engine/inside/images.h"

#include <glib.h>

#include <span>

#include "base/file.h"
#include "base/ref.h"
#include "base/text.h"
#include "clip/kind.h"

namespace prompt::engine {
namespace {

/// Where a description names no limit: what still makes a sensible request.
constexpr std::size_t default_max_bytes = 20 * 1024 * 1024;

bool is_web_url(const std::string& text) {
  return g_ascii_strncasecmp(text.c_str(), "http://", 7) == 0 ||
         g_ascii_strncasecmp(text.c_str(), "https://", 8) == 0;
}

const char* content_type_of(clip::Kind kind) {
  switch (kind) {
    case clip::Kind::png:
      return "image/png";
    case clip::Kind::jpeg:
      return "image/jpeg";
    case clip::Kind::webp:
      return "image/webp";
    case clip::Kind::gif:
      return "image/gif";
    default:
      return nullptr;
  }
}

Result<std::string> path_of(const std::string& text) {
  if (g_ascii_strncasecmp(text.c_str(), "file:", 5) != 0) return text;
  GErrorPtr error;
  const OwnedString path(g_filename_from_uri(text.c_str(), nullptr, error.out()));
  if (path == nullptr)
    return fail(ErrorKind::settings, format("The image '%s' is not a local file's URI: %s.",
                                            show_safely(text).c_str(), error->message));
  return std::string(path.get());
}

}  // namespace

Result<provider::Image> load_image(const std::string& text,
                                   const provider::Description& description,
                                   const std::string& model_id, Media media) {
  provider::Image image;
  image.url = text;
  if (is_web_url(text)) return image;
  const provider::Model* model =
      model_id.empty() ? description.default_model(media) : description.find_model(model_id, media);
  if (model == nullptr || !model->images || model->images->inline_types.empty()) return image;
  const std::size_t limit =
      model->images->inline_max_bytes > 0 ? model->images->inline_max_bytes : default_max_bytes;
  const Result<std::string> path = path_of(text);
  if (!path) return fail(path.error());
  const Result<std::string> content = read_file(*path, limit);
  if (!content)
    return fail(ErrorKind::settings,
                format("The image cannot be used: %s", content.error().message.c_str()));
  const clip::Sniffed sniffed = clip::sniff(std::as_bytes(std::span(*content)), true);
  const char* type = sniffed.kind ? content_type_of(*sniffed.kind) : nullptr;
  if (type == nullptr)
    return fail(
        ErrorKind::settings,
        format("The image '%s' is no PNG, JPEG, WebP or GIF but %s.", show_safely(*path).c_str(),
               sniffed.kind ? clip::facts_of(*sniffed.kind).name : sniffed.looks_like));
  const OwnedString base64(
      g_base64_encode(reinterpret_cast<const guchar*>(content->data()), content->size()));
  image.data = base64.get();
  image.content_type = type;
  image.sha256 = sha256_hex(*content);
  return image;
}

}  // namespace prompt::engine
