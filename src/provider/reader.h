// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Reads a description file's JSON member by member and reports what is wrong with file, JSON
// pointer (RFC 6901), what was expected and what was found. The first problem counts; reading goes
// on with harmless values, so that callers need no error path of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/path.h"
#include "json/value.h"

namespace prompt::provider {

/// The first problem of a file.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void report(const std::string& pointer, const std::string& expected, const std::string& got);
  [[nodiscard]] bool empty() const { return !error_.has_value(); }
  /// Kind settings: "FILE, at POINTER: expected X, got Y." Only if not empty().
  [[nodiscard]] const Error& first() const { return *error_; }

 private:
  std::string file_;
  std::optional<Error> error_;
};

/// `the string "abc"`, `the integer 5`, `an array`, ... for messages; cut and cleaned.
[[nodiscard]] std::string describe(const json::Value& value);
/// `"a", "b" or "c"`.
[[nodiscard]] std::string one_of(std::span<const std::string> names);
/// A pointer's next step, escaped.
[[nodiscard]] std::string pointer_to(const std::string& pointer, std::string_view member);
[[nodiscard]] std::string pointer_to(const std::string& pointer, std::size_t index);

/// A value and where it stands.
struct Node {
  const json::Value* value = nullptr;
  std::string pointer;
  explicit operator bool() const { return value != nullptr; }
};

/// One object of the file. Members are asked for by name; finish() reports those that were not.
class ObjectReader {
 public:
  /// Reports it if the node is no object.
  ObjectReader(Problems& problems, const Node& node);

  [[nodiscard]] Problems& problems() const { return problems_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] bool has(std::string_view name);

  /// The member as it is; empty if there is none.
  [[nodiscard]] Node member(std::string_view name);
  [[nodiscard]] Node required_member(std::string_view name, const char* expected);

  /// A text, not empty; empty if there is none.
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::optional<bool> truth(std::string_view name);
  /// A whole number within the range.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t min,
                                                    std::int64_t max);
  /// A finite number within the range.
  [[nodiscard]] std::optional<double> number(std::string_view name, double min, double max);
  /// One of the names; empty if there is none.
  [[nodiscard]] std::string choice(std::string_view name, std::span<const std::string> names);
  /// A path or a list of paths into a reply.
  [[nodiscard]] json::Paths paths(std::string_view name);
  [[nodiscard]] json::Paths required_paths(std::string_view name);
  [[nodiscard]] std::optional<json::Path> path(std::string_view name);
  /// A string, number or truth value, or a list of such, without repetition.
  [[nodiscard]] std::vector<json::Value> scalars(std::string_view name);
  /// The items of an array, which is not empty if it is there.
  [[nodiscard]] std::vector<Node> items(std::string_view name);
  /// The members of an object, by name.
  [[nodiscard]] std::vector<std::pair<std::string, Node>> members(std::string_view name);

  void report(std::string_view name, const std::string& expected, const std::string& got) const;
  /// Reports members that nobody asked for.
  void finish() const;

 private:
  const json::Value* look_up(std::string_view name);

  Problems& problems_;
  std::string pointer_;
  const json::Object* object_ = nullptr;
  std::vector<std::string> known_;
};

/// The paths that a node holds; reports what is none.
[[nodiscard]] json::Paths read_paths(Problems& problems, const Node& node);
/// The scalars that a node holds; reports what is none.
[[nodiscard]] std::vector<json::Value> read_scalars(Problems& problems, const Node& node);

}  // namespace prompt::provider
