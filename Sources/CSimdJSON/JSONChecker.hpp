#pragma once
#include <bitset>
#include <cstddef>
#include <string_view>

#include "Fault.hpp"

namespace csj {

/// Says byte by byte whether a text is exactly one JSON value (white space around it allowed), and
/// if not, what is wrong and where. simdjson is many times faster but does neither check what it
/// skips nor say where an error is; so the checker gets what simdjson skips or refuses.
class JSONChecker {
public:
    /// `depth`: how many arrays and objects are open around the text.
    static Fault check(std::string_view text, size_t depth);

private:
    JSONChecker(std::string_view text, size_t depth);
    bool document();
    bool value_start(bool &opened);
    bool value_end(bool &another);
    bool open(bool object);
    bool key();
    bool string();
    bool escape();
    bool number();
    bool literal(std::string_view word);

    void skip_space();
    bool at(char byte) const { return at_ < end_ && *at_ == byte; }
    bool fail(csj_error_code code, const char *message);

    const char *const begin_;
    const char *const end_;
    const char *at_;
    const size_t outer_depth_;
    size_t depth_;
    /// Of each open value, whether it is an object.
    std::bitset<CSJ_MAXIMUM_DEPTH> is_object_;
    Fault fault_;
};

}  // namespace csj
