// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/multipart.h"

#include <glib.h>

#include <memory>

#include "base/ref.h"
#include "base/text.h"
#include "json/text_template.h"
#include "json/write.h"

namespace prompt::provider {
namespace {

// Names come from descriptions; quotes and line ends would end the header (RFC 7578, section 2).
std::string quote(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"')
      out.append("%22");
    else if (c == '\r')
      out.append("%0D");
    else if (c == '\n')
      out.append("%0A");
    else
      out.push_back(c);
  }
  return out.append("\"");
}

std::string file_name_for(const std::string& content_type) {
  const std::size_t slash = content_type.find('/');
  std::string extension =
      slash == std::string::npos ? std::string("bin") : content_type.substr(slash + 1);
  if (extension == "jpeg") extension = "jpg";
  return "image." + extension;
}

Result<std::string> write_part(const std::string& name, const json::Value& value) {
  std::string head = "Content-Disposition: form-data; name=" + quote(name);
  if (const std::optional<std::string> text = json::plain_text(value))
    return head + "\r\n\r\n" + *text + "\r\n";
  const json::Value* const data = value.find("data");
  const json::Value* const type = value.find("content-type");
  if (data == nullptr || data->as_string() == nullptr || type == nullptr ||
      type->as_string() == nullptr) {
    // Forms have no objects: servers that want one take it as JSON in a text.
    if (value.as_object() != nullptr) return head + "\r\n\r\n" + json::write(value) + "\r\n";
    return fail(ErrorKind::settings,
                format("The field \"%s\" is of type %s, which a form cannot hold: set a text, a "
                       "number, a truth value, an object, a list of these or a local image.",
                       show_safely(name, {}, 80).c_str(), value.type_name()));
  }
  gsize size = 0;
  const std::unique_ptr<guchar, GFree> bytes(g_base64_decode(data->as_string()->c_str(), &size));
  head.append("; filename=").append(quote(file_name_for(*type->as_string())));
  head.append("\r\nContent-Type: ").append(*type->as_string()).append("\r\n\r\n");
  head.append(reinterpret_cast<const char*>(bytes.get()), size);
  return head.append("\r\n");
}

}  // namespace

Result<Multipart> write_multipart(const json::Object& members) {
  std::vector<std::string> parts;
  for (const json::Member& member : members) {
    const json::Array* const list = member.value.as_array();
    const json::Array single = list == nullptr ? json::Array{member.value} : json::Array();
    for (const json::Value& value : list != nullptr ? *list : single) {
      Result<std::string> part = write_part(member.name, value);
      if (!part) return fail(part.error());
      parts.push_back(std::move(*part));
    }
  }
  // From the content, so that the same request has the same bytes; no content holds its own hash.
  const std::string boundary = "gst-prompt-" + sha256_hex(join(parts, "\n")).substr(0, 32);
  Multipart out;
  out.content_type = "multipart/form-data; boundary=" + boundary;
  for (const std::string& part : parts) out.body.append("--" + boundary + "\r\n").append(part);
  out.body.append("--" + boundary + "--\r\n");
  return out;
}

}  // namespace prompt::provider
