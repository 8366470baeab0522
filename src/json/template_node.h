// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// A template taken apart: what template.cpp reads and template_render.cpp writes. Nobody else
// includes this.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/template.h"

namespace prompt::json {

enum class As { string, integer, data_uri, base64 };

struct TextNode {
  std::vector<Piece> pieces;
};
struct ArrayNode {
  std::vector<Template::Node> items;
};
struct MemberNode;
struct ObjectNode {
  std::vector<MemberNode> members;
};
struct ConvertNode {
  std::vector<Piece> pieces;
  As as = As::string;
};
struct MapNode {
  Object table;
  std::vector<Placeholder> keys;  // one or two
};
/// Nothing: an item without a role.
using Role = std::optional<std::string>;
struct EachNode {
  Placeholder list;
  std::shared_ptr<const Template::Node> item;
  bool has_roles = false;
  std::vector<Role> roles;                             // by position
  std::map<std::size_t, std::vector<Role>> roles_for;  // instead: by the number of items
  Role role_of_more;                                   // of each, if they are more than those
};

struct Template::Node {
  std::variant<Value, TextNode, ArrayNode, ObjectNode, ConvertNode, MapNode, EachNode> content;
};

struct MemberNode {
  std::string name;  // unused by a merge
  bool is_merge = false;
  Template::Node node;  // of a merge: a TextNode of one placeholder
};

}  // namespace prompt::json
