#pragma once
// A streaming reader of rows in JSON: bytes go in, in chunks of any size; rows come out, one
// callback each. It accepts a text if and only if it is valid JSON (RFC 8259, UTF-8, a byte order
// mark at the start skipped) whose top level is an array (CSJ_FORMAT_ARRAY), or of which every
// line that is not blank is one valid value (CSJ_FORMAT_LINES); but a row larger than
// CSJ_MAXIMUM_ROW_SIZE, nesting deeper than CSJ_MAXIMUM_DEPTH and a file of no bytes are refused.
// Memory is bounded by the largest row, not by the file. No C++ exception leaves these functions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of one row, from its first byte to the comma, bracket or line break after it.
#define CSJ_MAXIMUM_ROW_SIZE 16777216
/// Arrays and objects open at once, the array of the rows included.
#define CSJ_MAXIMUM_DEPTH 1024

typedef enum csj_format {
    CSJ_FORMAT_ARRAY,
    CSJ_FORMAT_LINES,
} csj_format;

typedef enum csj_type {
    CSJ_TYPE_MISSING,
    CSJ_TYPE_NULL,
    CSJ_TYPE_STRING,
    CSJ_TYPE_NUMBER,
    /// true, false, an object or an array.
    CSJ_TYPE_OTHER,
} csj_type;

typedef enum csj_status {
    CSJ_STATUS_OK,
    /// The callback returned something other than 0.
    CSJ_STATUS_STOPPED,
    /// csj_reader_error says why.
    CSJ_STATUS_FAILED,
} csj_status;

typedef enum csj_error_code {
    CSJ_ERROR_NONE,
    CSJ_ERROR_EMPTY,
    CSJ_ERROR_UNSUPPORTED_ENCODING,
    CSJ_ERROR_INVALID_UTF8,
    CSJ_ERROR_NOT_AN_ARRAY,
    CSJ_ERROR_MISSING_VALUE,
    CSJ_ERROR_SYNTAX,
    CSJ_ERROR_INVALID_NUMBER,
    CSJ_ERROR_INVALID_ESCAPE,
    CSJ_ERROR_CONTROL_CHARACTER,
    CSJ_ERROR_INCOMPLETE,
    CSJ_ERROR_TRAILING_CONTENT,
    CSJ_ERROR_TOO_DEEP,
    CSJ_ERROR_ROW_TOO_LARGE,
    // What follows is never the fault of the file.
    CSJ_ERROR_OUT_OF_MEMORY,
    CSJ_ERROR_FED_AFTER_FINISH,
    /// simdjson refused a row that the checker finds valid.
    CSJ_ERROR_DISAGREEMENT,
} csj_error_code;

/// UTF-8 without an end mark; `bytes` is NULL where there is no text (an empty text has bytes).
typedef struct csj_text {
    const char *bytes;
    size_t size;
} csj_text;

/// A string's text is unescaped, of all else it is the original text; none for null, for a missing
/// key, and for a string with U+0000 or half a surrogate pair, which no PostgreSQL text can hold.
typedef struct csj_field {
    csj_type type;
    csj_text text;
} csj_field;

/// One row. Of a key given twice the last counts; a row that is no object has no fields.
typedef struct csj_row {
    /// The first row is number 1; blank lines are not counted.
    uint64_t number;
    /// Where the row starts in the file, from 0, a byte order mark counted.
    uint64_t byte_offset;
    /// The row as it came, without the white space around it.
    csj_text json;
    bool is_object;
    csj_field id;
    csj_field score;
    csj_field industry;
    /// The score is a number and a finite double holds it: `score_value` is the nearest one, and
    /// zero is never negative.
    bool has_score_value;
    double score_value;
} csj_row;

typedef struct csj_error {
    csj_error_code code;
    /// Where in the file, from 0.
    uint64_t byte_offset;
    /// 0 where the error is in no row.
    uint64_t row_number;
    /// English, of static storage; holds nothing of the file.
    const char *message;
} csj_error;

/// What the row points to is valid until the callback returns. Anything but 0 stops the reader.
typedef int (*csj_row_callback)(void *context, const csj_row *row);

typedef struct csj_reader csj_reader;

/// NULL when memory is out.
csj_reader *csj_reader_create(csj_format format);
void csj_reader_destroy(csj_reader *reader);

/// Takes the next bytes of the file and hands over the rows that end in them. A reader that has
/// stopped or failed stays so and returns the same again.
csj_status csj_reader_feed(
    csj_reader *reader, const void *bytes, size_t size, csj_row_callback callback, void *context);
/// The file is at its end: hands over a last line without a line break, refuses a cut-off file.
csj_status csj_reader_finish(csj_reader *reader, csj_row_callback callback, void *context);
csj_error csj_reader_error(const csj_reader *reader);

#ifdef __cplusplus
}
#endif
