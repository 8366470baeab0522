// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "provider/reader.h"

#include <algorithm>

#include "base/text.h"
#include "json/write.h"

namespace prompt::provider {

void Problems::report(const std::string& pointer, const std::string& expected,
                      const std::string& got) {
  if (error_) return;
  error_ = Error{ErrorKind::settings,
                 format("The provider description %s is wrong at %s: expected %s, got %s.",
                        show_safely(file_, {}, 300).c_str(),
                        pointer.empty() ? "its root" : show_safely(pointer, {}, 300).c_str(),
                        show_safely(expected, {}, 600).c_str(), show_safely(got, {}, 300).c_str())};
}

std::string describe(const json::Value& value) {
  if (value.is_null()) return "null";
  if (value.as_array() != nullptr) return "an array";
  if (value.as_object() != nullptr) return "an object";
  if (value.as_string() != nullptr && value.as_string()->empty()) return "an empty string";
  return std::string("the ") + value.type_name() + " " + show_safely(json::write(value), {}, 120);
}

std::string one_of(std::span<const std::string> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out.append(i + 1 == names.size() ? " or " : ", ");
    out.append("\"").append(names[i]).append("\"");
  }
  return out;
}

std::string pointer_to(const std::string& pointer, std::string_view member) {
  std::string out = pointer + "/";
  for (const char c : member) {
    if (c == '~')
      out.append("~0");
    else if (c == '/')
      out.append("~1");
    else
      out.push_back(c);
  }
  return out;
}

std::string pointer_to(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

ObjectReader::ObjectReader(Problems& problems, const Node& node)
    : problems_(problems), pointer_(node.pointer) {
  if (!node) return;
  object_ = node.value->as_object();
  if (object_ == nullptr) problems_.report(pointer_, "an object", describe(*node.value));
}

const json::Value* ObjectReader::look_up(std::string_view name) {
  known_.emplace_back(name);
  return object_ != nullptr ? object_->find(name) : nullptr;
}

bool ObjectReader::has(std::string_view name) {
  return object_ != nullptr && object_->find(name) != nullptr;
}

Node ObjectReader::member(std::string_view name) {
  return Node{look_up(name), pointer_to(pointer_, name)};
}

Node ObjectReader::required_member(std::string_view name, const char* expected) {
  Node node = member(name);
  if (!node && object_ != nullptr) problems_.report(node.pointer, expected, "nothing");
  return node;
}

std::string ObjectReader::text(std::string_view name) {
  const Node node = member(name);
  if (!node) return {};
  const std::string* const text = node.value->as_string();
  if (text == nullptr || text->empty()) {
    problems_.report(node.pointer, "a string", describe(*node.value));
    return {};
  }
  return *text;
}

std::string ObjectReader::required_text(std::string_view name) {
  if (!has(name)) {
    static_cast<void>(required_member(name, "a string"));
    return {};
  }
  return text(name);
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  std::vector<std::string> out;
  for (const Node& item : items(name)) {
    const std::string* const text = item.value->as_string();
    if (text == nullptr || text->empty())
      problems_.report(item.pointer, "a string", describe(*item.value));
    else if (std::find(out.begin(), out.end(), *text) != out.end())
      problems_.report(item.pointer, "each string once", describe(*item.value) + " again");
    else
      out.push_back(*text);
  }
  return out;
}

std::optional<bool> ObjectReader::truth(std::string_view name) {
  const Node node = member(name);
  if (!node) return std::nullopt;
  if (const bool* const truth = node.value->as_bool()) return *truth;
  problems_.report(node.pointer, "true or false", describe(*node.value));
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t min,
                                                  std::int64_t max) {
  const Node node = member(name);
  if (!node) return std::nullopt;
  const std::int64_t* const integer = node.value->as_int();
  if (integer != nullptr && *integer >= min && *integer <= max) return *integer;
  problems_.report(
      node.pointer,
      format("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max),
      describe(*node.value));
  return std::nullopt;
}

std::optional<double> ObjectReader::number(std::string_view name, double min, double max) {
  const Node node = member(name);
  if (!node) return std::nullopt;
  const std::optional<double> number = node.value->as_number();
  if (number && *number >= min && *number <= max) return number;
  problems_.report(node.pointer, format("a number from %g to %g", min, max), describe(*node.value));
  return std::nullopt;
}

std::string ObjectReader::choice(std::string_view name, std::span<const std::string> names) {
  const Node node = member(name);
  if (!node) return {};
  const std::string* const text = node.value->as_string();
  if (text != nullptr && std::find(names.begin(), names.end(), *text) != names.end()) return *text;
  problems_.report(node.pointer, one_of(names), describe(*node.value));
  return {};
}

json::Paths ObjectReader::paths(std::string_view name) {
  const Node node = member(name);
  return node ? read_paths(problems_, node) : json::Paths();
}

json::Paths ObjectReader::required_paths(std::string_view name) {
  const Node node = required_member(name, "a path into the reply, or a list of paths");
  return node ? read_paths(problems_, node) : json::Paths();
}

std::optional<json::Path> ObjectReader::path(std::string_view name) {
  const Node node = member(name);
  if (!node) return std::nullopt;
  if (node.value->as_string() == nullptr) {
    problems_.report(node.pointer, "a path into the reply", describe(*node.value));
    return std::nullopt;
  }
  const json::Paths paths = read_paths(problems_, node);
  if (paths.empty()) return std::nullopt;
  return paths.front();
}

std::vector<json::Value> ObjectReader::scalars(std::string_view name) {
  const Node node = member(name);
  return node ? read_scalars(problems_, node) : std::vector<json::Value>();
}

std::vector<Node> ObjectReader::items(std::string_view name) {
  std::vector<Node> out;
  const Node node = member(name);
  if (!node) return out;
  const json::Array* const array = node.value->as_array();
  if (array == nullptr || array->empty()) {
    problems_.report(node.pointer, "an array with at least one item",
                     array != nullptr ? "an empty array" : describe(*node.value));
    return out;
  }
  for (std::size_t i = 0; i < array->size(); ++i)
    out.push_back(Node{&(*array)[i], pointer_to(node.pointer, i)});
  return out;
}

std::vector<std::pair<std::string, Node>> ObjectReader::members(std::string_view name) {
  std::vector<std::pair<std::string, Node>> out;
  const Node node = member(name);
  if (!node) return out;
  const json::Object* const object = node.value->as_object();
  if (object == nullptr) {
    problems_.report(node.pointer, "an object", describe(*node.value));
    return out;
  }
  for (const json::Member& member : *object) {
    if (member.name.empty())
      problems_.report(pointer_to(node.pointer, member.name), "a name", "an empty string");
    out.emplace_back(member.name, Node{&member.value, pointer_to(node.pointer, member.name)});
  }
  return out;
}

void ObjectReader::report(std::string_view name, const std::string& expected,
                          const std::string& got) const {
  problems_.report(pointer_to(pointer_, name), expected, got);
}

void ObjectReader::finish() const {
  if (object_ == nullptr) return;
  for (const json::Member& member : *object_)
    if (std::find(known_.begin(), known_.end(), member.name) == known_.end())
      problems_.report(pointer_to(pointer_, member.name), "no member but " + one_of(known_),
                       "\"" + member.name + "\"");
}

json::Paths read_paths(Problems& problems, const Node& node) {
  json::Paths out;
  const auto read = [&](const json::Value& value, const std::string& pointer) {
    const std::string* const text = value.as_string();
    if (text == nullptr) {
      problems.report(pointer, "a path into the reply, or a list of paths", describe(value));
      return;
    }
    Result<json::Path> path = json::Path::parse(*text);
    if (path)
      out.push_back(std::move(*path));
    else
      problems.report(pointer, "a path such as $.data.id",
                      describe(value) + " (" + path.error().message + ")");
  };
  const json::Array* const list = node.value->as_array();
  if (list == nullptr) {
    read(*node.value, node.pointer);
  } else if (list->empty()) {
    problems.report(node.pointer, "a path into the reply, or a list of paths", "an empty array");
  } else {
    for (std::size_t i = 0; i < list->size(); ++i) read((*list)[i], pointer_to(node.pointer, i));
  }
  return out;
}

std::vector<json::Value> read_scalars(Problems& problems, const Node& node) {
  std::vector<json::Value> out;
  const auto read = [&](const json::Value& value, const std::string& pointer) {
    if (value.is_null() || value.as_array() != nullptr || value.as_object() != nullptr)
      problems.report(pointer, "a string, a number or a truth value", describe(value));
    else if (std::find(out.begin(), out.end(), value) != out.end())
      problems.report(pointer, "each value once", describe(value) + " again");
    else
      out.push_back(value);
  };
  const json::Array* const list = node.value->as_array();
  if (list == nullptr) {
    read(*node.value, node.pointer);
  } else if (list->empty()) {
    problems.report(node.pointer, "at least one value", "an empty array");
  } else {
    for (std::size_t i = 0; i < list->size(); ++i) read((*list)[i], pointer_to(node.pointer, i));
  }
  return out;
}

}  // namespace prompt::provider
