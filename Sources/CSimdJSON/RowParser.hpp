#pragma once
#include <simdjson.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "Fault.hpp"

namespace csj {

/// Checks one row and finds its fields. Nothing is allocated per row.
class RowParser {
public:
    /// Bytes that must be there after a row.
    static constexpr size_t padding = simdjson::SIMDJSON_PADDING;

    /// Fills all of `row` but its number and offset. `text` starts and ends with a byte that is no
    /// white space; `depth`: how many arrays are open around it. The byte after the text is
    /// overwritten meanwhile.
    Fault parse(char *text, size_t size, size_t depth, csj_row &row);

private:
    using Value = simdjson::ondemand::value;

    bool walk_object(const char *text, size_t size, size_t depth, csj_row &row);
    bool read_key(std::string_view text, std::string_view &key);
    bool read_value(Value value, size_t depth, csj_field &field);
    void read_score(Value value, csj_row &row);
    bool read_string(Value value, csj_field &field);
    bool read_nested(Value value, simdjson::ondemand::json_type type, size_t depth, csj_field &field);
    char *scratch();
    void make_room(size_t size);

    simdjson::ondemand::parser parser_;
    size_t capacity_ = 0;
    /// Unescaped strings of the row in hand, one after the other: together never longer than it.
    std::unique_ptr<char[]> scratch_;
    size_t scratch_used_ = 0;
};

}  // namespace csj
