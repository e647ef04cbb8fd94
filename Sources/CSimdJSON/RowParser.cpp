#include "RowParser.hpp"

#include <locale.h>
#include <stdlib.h>
#if __has_include(<xlocale.h>)
#include <xlocale.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include "JSONChecker.hpp"
#include "JSONText.hpp"

namespace csj {

namespace ondemand = simdjson::ondemand;
using ondemand::json_type;

static csj_text to_text(std::string_view text) { return {text.data(), text.size()}; }

/// The decimal point is a point whatever the locale of the process.
static locale_t c_locale() {
    static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
    if (!locale) throw std::bad_alloc();
    return locale;
}

static csj_field *column_named(std::string_view key, csj_row &row) {
    if (key == "id") return &row.id;
    if (key == "score") return &row.score;
    if (key == "industry") return &row.industry;
    return nullptr;
}

Fault RowParser::parse(char *text, size_t size, size_t depth, csj_row &row) {
    row.json = {text, size};
    row.is_object = *text == '{';
    row.id = row.score = row.industry = {CSJ_TYPE_MISSING, {nullptr, 0}};
    row.has_score_value = false;
    row.score_value = 0;
    // Rows that are no objects are rare and have no fields: the checker settles them.
    if (!row.is_object) return JSONChecker::check({text, size}, depth);

    make_room(size);
    scratch_used_ = 0;
    // On-Demand looks at the byte after a text, which is not to decide anything.
    char after = text[size];
    text[size] = 0;
    bool accepted = walk_object(text, size, depth, row);
    text[size] = after;
    if (accepted) return {};

    Fault fault = JSONChecker::check({text, size}, depth);
    if (!fault) fault = {CSJ_ERROR_DISAGREEMENT, 0, "the two JSON parsers disagree about a row"};
    return fault;
}

/// Whether the text is one valid object. What simdjson leaves open is checked here: it validates the
/// UTF-8 of the whole text, that strings are closed and hold no raw control character, and the
/// brackets, colons and commas it walks over; but not escapes, numbers, nested values, literals.
bool RowParser::walk_object(const char *text, size_t size, size_t depth, csj_row &row) {
    ondemand::document document;
    ondemand::object object;
    if (parser_.iterate(text, size, size + padding).get(document)) return false;
    if (document.get_object().get(object)) return false;
    for (auto element : object) {
        ondemand::field field;
        if (std::move(element).get(field)) return false;
        const char *key_start = field.key().raw();
        std::string_view key;
        if (!read_key({key_start, size_t(text + size - key_start)}, key)) return false;

        csj_field ignored;
        csj_field *column = column_named(key, row);
        if (!read_value(field.value(), depth + 1, column ? *column : ignored)) return false;
        if (column == &row.score) read_score(field.value(), row);
    }
    const char *location;
    return document.current_location().get(location) == simdjson::OUT_OF_BOUNDS;
}

/// Finds the double nearest to the score, which follows the grammar if it is a number.
void RowParser::read_score(Value value, csj_row &row) {
    row.has_score_value = false;
    row.score_value = 0;
    if (row.score.type != CSJ_TYPE_NUMBER) return;
    // On-Demand 3.0 is quick, but reads 0.1234567890123456789012345678901234567890 as 1e-21 and
    // refuses exponents of many digits: it is exact as long as the digits fit into 64 bits.
    constexpr size_t trusted_size = 19;
    double number;
    if (row.score.text.size > trusted_size) {
        number = strtod_l(row.score.text.bytes, nullptr, c_locale());
    } else if (value.get_double().get(number)) {
        return;
    }
    row.has_score_value = std::isfinite(number);
    // -0.0 becomes 0.0, for equal scores must be the same score.
    if (row.has_score_value && number != 0) row.score_value = number;
}

/// `text` starts after the quote that opens the key.
bool RowParser::read_key(std::string_view text, std::string_view &key) {
    const char *start = text.data(), *end = start + text.size();
    const char *at = find_quote_or_backslash(start, end);
    bool escaped = at < end && *at == '\\';
    while (at < end && *at == '\\') at = find_quote_or_backslash(std::min(at + 2, end), end);
    if (at == end) return false;
    key = {start, size_t(at - start)};
    if (!escaped) return true;

    size_t written = 0;
    char *out = scratch();
    switch (unescape(key, out, written)) {
        case Unescaped::invalid: return false;
        case Unescaped::cannot_be_held: key = {}; break;  // none of the columns
        case Unescaped::text: key = {out, written}; break;
    }
    scratch_used_ += written;
    return true;
}

bool RowParser::read_value(Value value, size_t depth, csj_field &field) {
    json_type type;
    if (value.type().get(type)) return false;
    if (type == json_type::string) return read_string(value, field);
    if (type == json_type::object || type == json_type::array) {
        return read_nested(value, type, depth, field);
    }
    // The token of a scalar reaches up to the next one: it must be nothing but the scalar.
    std::string_view token = trimmed_at_end(value.raw_json_token());
    if (type == json_type::number) {
        const char *at = token.data(), *end = at + token.size();
        field = {CSJ_TYPE_NUMBER, to_text(token)};
        return skip_number(at, end) == nullptr && at == end;
    }
    if (type == json_type::null) {
        field = {CSJ_TYPE_NULL, {nullptr, 0}};
        return token == "null";
    }
    field = {CSJ_TYPE_OTHER, to_text(token)};
    return token == "true" || token == "false";
}

bool RowParser::read_string(Value value, csj_field &field) {
    std::string_view token = trimmed_at_end(value.raw_json_token());
    // Consumed here, for On-Demand takes a string that it has to skip for a key if a colon follows.
    ondemand::raw_json_string consumed;
    if (value.get_raw_json_string().get(consumed)) return false;
    if (token.size() < 2 || token.back() != '"') return false;

    std::string_view content = token.substr(1, token.size() - 2);
    field = {CSJ_TYPE_STRING, to_text(content)};
    if (content.empty() || !std::memchr(content.data(), '\\', content.size())) return true;
    size_t written = 0;
    char *out = scratch();
    switch (unescape(content, out, written)) {
        case Unescaped::invalid: return false;
        case Unescaped::cannot_be_held: field.text = {nullptr, 0}; break;
        case Unescaped::text: field.text = {out, written}; break;
    }
    scratch_used_ += written;
    return true;
}

/// simdjson skips the value by counting brackets; then it is checked.
bool RowParser::read_nested(Value value, json_type type, size_t depth, csj_field &field) {
    std::string_view text;
    if (type == json_type::object) {
        ondemand::object object;
        if (value.get_object().get(object) || object.raw_json().get(text)) return false;
    } else {
        ondemand::array array;
        if (value.get_array().get(array) || array.raw_json().get(text)) return false;
    }
    text = trimmed_at_end(text);
    field = {CSJ_TYPE_OTHER, to_text(text)};
    return !JSONChecker::check(text, depth);
}

char *RowParser::scratch() {
    if (!scratch_) scratch_.reset(new char[capacity_]);
    return scratch_.get() + scratch_used_;
}

void RowParser::make_room(size_t size) {
    if (size <= capacity_) return;
    constexpr size_t smallest = 4096;
    size_t capacity = std::max({size, capacity_ * 2, smallest});
    scratch_.reset();
    capacity_ = 0;
    if (parser_.allocate(capacity)) throw std::bad_alloc();
    capacity_ = capacity;
}

}  // namespace csj
