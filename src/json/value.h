// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A JSON value as plain C++: what replies are read from and requests are built of. Reading never
// assumes a type: every accessor answers "nothing" for a value of another type, so a hostile reply
// can be wrong but not harmful. Not thread-safe; copy or share as const.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace prompt::json {

class Value;
struct Member;

using Array = std::vector<Value>;

/// Members in the order they were added or read; names are unique.
class Object {
 public:
  Object();
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  /// The member's value, or nullptr.
  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  /// Adds the member, or replaces its value where it stands.
  void set(std::string_view name, Value value);
  /// Adds a member that the caller knows not to be there yet (no search: for building long
  /// objects).
  void append(std::string_view name, Value value);
  /// True if there was such a member.
  bool erase(std::string_view name);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const Member* begin() const;
  [[nodiscard]] const Member* end() const;

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;  ///< null
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(int value) : data_(std::int64_t{value}) {}
  explicit Value(double value) : data_(value) {}
  explicit Value(std::string value) : data_(std::move(value)) {}
  explicit Value(std::string_view value) : data_(std::string(value)) {}
  explicit Value(const char* value) : data_(std::string(value)) {}
  explicit Value(Array value) : data_(std::move(value)) {}
  explicit Value(Object value) : data_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }
  /// Only a number written without fraction or exponent, within the range of int64.
  [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  /// Any finite number.
  [[nodiscard]] std::optional<double> as_number() const;
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

  /// A member of an object; nullptr if this is no object or has no such member.
  [[nodiscard]] const Value* find(std::string_view name) const;

  /// "null", "boolean", "integer", "number", "string", "array" or "object", for messages.
  [[nodiscard]] const char* type_name() const;

  /// Same type and content; objects compare without regard to order.
  [[nodiscard]] bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

struct Member {
  std::string name;
  Value value;
};

/// What find() gave, read as a text, a truth or a number; empty, false or nothing where there is no
/// such member or it is of another type.
[[nodiscard]] std::string text_of(const Value* member);
[[nodiscard]] bool truth_of(const Value* member);
[[nodiscard]] std::optional<std::int64_t> integer_of(const Value* member);
[[nodiscard]] std::optional<double> number_of(const Value* member);

}  // namespace prompt::json
