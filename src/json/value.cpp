// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/value.h"

#include <algorithm>
#include <cmath>

namespace prompt::json {
namespace {

using SortedMembers = std::vector<const Member*>;

SortedMembers sorted(const Object& object) {
  SortedMembers members;
  members.reserve(object.size());
  for (const Member& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const Member* a, const Member* b) { return a->name < b->name; });
  return members;
}

bool have_equal_members(const Object& a, const Object& b) {
  if (a.size() != b.size()) return false;
  const SortedMembers left = sorted(a);
  const SortedMembers right = sorted(b);
  return std::equal(left.begin(), left.end(), right.begin(), [](const Member* x, const Member* y) {
    return x->name == y->name && x->value == y->value;
  });
}

}  // namespace

Object::Object() = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view name) const {
  for (const Member& member : members_)
    if (member.name == name) return &member.value;
  return nullptr;
}

Value* Object::find(std::string_view name) {
  for (Member& member : members_)
    if (member.name == name) return &member.value;
  return nullptr;
}

void Object::set(std::string_view name, Value value) {
  if (Value* const old = find(name))
    *old = std::move(value);
  else
    append(name, std::move(value));
}

void Object::append(std::string_view name, Value value) {
  members_.push_back(Member{std::string(name), std::move(value)});
}

bool Object::erase(std::string_view name) {
  return std::erase_if(members_, [name](const Member& member) { return member.name == name; }) > 0;
}

std::size_t Object::size() const { return members_.size(); }
const Member* Object::begin() const { return members_.data(); }
const Member* Object::end() const { return members_.data() + members_.size(); }

std::optional<double> Value::as_number() const {
  if (const auto* const integer = std::get_if<std::int64_t>(&data_))
    return static_cast<double>(*integer);
  if (const auto* const number = std::get_if<double>(&data_)) {
    if (std::isfinite(*number)) return *number;
  }
  return std::nullopt;
}

const Value* Value::find(std::string_view name) const {
  const Object* const object = as_object();
  return object != nullptr ? object->find(name) : nullptr;
}

const char* Value::type_name() const {
  struct Namer {
    const char* operator()(std::monostate) const { return "null"; }
    const char* operator()(bool) const { return "boolean"; }
    const char* operator()(std::int64_t) const { return "integer"; }
    const char* operator()(double) const { return "number"; }
    const char* operator()(const std::string&) const { return "string"; }
    const char* operator()(const Array&) const { return "array"; }
    const char* operator()(const Object&) const { return "object"; }
  };
  return std::visit(Namer(), data_);
}

bool Value::operator==(const Value& other) const {
  const Object* const left = as_object();
  const Object* const right = other.as_object();
  if (left != nullptr && right != nullptr) return have_equal_members(*left, *right);
  if (left != nullptr || right != nullptr) return false;
  struct Comparer {
    const Value& other;
    bool operator()(std::monostate) const { return other.is_null(); }
    bool operator()(bool value) const { return other.as_bool() && *other.as_bool() == value; }
    bool operator()(std::int64_t value) const { return other.as_int() && *other.as_int() == value; }
    bool operator()(double value) const {
      const auto* const number = std::get_if<double>(&other.data_);
      return number != nullptr && *number == value;
    }
    bool operator()(const std::string& value) const {
      return other.as_string() && *other.as_string() == value;
    }
    bool operator()(const Array& value) const {
      return other.as_array() && *other.as_array() == value;
    }
    bool operator()(const Object&) const { return false; }  // dealt with above
  };
  return std::visit(Comparer{other}, data_);
}

std::string text_of(const Value* member) {
  const std::string* const text = member != nullptr ? member->as_string() : nullptr;
  return text != nullptr ? *text : std::string();
}

bool truth_of(const Value* member) {
  const bool* const truth = member != nullptr ? member->as_bool() : nullptr;
  return truth != nullptr && *truth;
}

std::optional<std::int64_t> integer_of(const Value* member) {
  const std::int64_t* const number = member != nullptr ? member->as_int() : nullptr;
  if (number == nullptr) return std::nullopt;
  return *number;
}

std::optional<double> number_of(const Value* member) {
  return member != nullptr ? member->as_number() : std::nullopt;
}

}  // namespace prompt::json
