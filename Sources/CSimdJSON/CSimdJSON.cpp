#include "CSimdJSON.h"

#include <new>

#include "RowReader.hpp"

/// What C and Swift see of a reader.
struct csj_reader {
    csj::RowReader rows;
};

/// Memory being out is the only exception there is.
template <typename Action>
static csj_status guarded(csj_reader *reader, Action action) noexcept {
    try {
        return action(reader->rows);
    } catch (...) {
        return reader->rows.give_up(CSJ_ERROR_OUT_OF_MEMORY, "out of memory");
    }
}

csj_reader *csj_reader_create(csj_format format) {
    try {
        return new csj_reader{csj::RowReader(format)};
    } catch (...) {
        return nullptr;
    }
}

void csj_reader_destroy(csj_reader *reader) { delete reader; }

csj_status csj_reader_feed(
    csj_reader *reader, const void *bytes, size_t size, csj_row_callback callback, void *context) {
    return guarded(reader, [=](csj::RowReader &rows) {
        return rows.feed(static_cast<const char *>(bytes), size, callback, context);
    });
}

csj_status csj_reader_finish(csj_reader *reader, csj_row_callback callback, void *context) {
    return guarded(reader, [=](csj::RowReader &rows) { return rows.finish(callback, context); });
}

csj_error csj_reader_error(const csj_reader *reader) { return reader->rows.error(); }
