// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include <glib.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "json/template.h"
#include "json/template_node.h"

namespace prompt::json {
namespace {

using Node = Template::Node;

/// Nothing means dropped.
using Rendered = Result<std::optional<Value>>;

Rendered render_node(const Node& node, const Lookup& lookup);

std::string shown(const std::string& text) { return show_safely(text, {}, 80); }

// The placeholders of a text, for messages.
std::string names_in(const std::vector<Piece>& pieces) {
  std::vector<std::string> names;
  for (const Piece& piece : pieces) {
    if (const auto* const placeholder = std::get_if<Placeholder>(&piece))
      names.push_back(placeholder->name);
  }
  return join(names);
}

Rendered render_pieces(const std::vector<Piece>& pieces, const Lookup& lookup) {
  const bool keeps_type = pieces.size() == 1;
  std::string out;
  for (const Piece& piece : pieces) {
    if (const auto* const plain = std::get_if<std::string>(&piece)) {
      out.append(*plain);
      continue;
    }
    const auto& placeholder = std::get<Placeholder>(piece);
    const Result<const Value*> value = look_up(placeholder, lookup);
    if (!value) return fail(value.error());
    if (*value == nullptr) return std::nullopt;
    if (keeps_type) return **value;
    const std::optional<std::string> text = plain_text(**value);
    if (!text)
      return fail(ErrorKind::settings,
                  format("The value of \"%s\" is of type %s, which cannot be part of a text: set a "
                         "text, a number or a boolean.",
                         placeholder.name.c_str(), (*value)->type_name()));
    out.append(*text);
  }
  return Value(std::move(out));
}

std::optional<std::int64_t> to_integer(const Value& value) {
  if (const std::int64_t* const integer = value.as_int()) return *integer;
  if (const std::string* const text = value.as_string()) {
    gint64 integer = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, integer);
    if (error != std::errc() || stop != end) return std::nullopt;
    return integer;
  }
  const std::optional<double> number = value.as_number();
  // 2^53: beyond it a double does not tell whole numbers apart.
  if (!number || *number != std::floor(*number) || std::fabs(*number) > 9007199254740992.0)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

Rendered render_convert(const ConvertNode& node, const Lookup& lookup) {
  Rendered value = render_pieces(node.pieces, lookup);
  if (!value || !*value) return value;
  if (node.as == As::integer) {
    if (const std::optional<std::int64_t> integer = to_integer(**value)) return Value(*integer);
    const std::optional<std::string> text = plain_text(**value);
    return fail(ErrorKind::settings, format("The value of \"%s\" is \"%s\": set a whole number.",
                                            names_in(node.pieces).c_str(),
                                            shown(text ? *text : (*value)->type_name()).c_str()));
  }
  if (node.as == As::string) {
    if (std::optional<std::string> text = plain_text(**value)) return Value(std::move(*text));
    return fail(ErrorKind::settings,
                format("The value of \"%s\" is of type %s: set a text, a number or a boolean.",
                       names_in(node.pieces).c_str(), (*value)->type_name()));
  }
  if ((*value)->as_string() != nullptr) return value;
  const Value* const data = (*value)->find("data");
  const Value* const type = (*value)->find("content-type");
  if (data == nullptr || data->as_string() == nullptr || type == nullptr ||
      type->as_string() == nullptr)
    return fail(ErrorKind::settings,
                format("The value of \"%s\" is of type %s: set a URL or a local file.",
                       names_in(node.pieces).c_str(), (*value)->type_name()));
  if (node.as == As::base64) return Value(*data->as_string());
  return Value("data:" + *type->as_string() + ";base64," + *data->as_string());
}

Rendered render_map(const MapNode& node, const Lookup& lookup) {
  std::vector<std::string> keys;
  std::vector<std::string> unset;
  for (const Placeholder& key : node.keys) {
    const Result<const Value*> value = look_up(key, lookup);
    if (!value) return fail(value.error());
    if (*value == nullptr) {
      unset.push_back(key.name);
      continue;
    }
    std::optional<std::string> text = plain_text(**value);
    if (!text)
      return fail(ErrorKind::settings,
                  format("The value of \"%s\" is of type %s: set a text, a number or a boolean.",
                         key.name.c_str(), (*value)->type_name()));
    keys.push_back(std::move(*text));
  }
  if (keys.empty()) return std::nullopt;
  if (!unset.empty())
    return fail(ErrorKind::settings,
                format("The value of \"%s\" is missing: it is needed together with \"%s\".",
                       unset.front().c_str(),
                       node.keys[node.keys[0].name == unset.front() ? 1 : 0].name.c_str()));
  const Object* table = &node.table;
  for (std::size_t i = 0;; ++i) {
    const Value* const found = table->find(keys[i]);
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const Member& member : *table) known.push_back(member.name);
      const std::string beside =
          i == 0 ? std::string() : format(" together with \"%s\"", shown(keys[0]).c_str());
      return fail(ErrorKind::settings,
                  format("The value of \"%s\" is \"%s\", which is not offered%s: set one of %s.",
                         node.keys[i].name.c_str(), shown(keys[i]).c_str(), beside.c_str(),
                         join(known).c_str()));
    }
    if (i + 1 == keys.size()) return *found;
    table = found->as_object();
  }
}

// A role for each of so many items.
Result<std::vector<Role>> roles_of(const EachNode& node, std::size_t count) {
  if (!node.has_roles || count == 0) return std::vector<Role>(count);
  std::string allowed = format("at most %zu", node.roles.size());
  if (node.roles_for.empty()) {
    if (count <= node.roles.size()) return node.roles;
  } else {
    const auto found = node.roles_for.find(count);
    if (found != node.roles_for.end()) return found->second;
    if (node.role_of_more && count > node.roles_for.rbegin()->first)
      return std::vector<Role>(count, node.role_of_more);
    std::vector<std::string> counts;
    for (const auto& entry : node.roles_for) counts.push_back(std::to_string(entry.first));
    if (node.role_of_more) counts.emplace_back("more");
    allowed = join(counts, " or ");
  }
  return fail(ErrorKind::settings, format("The value of \"%s\" has %zu items: set %s.",
                                          node.list.name.c_str(), count, allowed.c_str()));
}

Result<Array> render_each(const EachNode& node, const Lookup& lookup) {
  const Result<const Value*> list = look_up(node.list, lookup);
  if (!list) return fail(list.error());
  Array out;
  if (*list == nullptr) return out;
  const Array* const items = (*list)->as_array();
  if (items == nullptr)
    return fail(ErrorKind::settings, format("The value of \"%s\" is of type %s: set a list.",
                                            node.list.name.c_str(), (*list)->type_name()));
  const Result<std::vector<Role>> roles = roles_of(node, items->size());
  if (!roles) return fail(roles.error());
  for (std::size_t i = 0; i < items->size(); ++i) {
    const Value& item = (*items)[i];
    const Value role((*roles)[i].value_or(std::string()));
    const Lookup inner = [&](std::string_view name) -> const Value* {
      if (name == "item") return &item;
      if (name == "role") return (*roles)[i] ? &role : nullptr;
      return lookup(name);
    };
    Rendered rendered = render_node(*node.item, inner);
    if (!rendered) return fail(rendered.error());
    if (*rendered) out.push_back(std::move(**rendered));
  }
  return out;
}

Rendered render_array(const ArrayNode& node, const Lookup& lookup) {
  Array out;
  for (const Node& item : node.items) {
    if (const auto* const each = std::get_if<EachNode>(&item.content)) {
      Result<Array> several = render_each(*each, lookup);
      if (!several) return fail(several.error());
      for (Value& value : *several) out.push_back(std::move(value));
      continue;
    }
    Rendered rendered = render_node(item, lookup);
    if (!rendered) return rendered;
    if (*rendered) out.push_back(std::move(**rendered));
  }
  return Value(std::move(out));
}

Rendered render_object(const ObjectNode& node, const Lookup& lookup) {
  // The description's own members first, so that a collision is found wherever the merge stands.
  std::vector<std::optional<Value>> values;
  Object own;
  for (const MemberNode& member : node.members) {
    Rendered rendered = render_node(member.node, lookup);
    if (!rendered) return rendered;
    if (!member.is_merge && *rendered) own.append(member.name, Value());
    values.push_back(std::move(*rendered));
  }
  Object out;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const MemberNode& member = node.members[i];
    std::optional<Value>& value = values[i];
    if (!value) continue;
    if (!member.is_merge) {
      out.append(member.name, std::move(*value));
      continue;
    }
    const Object* const merged = value->as_object();
    const std::string name = names_in(std::get<TextNode>(member.node.content).pieces);
    if (merged == nullptr)
      return fail(ErrorKind::settings, format("The value of \"%s\" is of type %s: set an object.",
                                              name.c_str(), value->type_name()));
    for (const Member& added : *merged) {
      if (own.find(added.name) != nullptr || out.find(added.name) != nullptr)
        return fail(ErrorKind::settings,
                    format("The field \"%s\" of \"%s\" is set by the request already: leave it out "
                           "there.",
                           shown(added.name).c_str(), name.c_str()));
      out.append(added.name, added.value);
    }
  }
  return Value(std::move(out));
}

Rendered render_node(const Node& node, const Lookup& lookup) {
  struct Renderer {
    const Lookup& lookup;
    Rendered operator()(const Value& literal) const { return literal; }
    Rendered operator()(const TextNode& text) const { return render_pieces(text.pieces, lookup); }
    Rendered operator()(const ArrayNode& array) const { return render_array(array, lookup); }
    Rendered operator()(const ObjectNode& object) const { return render_object(object, lookup); }
    Rendered operator()(const ConvertNode& convert) const {
      return render_convert(convert, lookup);
    }
    Rendered operator()(const MapNode& map) const { return render_map(map, lookup); }
    Rendered operator()(const EachNode& each) const {
      Result<Array> items = render_each(each, lookup);
      if (!items) return fail(items.error());
      if (items->empty()) return std::nullopt;
      return Value(std::move(*items));
    }
  };
  return std::visit(Renderer{lookup}, node.content);
}

}  // namespace

Result<Value> Template::render(const Lookup& lookup) const {
  // A Template can only be made by parse(), or empty by default.
  if (!root_) return fail(ErrorKind::settings, "The request's body has no template.");
  Rendered value = render_node(*root_, lookup);
  if (!value) return fail(value.error());
  if (!*value)
    return fail(ErrorKind::settings,
                format("The request's body is empty: set %s.", join(names_, " or ").c_str()));
  return std::move(**value);
}

}  // namespace prompt::json
