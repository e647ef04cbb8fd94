#include "JSONChecker.hpp"

#include "JSONText.hpp"

namespace csj {

Fault JSONChecker::check(std::string_view text, size_t depth) {
    JSONChecker checker(text, depth);
    checker.document();
    return checker.fault_;
}

JSONChecker::JSONChecker(std::string_view text, size_t depth)
    : begin_(text.data()), end_(begin_ + text.size()), at_(begin_), outer_depth_(depth), depth_(depth) {}

/// No recursion: the depth of the stack must not depend on the file.
bool JSONChecker::document() {
    bool another = true;
    while (another) {
        bool opened = false;
        if (!value_start(opened)) return false;
        if (opened) continue;
        if (!value_end(another)) return false;
    }
    skip_space();
    if (at_ == end_) return true;
    return fail(CSJ_ERROR_SYNTAX, "there is more text after the value of the row");
}

/// Reads a scalar, an empty array or object, or the opening of one that is not empty (`opened`:
/// the next thing is a value again).
bool JSONChecker::value_start(bool &opened) {
    skip_space();
    if (at_ == end_) return fail(CSJ_ERROR_INCOMPLETE, "");
    switch (*at_) {
        case '"': return string();
        case 't': return literal("true");
        case 'f': return literal("false");
        case 'n': return literal("null");
        case '{':
        case '[': {
            bool object = *at_ == '{';
            if (!open(object)) return false;
            skip_space();
            if (at(object ? '}' : ']')) return true;  // value_end closes it
            opened = true;
            return !object || key();
        }
        default:
            if (*at_ == '-' || is_digit(*at_)) return number();
            return fail(CSJ_ERROR_SYNTAX, "a value was expected");
    }
}

/// Closes all that ends after a value; `another`: a comma came, and the next thing is a value.
bool JSONChecker::value_end(bool &another) {
    while (depth_ > outer_depth_) {
        bool object = is_object_[depth_ - 1];
        skip_space();
        if (at(object ? '}' : ']')) {
            ++at_;
            --depth_;
        } else if (at(',')) {
            ++at_;
            another = true;
            return !object || key();
        } else {
            return fail(
                CSJ_ERROR_SYNTAX,
                object ? "a comma or } was expected" : "a comma or ] was expected");
        }
    }
    another = false;
    return true;
}

bool JSONChecker::open(bool object) {
    if (depth_ == CSJ_MAXIMUM_DEPTH) {
        return fail(CSJ_ERROR_TOO_DEEP, "arrays and objects are nested deeper than 1024");
    }
    is_object_[depth_++] = object;
    ++at_;
    return true;
}

/// A key and its colon.
bool JSONChecker::key() {
    skip_space();
    if (!at('"')) return fail(CSJ_ERROR_SYNTAX, "a key in quotes was expected");
    if (!string()) return false;
    skip_space();
    if (!at(':')) return fail(CSJ_ERROR_SYNTAX, "a colon was expected after a key");
    ++at_;
    return true;
}

bool JSONChecker::string() {
    ++at_;
    while (at_ < end_) {
        auto byte = static_cast<unsigned char>(*at_);
        if (byte == '"') {
            ++at_;
            return true;
        }
        if (byte == '\\') {
            if (!escape()) return false;
        } else if (byte < 0x20) {
            return fail(CSJ_ERROR_CONTROL_CHARACTER, "a string holds a raw control character");
        } else if (byte < 0x80) {
            ++at_;
        } else if (!skip_utf8_sequence(at_, end_)) {
            return fail(CSJ_ERROR_INVALID_UTF8, "a string is not valid UTF-8");
        }
    }
    return fail(CSJ_ERROR_INCOMPLETE, "");
}

bool JSONChecker::escape() {
    unsigned unit;
    if (skip_escape(at_, end_, unit)) return true;
    return fail(CSJ_ERROR_INVALID_ESCAPE, "a string holds an invalid escape");
}

bool JSONChecker::number() {
    const char *message = skip_number(at_, end_);
    return message ? fail(CSJ_ERROR_INVALID_NUMBER, message) : true;
}

bool JSONChecker::literal(std::string_view word) {
    for (char letter : word) {
        if (!at(letter)) return fail(CSJ_ERROR_SYNTAX, "only true, false and null stand without quotes");
        ++at_;
    }
    return true;
}

void JSONChecker::skip_space() {
    while (at_ < end_ && is_space(*at_)) ++at_;
}

/// Whatever was expected, at the end of the text the fault is that it ends.
bool JSONChecker::fail(csj_error_code code, const char *message) {
    if (at_ == end_) {
        code = CSJ_ERROR_INCOMPLETE;
        message = "the row ends in the middle of its value";
    }
    fault_ = {code, size_t(at_ - begin_), message};
    return false;
}

}  // namespace csj
