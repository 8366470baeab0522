// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/template.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/text.h"
#include "json/template_node.h"

namespace prompt::json {
namespace {

using Node = Template::Node;

constexpr int max_depth = 64;

std::optional<As> read_as(std::string_view word) {
  if (word == "string") return As::string;
  if (word == "integer") return As::integer;
  if (word == "data-uri") return As::data_uri;
  if (word == "base64") return As::base64;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view where) : pointer_(where) {}

  Result<Node> parse_node(const Value& source);
  [[nodiscard]] std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

 private:
  // Goes down one step and comes back at the end of the scope.
  class Step {
   public:
    Step(Parser& parser, std::string_view name) : parser_(parser), size_(parser.pointer_.size()) {
      ++parser_.depth_;
      parser_.pointer_.push_back('/');
      for (const char c : name) {  // RFC 6901
        if (c == '~' || c == '/')
          parser_.pointer_.append(c == '~' ? "~0" : "~1");
        else
          parser_.pointer_.push_back(c);
      }
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() {
      --parser_.depth_;
      parser_.pointer_.resize(size_);
    }

   private:
    Parser& parser_;
    std::size_t size_;
  };

  [[nodiscard]] tl::unexpected<Error> refuse(const std::string& why) const;
  Result<std::vector<Piece>> parse_text(const std::string& text);
  Result<Placeholder> parse_placeholder(const Value& source);
  Result<Node> parse_array(const Array& source);
  Result<Node> parse_object(const Object& source);
  Result<void> check_words(const Object& source, const std::vector<std::string>& needed,
                           const std::vector<std::string>& optional) const;
  Result<Node> parse_convert(const Object& source);
  Result<Node> parse_map(const Object& source);
  Result<void> check_table(const Value& table, std::size_t keys);
  Result<Node> parse_each(const Object& source);
  [[nodiscard]] Result<std::vector<Role>> parse_role_list(const Value& source) const;
  Result<void> parse_roles(const Value& source, EachNode& out);

  std::string pointer_;
  int depth_ = 0;
  bool in_item_ = false;
  std::set<std::string, std::less<>> names_;
};

tl::unexpected<Error> Parser::refuse(const std::string& why) const {
  return fail(ErrorKind::settings,
              format("%s: %s.", pointer_.empty() ? "/" : pointer_.c_str(), why.c_str()));
}

Result<std::vector<Piece>> Parser::parse_text(const std::string& text) {
  Result<std::vector<Piece>> pieces = split_text(text);
  if (!pieces) return refuse(pieces.error().message);
  for (const Piece& piece : *pieces) {
    const auto* const placeholder = std::get_if<Placeholder>(&piece);
    if (placeholder == nullptr) continue;
    if (placeholder->keeps_slashes) return refuse("\":path\" belongs in paths only");
    if (!in_item_ || (placeholder->name != "item" && placeholder->name != "role"))
      names_.insert(placeholder->name);
  }
  return pieces;
}

Result<Placeholder> Parser::parse_placeholder(const Value& source) {
  const std::string* const text = source.as_string();
  if (text == nullptr)
    return refuse(format("expected a string with one placeholder, got %s", source.type_name()));
  Result<std::vector<Piece>> pieces = parse_text(*text);
  if (!pieces) return fail(pieces.error());
  if (pieces->size() != 1 || !std::holds_alternative<Placeholder>(pieces->front()))
    return refuse("expected a string with one placeholder and nothing else");
  return std::get<Placeholder>(pieces->front());
}

Result<Node> Parser::parse_node(const Value& source) {
  if (depth_ > max_depth) return refuse("the template is nested too deeply");
  if (const std::string* const text = source.as_string()) {
    Result<std::vector<Piece>> pieces = parse_text(*text);
    if (!pieces) return fail(pieces.error());
    return Node{TextNode{std::move(*pieces)}};
  }
  if (const Array* const array = source.as_array()) return parse_array(*array);
  if (const Object* const object = source.as_object()) return parse_object(*object);
  return Node{source};
}

Result<Node> Parser::parse_array(const Array& source) {
  ArrayNode out;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const Step step(*this, std::to_string(i));
    Result<Node> item = parse_node(source[i]);
    if (!item) return item;
    out.items.push_back(std::move(*item));
  }
  return Node{std::move(out)};
}

Result<Node> Parser::parse_object(const Object& source) {
  if (source.find("$value") != nullptr || source.find("$as") != nullptr)
    return parse_convert(source);
  if (source.find("$map") != nullptr) return parse_map(source);
  if (source.find("$each") != nullptr) return parse_each(source);
  ObjectNode out;
  std::set<std::string> seen;
  for (const Member& member : source) {
    const Step step(*this, member.name);
    MemberNode parsed;
    if (member.name == "$merge") {
      Result<Placeholder> placeholder = parse_placeholder(member.value);
      if (!placeholder) return fail(placeholder.error());
      parsed.is_merge = true;
      parsed.node = Node{TextNode{{std::move(*placeholder)}}};
    } else {
      const std::string_view name = member.name;
      if (name.substr(0, 1) == "$" && name.substr(0, 2) != "$$")
        return refuse(
            "this word does not stand here; the words are $value with $as, $map with $key or "
            "$keys, $each with $item and $roles, $merge (a provider's own name: $$name)");
      parsed.name = name.substr(0, 2) == "$$" ? name.substr(1) : name;
      if (parsed.name.find("${") != std::string::npos)
        return refuse("a member's name cannot hold a placeholder");
      if (!seen.insert(parsed.name).second) return refuse("this member is there twice");
      Result<Node> node = parse_node(member.value);
      if (!node) return node;
      parsed.node = std::move(*node);
    }
    out.members.push_back(std::move(parsed));
  }
  return Node{std::move(out)};
}

Result<void> Parser::check_words(const Object& source, const std::vector<std::string>& needed,
                                 const std::vector<std::string>& optional) const {
  for (const std::string& word : needed) {
    if (source.find(word) == nullptr)
      return refuse(
          format("the member \"%s\" is missing beside %s", word.c_str(), join(needed).c_str()));
  }
  for (const Member& member : source) {
    const auto is_this = [&member](const std::string& word) {
      return word == member.name;
    };
    if (std::none_of(needed.begin(), needed.end(), is_this) &&
        std::none_of(optional.begin(), optional.end(), is_this))
      return refuse(format("the member \"%s\" does not stand beside %s",
                           show_safely(member.name, {}, 80).c_str(), join(needed).c_str()));
  }
  return {};
}

Result<Node> Parser::parse_convert(const Object& source) {
  if (const Result<void> fine = check_words(source, {"$value", "$as"}, {}); !fine)
    return fail(fine.error());
  ConvertNode out;
  {
    const Step step(*this, "$as");
    const Value& as = *source.find("$as");
    const std::optional<As> known =
        as.as_string() != nullptr ? read_as(*as.as_string()) : std::nullopt;
    if (!known) {
      const std::string got = as.as_string() != nullptr ? *as.as_string() : as.type_name();
      return refuse(format("expected \"string\", \"integer\", \"data-uri\" or \"base64\", got %s",
                           show_safely(got, {}, 80).c_str()));
    }
    out.as = *known;
  }
  const Step step(*this, "$value");
  const Value& value = *source.find("$value");
  if (value.as_string() == nullptr)
    return refuse(format("expected a string with placeholders, got %s", value.type_name()));
  Result<std::vector<Piece>> pieces = parse_text(*value.as_string());
  if (!pieces) return fail(pieces.error());
  out.pieces = std::move(*pieces);
  return Node{std::move(out)};
}

Result<Node> Parser::parse_map(const Object& source) {
  const bool has_two = source.find("$keys") != nullptr;
  const std::string key_word = has_two ? "$keys" : "$key";
  if (const Result<void> fine = check_words(source, {"$map", key_word}, {}); !fine)
    return fail(fine.error());
  MapNode out;
  if (has_two) {
    const Step step(*this, key_word);
    const Array* const keys = source.find(key_word)->as_array();
    if (keys == nullptr || keys->size() != 2)
      return refuse("expected an array of two placeholders (one is written with $key)");
    for (const Value& key : *keys) {
      Result<Placeholder> placeholder = parse_placeholder(key);
      if (!placeholder) return fail(placeholder.error());
      out.keys.push_back(std::move(*placeholder));
    }
  } else {
    const Step step(*this, key_word);
    Result<Placeholder> placeholder = parse_placeholder(*source.find(key_word));
    if (!placeholder) return fail(placeholder.error());
    out.keys.push_back(std::move(*placeholder));
  }
  const Step step(*this, "$map");
  const Value& table = *source.find("$map");
  if (const Result<void> fine = check_table(table, out.keys.size()); !fine)
    return fail(fine.error());
  out.table = *table.as_object();
  return Node{std::move(out)};
}

Result<void> Parser::check_table(const Value& table, std::size_t keys) {
  if (keys > 0) {
    const Object* const object = table.as_object();
    if (object == nullptr || object->empty())
      return refuse(format("expected an object with a member for each key, got %s",
                           object == nullptr ? table.type_name() : "an empty one"));
    for (const Member& member : *object) {
      const Step step(*this, member.name);
      if (const Result<void> fine = check_table(member.value, keys - 1); !fine) return fine;
    }
    return {};
  }
  if (const std::string* const text = table.as_string()) {
    if (text->find("${") != std::string::npos)
      return refuse("a table's values stand for themselves and cannot hold placeholders");
  }
  return {};
}

Result<std::vector<Role>> Parser::parse_role_list(const Value& source) const {
  std::vector<Role> out;
  if (source.as_array() == nullptr)
    return refuse(format("expected an array of strings, got %s", source.type_name()));
  for (const Value& role : *source.as_array()) {
    if (role.as_string() == nullptr && !role.is_null())
      return refuse(format("expected an array of strings, got %s in it", role.type_name()));
    out.push_back(role.is_null() ? Role() : Role(*role.as_string()));
  }
  return out;
}

Result<void> Parser::parse_roles(const Value& source, EachNode& out) {
  constexpr std::size_t most = 100;
  out.has_roles = true;
  const Object* const by_count = source.as_object();
  if (by_count == nullptr) {
    Result<std::vector<Role>> roles = parse_role_list(source);
    if (!roles) return fail(roles.error());
    out.roles = std::move(*roles);
    return {};
  }
  for (const Member& member : *by_count) {
    const Step step(*this, member.name);
    if (member.name == "more") {
      if (member.value.as_string() == nullptr)
        return refuse(format("expected a string, got %s", member.value.type_name()));
      out.role_of_more = *member.value.as_string();
      continue;
    }
    std::size_t count = 0;
    const char* const end = member.name.data() + member.name.size();
    const auto [stop, error] = std::from_chars(member.name.data(), end, count);
    if (error != std::errc() || stop != end || count == 0 || count > most)
      return refuse("expected a number of items from 1 to 100, or \"more\"");
    Result<std::vector<Role>> roles = parse_role_list(member.value);
    if (!roles) return fail(roles.error());
    if (roles->size() != count)
      return refuse(format("expected %zu roles, got %zu", count, roles->size()));
    out.roles_for[count] = std::move(*roles);
  }
  if (out.roles_for.empty()) return refuse("expected a list of roles for a number of items");
  return {};
}

Result<Node> Parser::parse_each(const Object& source) {
  if (in_item_) return refuse("$each does not stand inside another one's $item");
  if (const Result<void> fine = check_words(source, {"$each", "$item"}, {"$roles"}); !fine)
    return fail(fine.error());
  EachNode out;
  {
    const Step step(*this, "$each");
    Result<Placeholder> list = parse_placeholder(*source.find("$each"));
    if (!list) return fail(list.error());
    out.list = std::move(*list);
  }
  if (const Value* const roles = source.find("$roles")) {
    const Step step(*this, "$roles");
    if (const Result<void> fine = parse_roles(*roles, out); !fine) return fail(fine.error());
  }
  const Step step(*this, "$item");
  in_item_ = true;
  Result<Node> item = parse_node(*source.find("$item"));
  in_item_ = false;
  if (!item) return item;
  out.item = std::make_shared<const Node>(std::move(*item));
  return Node{std::move(out)};
}

}  // namespace

Result<Template> Template::parse(const Value& source, std::string_view where) {
  Parser parser(where);
  Result<Node> root = parser.parse_node(source);
  if (!root) return fail(root.error());
  Template out;
  out.root_ = std::make_shared<const Node>(std::move(*root));
  out.names_ = parser.names();
  return out;
}

}  // namespace prompt::json
