// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
#include "json/scan.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "base/text.h"

namespace prompt::json {
namespace {

// 65 objects deep on json-glib's own recursion is nothing; this keeps a careless limit harmless too
// (it crashes at about 780 levels on a stack of 128 KiB).
constexpr int hard_max_depth = 256;

struct Name {
  std::string text;  // unescaped
  std::size_t at;
};

// What values take in json-glib's tree and in ours together, measured; a string's bytes besides.
constexpr std::size_t cost_of_object = 500;
constexpr std::size_t cost_of_array = 250;
constexpr std::size_t cost_of_scalar = 150;
constexpr std::size_t cost_of_name = 120;

/// A longer string is not given to json-glib.
constexpr std::size_t longest_string = 1024;

struct Container {
  bool is_object;
  std::size_t first_name;  // index into names_ where this object's names begin
  const Wanted* wanted;    // of it; nullptr: everything, or it is being skipped
};

class Scanner {
 public:
  Scanner(std::string_view text, const ParseLimits& limits)
      : text_(text),
        max_depth_(static_cast<std::size_t>(std::clamp(limits.max_depth, 0, hard_max_depth))),
        max_members_(static_cast<std::size_t>(std::max(limits.max_members, 0))),
        max_tree_bytes_(limits.max_tree_bytes),
        wanted_(limits.wanted) {}

  Result<Scanned> run();

 private:
  bool refuse(const char* why, std::size_t at, ErrorKind kind = ErrorKind::malformed);
  void skip_space();
  [[nodiscard]] bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool scan_value();
  bool scan_after_value(bool& done);
  bool scan_name();
  bool scan_word(std::string_view word);
  bool scan_no_number(std::string_view word);
  bool scan_number();
  bool scan_string_value();
  bool scan_string(std::string* unescaped);
  bool scan_escape(std::string* unescaped);
  bool scan_hex4(unsigned& code);
  bool close();
  bool check_names(std::size_t first);
  bool charge(std::size_t bytes);
  bool open(bool is_object);
  [[nodiscard]] bool is_skipping() const { return skip_level_ != not_skipping; }
  void begin_skip();
  void end_value();

  static constexpr std::size_t not_skipping = static_cast<std::size_t>(-1);

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t max_members_;
  std::size_t max_tree_bytes_;
  const Wanted* wanted_;  // of the next value, as Container::wanted
  std::size_t tree_bytes_ = 0;
  std::size_t skip_level_ = not_skipping;  // open containers round what is skipped
  std::size_t skip_begin_ = 0;
  std::size_t at_ = 0;
  std::vector<Container> open_;
  std::vector<Name> names_;  // of all open objects, innermost last
  Scanned result_;
  std::optional<Error> error_;
};

bool Scanner::refuse(const char* why, std::size_t at, ErrorKind kind) {
  error_ = Error{kind, format("The JSON text is not acceptable at byte %zu: %s.", at, why)};
  return false;
}

void Scanner::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
}

Result<Scanned> Scanner::run() {
  if (text_.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;
  result_.begin = at_;
  bool done = false;
  // Each turn reads one value, or the opening of a container and then its first value.
  do {
    if (!scan_value() || !scan_after_value(done)) return fail(*error_);
  } while (!done);
  skip_space();
  if (at_ < text_.size()) {
    refuse("something follows the end of the document", at_);
    return fail(*error_);
  }
  return std::move(result_);
}

// Reads up to the end of a scalar or of an empty container; fuller containers are left open with
// the next value ahead.
bool Scanner::scan_value() {
  for (;;) {
    skip_space();
    if (at_ >= text_.size()) return refuse("the text ends where a value is expected", at_);
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (!open(c == '{')) return false;
      skip_space();
      if (is_at(c == '{' ? '}' : ']')) return close();
      if (c == '{' && !scan_name()) return false;
      continue;
    }
    if (c == '"') return scan_string_value();
    if (!charge(cost_of_scalar)) return false;
    if (c == 't') return scan_word("true");
    if (c == 'f') return scan_word("false");
    if (c == 'n') return scan_word("null");
    // Python's and JavaScript's way with numbers that are none.
    if (c == 'N') return scan_no_number("NaN");
    if (c == 'I') return scan_no_number("Infinity");
    if (text_.substr(at_, 2) == "-I") return scan_no_number("-Infinity");
    if (c == '-' || g_ascii_isdigit(c)) return scan_number();
    return refuse("this is not the beginning of a value", at_);
  }
}

// Behind a value: closes what ends here, and says whether the document is done.
bool Scanner::scan_after_value(bool& done) {
  end_value();
  while (!open_.empty()) {
    skip_space();
    const bool is_object = open_.back().is_object;
    if (is_at(',')) {
      ++at_;
      const Wanted* const list = open_.back().wanted;
      wanted_ = list != nullptr ? list->item() : nullptr;
      return !is_object || scan_name();
    }
    if (!is_at(is_object ? '}' : ']'))
      return refuse(at_ < text_.size() ? "a comma or the end of the array or object is missing"
                                       : "the text ends inside an array or object",
                    at_);
    if (!close()) return false;
    end_value();
  }
  done = true;
  return true;
}

bool Scanner::charge(std::size_t bytes) {
  if (is_skipping()) return true;
  tree_bytes_ += bytes;
  return tree_bytes_ <= max_tree_bytes_ ||
         refuse("it holds too many values", at_, ErrorKind::too_large);
}

bool Scanner::open(bool is_object) {
  if (open_.size() >= max_depth_)
    return refuse("it is nested too deeply", at_, ErrorKind::too_large);
  // Of a list of which no item is wanted nothing is.
  if (!is_object && wanted_ != nullptr && wanted_->item() == nullptr) begin_skip();
  if (!charge(is_object ? cost_of_object : cost_of_array)) return false;
  open_.push_back({is_object, names_.size(), is_skipping() ? nullptr : wanted_});
  if (!is_object && wanted_ != nullptr && !is_skipping()) wanted_ = wanted_->item();
  ++at_;
  return true;
}

// At the beginning of a value.
void Scanner::begin_skip() {
  if (is_skipping()) return;
  skip_level_ = open_.size();
  skip_begin_ = at_;
  wanted_ = nullptr;
}

// Behind a value.
void Scanner::end_value() {
  if (skip_level_ != open_.size()) return;
  skip_level_ = not_skipping;
  result_.changes.push_back({skip_begin_, at_, "null"});
}

bool Scanner::close() {
  const Container container = open_.back();
  open_.pop_back();
  ++at_;
  if (!container.is_object) return true;
  const bool fine = check_names(container.first_name);
  names_.resize(container.first_name);
  return fine;
}

// Sorted rather than hashed: a stranger chooses the names.
bool Scanner::check_names(std::size_t first) {
  const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, names_.end(), [](const Name& a, const Name& b) {
    return a.text != b.text ? a.text < b.text : a.at < b.at;
  });
  const auto twin = std::adjacent_find(
      begin, names_.end(), [](const Name& a, const Name& b) { return a.text == b.text; });
  if (twin == names_.end()) return true;
  return refuse("a member's name is there twice", (twin + 1)->at);
}

bool Scanner::scan_name() {
  skip_space();
  if (names_.size() - open_.back().first_name >= max_members_)
    return refuse("the object has too many members", at_, ErrorKind::too_large);
  if (!is_at('"')) return refuse("a member's name is expected", at_);
  Name name{{}, at_};
  if (!scan_string(&name.text)) return false;
  names_.push_back(std::move(name));
  skip_space();
  if (!is_at(':')) return refuse("a colon is expected behind a member's name", at_);
  ++at_;
  if (is_skipping()) return true;
  const Wanted* const object = open_.back().wanted;
  wanted_ = object != nullptr ? object->member(names_.back().text) : nullptr;
  skip_space();
  if (object != nullptr && wanted_ == nullptr) begin_skip();
  return charge(cost_of_name + names_.back().text.size());
}

bool Scanner::scan_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word)
    return refuse("this is not the beginning of a value", at_);
  at_ += word.size();
  return true;
}

bool Scanner::scan_no_number(std::string_view word) {
  const std::size_t begin = at_;
  if (!scan_word(word)) return false;
  if (!is_skipping()) result_.changes.push_back({begin, at_, "null"});
  return true;
}

bool Scanner::scan_number() {
  const std::size_t begin = at_;
  const auto is_digit = [this] {
    return at_ < text_.size() && g_ascii_isdigit(text_[at_]);
  };
  const auto skip_digits = [this, &is_digit] {
    while (is_digit()) ++at_;
  };
  bool is_integer = true;
  if (is_at('-')) ++at_;
  if (!is_digit()) return refuse("a digit is expected", at_);
  if (is_at('0'))
    ++at_;
  else
    skip_digits();
  if (is_at('.')) {
    is_integer = false;
    ++at_;
    if (!is_digit()) return refuse("a digit is expected behind the decimal point", at_);
    skip_digits();
  }
  if (is_at('e') || is_at('E')) {
    is_integer = false;
    ++at_;
    if (is_at('+') || is_at('-')) ++at_;
    if (!is_digit()) return refuse("a digit is expected in the exponent", at_);
    skip_digits();
  }
  // "010", "0x10" and "1abc" end up here with the rest still ahead.
  if (at_ < text_.size() && (g_ascii_isalnum(text_[at_]) || text_[at_] == '_'))
    return refuse("this is not a decimal number", at_);
  const char* const first = text_.data() + begin;
  const char* const last = text_.data() + at_;
  if (is_integer) {
    gint64 integer = 0;
    if (std::from_chars(first, last, integer).ec == std::errc()) return true;
  }
  double number = 0;
  if (std::from_chars(first, last, number).ec != std::errc()) {
    // Out of range either way; too small is zero, too large is nothing we can hold.
    if (!std::isfinite(g_ascii_strtod(std::string(first, last).c_str(), nullptr)))
      return refuse("the number is too large", begin);
  }
  if (is_integer && !is_skipping()) result_.changes.push_back({at_, at_, ".0"});
  return true;
}

bool Scanner::scan_string_value() {
  if (is_skipping()) return scan_string(nullptr);
  const std::size_t begin = at_;
  std::string text;
  if (!scan_string(nullptr)) return false;
  const std::size_t size = at_ - begin;
  if (size <= longest_string && text_.substr(begin + 1, 6) != "\\u0001")
    return charge(cost_of_scalar + 2 * size);
  // Once more, to keep it this time.
  at_ = begin;
  text.reserve(size);
  if (!scan_string(&text) || !charge(3 * cost_of_scalar)) return false;
  result_.changes.push_back({begin, at_, format("\"\\u0001%zu\"", result_.long_strings.size())});
  result_.long_strings.push_back(std::move(text));
  return true;
}

bool Scanner::scan_string(std::string* unescaped) {
  const std::size_t begin = at_;
  ++at_;
  std::size_t run = at_;
  for (;; ++at_) {
    if (at_ >= text_.size()) return refuse("the text ends inside a string", begin);
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < 0x20)
      return refuse("a control character stands in a string", at_);
    if (c != '"' && c != '\\') continue;
    if (unescaped != nullptr) unescaped->append(text_.substr(run, at_ - run));
    if (c == '"') break;
    if (!scan_escape(unescaped)) return false;
    run = at_ + 1;
  }
  ++at_;
  return true;
}

// At a backslash; afterwards at the escape's last character.
bool Scanner::scan_escape(std::string* unescaped) {
  const std::size_t begin = at_;
  ++at_;
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  constexpr std::string_view simple = "\"\\/bfnrt";
  constexpr std::string_view meaning = "\"\\/\b\f\n\r\t";
  if (c != '\0' && simple.find(c) != std::string_view::npos) {
    if (unescaped != nullptr) unescaped->push_back(meaning[simple.find(c)]);
    return true;
  }
  if (c != 'u') return refuse("a backslash is followed by something that is no escape", begin);
  unsigned code = 0;
  if (!scan_hex4(code)) return refuse("four hexadecimal digits are expected behind \\u", begin);
  if (code == 0) return refuse("a string contains the character U+0000", begin);
  if (code >= 0xdc00 && code <= 0xdfff)
    return refuse("a string contains half of a surrogate pair", begin);
  if (code >= 0xd800 && code <= 0xdbff) {
    unsigned low = 0;
    if (text_.substr(at_ + 1, 2) != "\\u")
      return refuse("a string contains half of a surrogate pair", begin);
    at_ += 2;
    if (!scan_hex4(low) || low < 0xdc00 || low > 0xdfff)
      return refuse("a string contains half of a surrogate pair", begin);
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (unescaped != nullptr) {
    char bytes[6];
    const int size = g_unichar_to_utf8(code, bytes);
    unescaped->append(bytes, static_cast<std::size_t>(size));
  }
  return true;
}

// At the `u`; afterwards at the last digit.
bool Scanner::scan_hex4(unsigned& code) {
  if (text_.size() - at_ <= 4) return false;
  const char* const first = text_.data() + at_ + 1;
  const auto [end, error] = std::from_chars(first, first + 4, code, 16);
  at_ += 4;
  return error == std::errc() && end == first + 4;
}

}  // namespace

Result<Scanned> scan(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.max_bytes)
    return fail(ErrorKind::too_large, format("The JSON text has %zu bytes; at most %zu are read.",
                                             text.size(), limits.max_bytes));
  const char* bad = nullptr;
  // Validated as a whole first, so that the rest may look at single bytes; a NUL is invalid here.
  if (g_utf8_validate_len(text.data(), text.size(), &bad) == 0)
    return fail(ErrorKind::malformed, format("The JSON text is not valid UTF-8 at byte %zu.",
                                             static_cast<std::size_t>(bad - text.data())));
  return Scanner(text, limits).run();
}

}  // namespace prompt::json
