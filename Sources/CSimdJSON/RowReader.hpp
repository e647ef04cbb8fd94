#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "CSimdJSON.h"
#include "Fault.hpp"

namespace csj {

class RowParser;

/// Finds where each row starts and ends and hands it, checked, to the callback.
///
/// Why this accepts only valid JSON although the scanner merely counts brackets and skips strings:
/// each row it cuts out is checked to be exactly one value, and over one valid value the count is
/// right; so the text is `[`, values with commas between them, `]`, which is an array.
class RowReader {
public:
    explicit RowReader(csj_format format);
    ~RowReader();

    csj_status feed(const char *bytes, size_t size, csj_row_callback callback, void *context);
    csj_status finish(csj_row_callback callback, void *context);
    /// The reader stays failed with this; only for what is no fault of the file.
    csj_status give_up(csj_error_code code, const char *message);
    const csj_error &error() const { return error_; }

private:
    enum class State { at_start, before_array, before_row, in_row, after_array };

    void read_on(csj_row_callback callback, void *context);
    void read_start();
    void read_before_array();
    void read_before_row();
    void read_row(csj_row_callback callback, void *context);
    void read_after_array();

    bool find_row_end();
    bool find_row_end_in_array();
    void deliver_row(csj_row_callback callback, void *context);
    void refuse_cut_off_array();

    void append(const char *bytes, size_t size);
    void forget_what_was_read();
    bool skip_space();
    uint64_t offset_of(size_t index) const { return buffer_offset_ + index; }
    size_t row_size() const { return at_ - row_start_; }
    void fail(csj_error_code code, uint64_t offset, const char *message, uint64_t row_number = 0);
    void fail_in_row(const Fault &fault);

    const bool is_array_;
    State state_ = State::at_start;
    csj_status status_ = CSJ_STATUS_OK;
    csj_error error_{CSJ_ERROR_NONE, 0, 0, ""};
    bool finished_ = false;

    std::unique_ptr<RowParser> parser_;
    /// The bytes up to `end_` are of the file, those up to `at_` are read; padding follows.
    std::vector<char> buffer_;
    uint64_t buffer_offset_ = 0;
    size_t at_ = 0;
    size_t end_ = 0;
    uint64_t byte_order_mark_size_ = 0;

    uint64_t row_count_ = 0;
    size_t row_start_ = 0;
    /// Within the row: brackets open, in a string, after its backslash.
    size_t depth_ = 0;
    bool in_string_ = false;
    bool after_backslash_ = false;
};

}  // namespace csj
