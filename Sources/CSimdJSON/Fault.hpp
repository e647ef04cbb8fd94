#pragma once
#include <cstddef>

#include "CSimdJSON.h"

namespace csj {

/// What is wrong with a text, and where in it; no fault unless it has a code.
struct Fault {
    csj_error_code code = CSJ_ERROR_NONE;
    size_t position = 0;
    const char *message = "";

    explicit operator bool() const { return code != CSJ_ERROR_NONE; }
};

}  // namespace csj
