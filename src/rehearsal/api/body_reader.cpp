// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "rehearsal/api/body_reader.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace prompt::rehearsal {
namespace {

std::string shown(const json::Value& value) { return show_safely(json::write(value), {}, 80); }

}  // namespace

Result<json::Object> read_json_body(const HttpRequest& request) {
  const char* type = soup_message_headers_get_content_type(request.headers.get(), nullptr);
  if (type == nullptr || g_ascii_strcasecmp(type, "application/json") != 0)
    return fail(ErrorKind::rejected,
                format("Content-Type must be application/json, not %s",
                       type != nullptr ? show_safely(type, {}, 80).c_str() : "absent"));
  Result<json::Value> value = json::parse(request.body, {max_body, 64});
  if (!value)
    return fail(ErrorKind::rejected,
                "The request body is not valid JSON: " + value.error().message);
  json::Object* object = value->as_object();
  if (object == nullptr)
    return fail(ErrorKind::rejected,
                format("The request body must be a JSON object, not %s", value->type_name()));
  return std::move(*object);
}

bool is_form(const HttpRequest& request) {
  const char* type = soup_message_headers_get_content_type(request.headers.get(), nullptr);
  return type != nullptr && g_ascii_strcasecmp(type, "multipart/form-data") == 0;
}

Result<json::Object> read_form_body(const HttpRequest& request) {
  const Ref<GBytes> body =
      Ref<GBytes>::adopt(g_bytes_new(request.body.data(), request.body.size()));
  const std::unique_ptr<SoupMultipart, decltype(&soup_multipart_free)> form(
      soup_multipart_new_from_message(request.headers.get(), body.get()), soup_multipart_free);
  if (!form) return fail(ErrorKind::rejected, "The request body is no valid form");
  json::Object out;
  for (int i = 0; i < soup_multipart_get_length(form.get()); ++i) {
    SoupMessageHeaders* headers = nullptr;
    GBytes* bytes = nullptr;
    soup_multipart_get_part(form.get(), i, &headers, &bytes);
    char* disposition = nullptr;
    GHashTable* parameters = nullptr;
    if (soup_message_headers_get_content_disposition(headers, &disposition, &parameters) == 0)
      return fail(ErrorKind::rejected, "A part of the form has no Content-Disposition");
    const OwnedString kind(disposition);
    const auto text = [parameters](const char* name) {
      const auto* value = static_cast<const char*>(g_hash_table_lookup(parameters, name));
      return value != nullptr ? std::string(value) : std::string();
    };
    const std::string name = text("name");
    const std::string filename = text("filename");
    g_hash_table_unref(parameters);
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    if (kind.get() != std::string("form-data") || name.empty())
      return fail(ErrorKind::rejected, "A part of the form has no name");
    if (out.find(name) != nullptr) return fail(ErrorKind::rejected, name + " is there twice");
    if (filename.empty()) {
      out.set(name, json::Value(std::string(data != nullptr ? data : "", size)));
      continue;
    }
    const char* type = soup_message_headers_get_content_type(headers, nullptr);
    json::Object file;
    file.set("filename", json::Value(filename));
    file.set("type", json::Value(type != nullptr ? type : ""));
    file.set("size", json::Value(static_cast<std::int64_t>(size)));
    out.set(name, json::Value(std::move(file)));
  }
  return out;
}

bool is_web_url(const std::string& text) {
  const Ref<GUri> uri = Ref<GUri>::adopt(g_uri_parse(text.c_str(), G_URI_FLAGS_NONE, nullptr));
  if (!uri) return false;
  const std::string_view scheme(g_uri_get_scheme(uri.get()));
  const char* host = g_uri_get_host(uri.get());
  return (scheme == "http" || scheme == "https") && host != nullptr && *host != '\0';
}

bool is_picture_url(const std::string& text) {
  if (!text.starts_with("data:image/")) return is_web_url(text);
  constexpr std::string_view mark = ";base64,";
  const std::size_t at = text.find(mark);
  if (at == std::string::npos || at + mark.size() == text.size()) return false;
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
                                at + mark.size()) == std::string::npos;
}

void BodyReader::complain(std::string message) {
  if (!complaint_) complaint_ = std::move(message);
}

void BodyReader::wrong_type(const char* name, const char* wanted, const json::Value& got) {
  complain(format("%s must be %s, not %s", name, wanted, got.type_name()));
}

void BodyReader::only(std::initializer_list<const char*> names) {
  for (const json::Member& member : object_)
    if (std::none_of(names.begin(), names.end(),
                     [&member](const char* name) { return member.name == name; }))
      complain("Unknown parameter: " + show_safely(member.name, {}, 80));
}

void BodyReader::required(std::initializer_list<const char*> names) {
  std::vector<std::string> missing;
  for (const char* name : names)
    if (find(name) == nullptr) missing.emplace_back(name);
  if (!missing.empty()) complain("Missing required parameters: " + join(missing));
}

std::string BodyReader::text(const char* name, std::string_view otherwise) {
  const json::Value* value = find(name);
  if (value == nullptr) return std::string(otherwise);
  const std::string* text = value->as_string();
  if (text == nullptr) {
    wrong_type(name, "a string", *value);
    return {};
  }
  return *text;
}

bool BodyReader::flag(const char* name, bool otherwise) {
  const json::Value* value = find(name);
  if (value == nullptr) return otherwise;
  const bool* flag = value->as_bool();
  if (flag == nullptr) wrong_type(name, "a boolean", *value);
  return flag != nullptr && *flag;
}

double BodyReader::number(const char* name, double otherwise) {
  const json::Value* value = find(name);
  if (value == nullptr) return otherwise;
  const std::optional<double> number = value->as_number();
  if (!number) wrong_type(name, "a number", *value);
  return number.value_or(otherwise);
}

std::string BodyReader::one_of(const char* name, std::span<const std::string_view> allowed,
                               std::string_view otherwise) {
  const std::string value = text(name, otherwise);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    complain(format("%s must be one of %s, not %s", name,
                    join(std::vector<std::string>(allowed.begin(), allowed.end())).c_str(),
                    shown(json::Value(value)).c_str()));
  return value;
}

int BodyReader::one_of(const char* name, std::span<const int> allowed, int otherwise) {
  const double value = number(name, otherwise);
  for (const int candidate : allowed)
    if (value == candidate) return candidate;
  std::vector<std::string> words;
  for (const int candidate : allowed) words.push_back(std::to_string(candidate));
  complain(format("%s must be %s, not %s", name, join(words, " or ").c_str(),
                  shown(json::Value(value)).c_str()));
  return otherwise;
}

int BodyReader::integer(const char* name, int low, int high, int otherwise) {
  const double value = number(name, otherwise);
  if (value != std::floor(value) || value < low || value > high) {
    complain(format("%s must be an integer from %d to %d, not %s", name, low, high,
                    shown(json::Value(value)).c_str()));
    return otherwise;
  }
  return static_cast<int>(value);
}

int BodyReader::integer_or_digits(const char* name, int low, int high, int otherwise) {
  const json::Value* value = find(name);
  if (value != nullptr && value->as_string() != nullptr) return digits(name, low, high, otherwise);
  return integer(name, low, high, otherwise);
}

int BodyReader::digits(const char* name, int low, int high, int otherwise) {
  if (find(name) == nullptr) return otherwise;
  const std::string value = text(name);
  guint64 number = 0;
  if (g_ascii_string_to_unsigned(value.c_str(), 10, static_cast<guint64>(low),
                                 static_cast<guint64>(high), &number, nullptr) == 0) {
    complain(format("%s must be a string of digits from %d to %d, not %s", name, low, high,
                    shown(json::Value(value)).c_str()));
    return otherwise;
  }
  return static_cast<int>(number);
}

const json::Array& BodyReader::array(const char* name) {
  static const json::Array none;
  const json::Value* value = find(name);
  if (value == nullptr) return none;
  if (value->as_array() == nullptr) wrong_type(name, "an array", *value);
  return value->as_array() != nullptr ? *value->as_array() : none;
}

const json::Object& BodyReader::object(const char* name) {
  static const json::Object none;
  const json::Value* value = find(name);
  if (value == nullptr) return none;
  if (value->as_object() == nullptr) wrong_type(name, "an object", *value);
  return value->as_object() != nullptr ? *value->as_object() : none;
}

std::string BodyReader::prompt(const char* name, std::size_t limit) {
  const std::string value = text(name);
  if (find(name) == nullptr) return value;
  const std::size_t count = count_code_points(value);
  if (count == 0) complain(format("%s must not be empty", name));
  if (count > limit)
    complain(format("%s must have at most %zu characters, not %zu", name, limit, count));
  return value;
}

std::string BodyReader::web_url(const char* name) {
  const std::string value = text(name);
  if (find(name) != nullptr && !is_web_url(value))
    complain(format("%s must be an http or https URL", name));
  return value;
}

void BodyReader::picture(const char* name) {
  const std::string value = text(name);
  if (find(name) != nullptr && !is_picture_url(value))
    complain(format("%s must be an http or https URL, or a data URI of an image", name));
}

std::vector<std::string> BodyReader::web_urls(const char* name, std::size_t limit) {
  std::vector<std::string> urls;
  const json::Value* value = find(name);
  if (value == nullptr) return urls;
  const json::Array* items = value->as_array();
  if (items == nullptr) {
    wrong_type(name, "an array of strings", *value);
    return urls;
  }
  if (items->size() > limit)
    complain(format("%s must have at most %zu items, not %zu", name, limit, items->size()));
  for (const json::Value& item : *items) {
    const std::string* url = item.as_string();
    if (url == nullptr)
      wrong_type(name, "an array of strings", item);
    else if (!is_web_url(*url))
      complain(format("%s must hold http or https URLs only", name));
    else
      urls.push_back(*url);
  }
  return urls;
}

}  // namespace prompt::rehearsal
