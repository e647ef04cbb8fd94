#include "JSONText.hpp"

#include <cstdint>
#include <cstring>

namespace csj {

std::string_view trimmed_at_end(std::string_view text) {
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Whether one of the eight bytes of `word` is `byte`: the classic test for a zero byte.
static bool holds(uint64_t word, unsigned char byte) {
    constexpr uint64_t ones = 0x0101010101010101;
    uint64_t difference = word ^ (ones * byte);
    return ((difference - ones) & ~difference & (ones << 7)) != 0;
}

const char *find_quote_or_backslash(const char *at, const char *end) {
    for (uint64_t word; end - at >= 8; at += 8) {
        std::memcpy(&word, at, 8);
        if (holds(word, '"') || holds(word, '\\')) break;
    }
    while (at < end && *at != '"' && *at != '\\') ++at;
    return at;
}

static bool skip_digits(const char *&at, const char *end) {
    const char *start = at;
    while (at < end && is_digit(*at)) ++at;
    return at > start;
}

const char *skip_number(const char *&at, const char *end) {
    if (at < end && *at == '-') ++at;
    if (at < end && *at == '0') {
        ++at;
        if (at < end && is_digit(*at)) return "a number starts with a superfluous zero";
    } else if (!skip_digits(at, end)) {
        return "a number has no digit where one is needed";
    }
    if (at < end && *at == '.') {
        ++at;
        if (!skip_digits(at, end)) return "a number has no digit after its decimal point";
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at < end && (*at == '+' || *at == '-')) ++at;
        if (!skip_digits(at, end)) return "a number has no digit in its exponent";
    }
    return nullptr;
}

static int hexadecimal_value(char byte) {
    if (is_digit(byte)) return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

bool skip_escape(const char *&at, const char *end, unsigned &unit) {
    if (++at == end) return false;
    switch (*at) {
        case '"': unit = '"'; break;
        case '\\': unit = '\\'; break;
        case '/': unit = '/'; break;
        case 'b': unit = '\b'; break;
        case 'f': unit = '\f'; break;
        case 'n': unit = '\n'; break;
        case 'r': unit = '\r'; break;
        case 't': unit = '\t'; break;
        case 'u':
            unit = 0;
            for (int digit = 0; digit < 4; ++digit) {
                if (++at == end) return false;
                int value = hexadecimal_value(*at);
                if (value < 0) return false;
                unit = unit << 4 | static_cast<unsigned>(value);
            }
            break;
        default: return false;
    }
    ++at;
    return true;
}

bool skip_utf8_sequence(const char *&at, const char *end) {
    auto lead = static_cast<unsigned char>(*at);
    // The second byte's range is what keeps out overlong forms, surrogates and all above U+10FFFF.
    unsigned char low = 0x80, high = 0xBF;
    int continuations;
    if (lead >= 0xC2 && lead <= 0xDF) {
        continuations = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        continuations = 2;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        continuations = 3;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return false;
    }
    ++at;
    for (; continuations > 0; --continuations, ++at) {
        if (at == end) return false;
        auto byte = static_cast<unsigned char>(*at);
        if (byte < low || byte > high) return false;
        low = 0x80;
        high = 0xBF;
    }
    return true;
}

static char *write_utf8(unsigned point, char *out) {
    if (point < 0x80) {
        *out++ = static_cast<char>(point);
    } else if (point < 0x800) {
        *out++ = static_cast<char>(0xC0 | point >> 6);
        *out++ = static_cast<char>(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *out++ = static_cast<char>(0xE0 | point >> 12);
        *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
        *out++ = static_cast<char>(0x80 | (point & 0x3F));
    } else {
        *out++ = static_cast<char>(0xF0 | point >> 18);
        *out++ = static_cast<char>(0x80 | (point >> 12 & 0x3F));
        *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
        *out++ = static_cast<char>(0x80 | (point & 0x3F));
    }
    return out;
}

Unescaped unescape(std::string_view content, char *out, size_t &size) {
    const char *at = content.data(), *end = at + content.size(), *start = out;
    Unescaped result = Unescaped::text;
    while (at < end) {
        auto backslash = static_cast<const char *>(std::memchr(at, '\\', size_t(end - at)));
        size_t plain = size_t((backslash ? backslash : end) - at);
        std::memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (!backslash) break;

        unsigned unit, second;
        if (!skip_escape(at, end, unit)) return Unescaped::invalid;
        if (unit >= 0xD800 && unit <= 0xDBFF && at < end && *at == '\\') {
            const char *after = at;
            if (!skip_escape(after, end, second)) return Unescaped::invalid;
            if (second >= 0xDC00 && second <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
                at = after;
            }
        }
        if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF)) {
            result = Unescaped::cannot_be_held;
        } else {
            out = write_utf8(unit, out);
        }
    }
    size = size_t(out - start);
    return result;
}

}  // namespace csj
