#include "RowReader.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "JSONChecker.hpp"
#include "JSONText.hpp"
#include "RowParser.hpp"

namespace csj {

/// Taken at a time from what is fed, so that a large chunk needs no large buffer.
static constexpr size_t piece_size = 64 * 1024;

RowReader::RowReader(csj_format format)
    : is_array_(format == CSJ_FORMAT_ARRAY),
      parser_(std::make_unique<RowParser>()),
      buffer_(2 * piece_size + RowParser::padding) {}

RowReader::~RowReader() = default;

csj_status RowReader::feed(const char *bytes, size_t size, csj_row_callback callback, void *context) {
    if (finished_ && size > 0) give_up(CSJ_ERROR_FED_AFTER_FINISH, "fed after the end of the file");
    while (size > 0 && status_ == CSJ_STATUS_OK) {
        size_t piece = std::min(size, piece_size);
        append(bytes, piece);
        bytes += piece;
        size -= piece;
        read_on(callback, context);
        forget_what_was_read();
    }
    return status_;
}

csj_status RowReader::finish(csj_row_callback callback, void *context) {
    if (finished_ || status_ != CSJ_STATUS_OK) return status_;
    finished_ = true;
    read_on(callback, context);
    if (status_ != CSJ_STATUS_OK) return status_;

    uint64_t size = offset_of(end_);
    if (size == byte_order_mark_size_) {
        fail(CSJ_ERROR_EMPTY, size, "the file is empty");
    } else if (state_ == State::before_array) {
        fail(CSJ_ERROR_EMPTY, size, "the file holds nothing but white space");
    } else if (is_array_ && state_ != State::after_array) {
        refuse_cut_off_array();
    } else if (state_ == State::in_row) {
        deliver_row(callback, context);
    }
    return status_;
}

/// Reads as far as there are bytes.
void RowReader::read_on(csj_row_callback callback, void *context) {
    while (status_ == CSJ_STATUS_OK) {
        size_t at = at_;
        State state = state_;
        switch (state_) {
            case State::at_start: read_start(); break;
            case State::before_array: read_before_array(); break;
            case State::before_row: read_before_row(); break;
            case State::in_row: read_row(callback, context); break;
            case State::after_array: read_after_array(); break;
        }
        if (at_ == at && state_ == state) return;
    }
}

/// Looks for a byte order mark, which has up to four bytes.
void RowReader::read_start() {
    if (end_ < 4 && !finished_) return;
    std::string_view start(buffer_.data(), end_);
    auto starts_with = [start](std::string_view mark) { return start.substr(0, mark.size()) == mark; };
    if (starts_with("\xFF\xFE") || starts_with("\xFE\xFF") || starts_with({"\0\0\xFE\xFF", 4})) {
        fail(CSJ_ERROR_UNSUPPORTED_ENCODING, 0, "the file is UTF-16 or UTF-32, it must be UTF-8");
        return;
    }
    if (starts_with("\xEF\xBB\xBF")) at_ = byte_order_mark_size_ = 3;
    state_ = is_array_ ? State::before_array : State::before_row;
}

void RowReader::read_before_array() {
    if (!skip_space()) return;
    if (buffer_[at_] != '[') {
        fail(CSJ_ERROR_NOT_AN_ARRAY, offset_of(at_), "the file is not a JSON array");
        return;
    }
    ++at_;
    state_ = State::before_row;
}

void RowReader::read_before_row() {
    if (!skip_space()) return;
    char byte = buffer_[at_];
    if (is_array_ && byte == ']' && row_count_ == 0) {
        ++at_;
        state_ = State::after_array;
    } else if (is_array_ && (byte == ']' || byte == ',')) {
        fail(CSJ_ERROR_MISSING_VALUE, offset_of(at_), "a row has no value", row_count_ + 1);
    } else {
        row_start_ = at_;
        depth_ = 0;
        state_ = State::in_row;
    }
}

void RowReader::read_row(csj_row_callback callback, void *context) {
    if (!find_row_end()) {
        if (row_size() > CSJ_MAXIMUM_ROW_SIZE) deliver_row(callback, context);
        return;
    }
    deliver_row(callback, context);
    state_ = is_array_ && buffer_[at_] == ']' ? State::after_array : State::before_row;
    ++at_;
}

void RowReader::read_after_array() {
    if (!skip_space()) return;
    fail(CSJ_ERROR_TRAILING_CONTENT, offset_of(at_), "something follows the end of the array");
}

/// Moves to the byte after the row; false when it is not there yet.
bool RowReader::find_row_end() {
    if (is_array_) return find_row_end_in_array();
    // A raw line break can be in no string, so it ends the row.
    const char *start = buffer_.data() + at_;
    auto line_break = static_cast<const char *>(std::memchr(start, '\n', end_ - at_));
    at_ = line_break ? size_t(line_break - buffer_.data()) : end_;
    return line_break != nullptr;
}

bool RowReader::find_row_end_in_array() {
    const char *const end = buffer_.data() + end_;
    const char *at = buffer_.data() + at_;
    bool found = false;
    for (; at < end; ++at) {
        if (after_backslash_) {
            after_backslash_ = false;
            continue;
        }
        if (in_string_) {
            at = find_quote_or_backslash(at, end);
            if (at == end) break;
            in_string_ = *at != '"';
            after_backslash_ = *at == '\\';
            continue;
        }
        char byte = *at;
        if (byte == '"') {
            in_string_ = true;
        } else if (byte == '{' || byte == '[') {
            ++depth_;
        } else if (depth_ > 0) {
            if (byte == '}' || byte == ']') --depth_;
        } else if (byte == ',' || byte == ']') {
            found = true;
            break;
        }
    }
    at_ = size_t(at - buffer_.data());
    return found;
}

void RowReader::deliver_row(csj_row_callback callback, void *context) {
    size_t depth = is_array_ ? 1 : 0;
    char *text = buffer_.data() + row_start_;
    if (row_size() > CSJ_MAXIMUM_ROW_SIZE) {
        // A missing quote makes one endless row of many; then say where it is missing.
        Fault fault = JSONChecker::check({text, CSJ_MAXIMUM_ROW_SIZE}, depth);
        if (!fault || fault.code == CSJ_ERROR_INCOMPLETE) {
            fault = {CSJ_ERROR_ROW_TOO_LARGE, 0, "a row is larger than 16 MiB"};
        }
        fail_in_row(fault);
        return;
    }
    csj_row row;
    size_t size = trimmed_at_end({text, row_size()}).size();
    if (Fault fault = parser_->parse(text, size, depth, row)) {
        fail_in_row(fault);
        return;
    }
    row.number = ++row_count_;
    row.byte_offset = offset_of(row_start_);
    if (callback(context, &row) != 0) status_ = CSJ_STATUS_STOPPED;
}

void RowReader::refuse_cut_off_array() {
    if (state_ == State::in_row) {
        // What is wrong earlier in the last row may be why the end was not found.
        Fault fault = JSONChecker::check({buffer_.data() + row_start_, row_size()}, 1);
        if (fault && fault.code != CSJ_ERROR_INCOMPLETE) {
            fail_in_row(fault);
            return;
        }
    }
    fail(
        CSJ_ERROR_INCOMPLETE, offset_of(end_), "the file ends before its array does",
        state_ == State::in_row ? row_count_ + 1 : 0);
}

void RowReader::append(const char *bytes, size_t size) {
    if (end_ + size + RowParser::padding > buffer_.size()) {
        buffer_.resize(std::max(2 * buffer_.size(), end_ + size + RowParser::padding));
    }
    std::memcpy(buffer_.data() + end_, bytes, size);
    end_ += size;
}

/// Keeps only the row in hand, moved to the front.
void RowReader::forget_what_was_read() {
    size_t kept = state_ == State::in_row ? row_start_ : at_;
    if (kept == 0) return;
    std::memmove(buffer_.data(), buffer_.data() + kept, end_ - kept);
    buffer_offset_ += kept;
    at_ -= kept;
    end_ -= kept;
    row_start_ = 0;
}

/// Moves to the next byte that is no white space; false when there is none yet.
bool RowReader::skip_space() {
    while (at_ < end_ && is_space(buffer_[at_])) ++at_;
    return at_ < end_;
}

void RowReader::fail(
    csj_error_code code, uint64_t offset, const char *message, uint64_t row_number) {
    status_ = CSJ_STATUS_FAILED;
    error_ = {code, offset, row_number, message};
}

void RowReader::fail_in_row(const Fault &fault) {
    fail(fault.code, offset_of(row_start_ + fault.position), fault.message, row_count_ + 1);
}

csj_status RowReader::give_up(csj_error_code code, const char *message) {
    if (status_ == CSJ_STATUS_OK) fail(code, offset_of(at_), message);
    return status_;
}

}  // namespace csj
