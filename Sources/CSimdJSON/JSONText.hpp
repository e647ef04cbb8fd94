#pragma once
#include <cstddef>
#include <string_view>

// The lexical rules of RFC 8259, each in one place.
namespace csj {

inline bool is_space(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

inline bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// `text` without the white space at its end.
std::string_view trimmed_at_end(std::string_view text);

/// The first quote or backslash, or `end`.
const char *find_quote_or_backslash(const char *at, const char *end);

/// Moves `at` over a number as far as it follows the grammar; returns what is wrong at `at`, or
/// nullptr when the number is complete (what follows it is the caller's business).
const char *skip_number(const char *&at, const char *end);

/// Moves `at`, which stands on a backslash, over one escape; `unit` becomes the UTF-16 code unit it
/// means. Returns false with `at` on the first wrong byte.
bool skip_escape(const char *&at, const char *end, unsigned &unit);

/// Moves `at`, which stands on a byte of 0x80 or more, over one UTF-8 sequence (RFC 3629). Returns
/// false with `at` on the first wrong byte.
bool skip_utf8_sequence(const char *&at, const char *end);

enum class Unescaped {
    text,
    /// Holds U+0000 or half a surrogate pair: valid JSON, but no PostgreSQL text.
    cannot_be_held,
    invalid,
};

/// Writes `content`, what stands between the quotes of a string, unescaped to `out`, which has room
/// for as many bytes; `size` becomes how many were written.
Unescaped unescape(std::string_view content, char *out, size_t &size);

}  // namespace csj
