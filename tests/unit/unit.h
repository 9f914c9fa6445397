/* What every unit test includes: cmocka needs these, in this order. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* assert_str(trod_str, "literal") */
#define assert_str(text, literal)                                         \
    do {                                                                  \
        const trod_str str_ = (text);                                     \
        const trod_str want_ = trod_str_of(literal);                      \
        if (!trod_str_equal(str_, want_))                                 \
            fail_msg("\"%.*s\" is not \"%s\"", TROD_ARG(str_), want_.at); \
    } while (0)

#endif
