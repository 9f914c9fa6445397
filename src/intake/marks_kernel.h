/* The two loops of marks.c, for one kind of machine. Before it is included: MARKS_NAME(x) names
 * the functions, MARKS_TARGET is their attribute, MARKS_LOOK(at, delimiter, quotes, seen) fills
 * the masks of a block of 64 bytes. */

MARKS_TARGET static size_t MARKS_NAME(find_in)(struct intake_marks *marks, const char *at,
                                               size_t n, uint32_t base, uint32_t *places,
                                               const bool quotes) {
    uint32_t *out = places;
    struct intake_marks state = *marks;
    uint64_t odd = 0, doubled = 0, lines_inside = 0;
    for (size_t i = 0; i < n; i += 64) {
        struct seen seen;
        MARKS_LOOK(at + i, state.delimiter, quotes, &seen);
        if (n - i < 64) seen_cut(&seen, n - i);
        uint64_t found = seen.stops;
        if (quotes) {
            const uint64_t inside = prefix_xor(seen.quotes) ^ state.inside;
            state.inside = (uint64_t)((int64_t)inside >> 63);
            lines_inside |= seen.lines & inside;
            doubled |= (seen.quotes << 1 | state.after_quote) & seen.quotes;
            state.after_quote = seen.quotes >> 63;
            found &= ~inside;
        }
        odd |= (found << 1 | state.after_mark) & (seen.blanks | seen.quotes);
        odd |= (seen.blanks << 1 | state.after_blank) & found;
        state.after_mark = found >> 63;
        state.after_blank = seen.blanks >> 63;
        out = flatten(found, base + (uint32_t)i, out);
    }
    state.odd |= odd != 0;
    state.doubled |= doubled != 0;
    state.lines_inside |= lines_inside != 0;
    *marks = state;
    return (size_t)(out - places);
}

MARKS_TARGET static size_t MARKS_NAME(find)(struct intake_marks *marks, const char *at,
                                            size_t n, uint32_t base, uint32_t *places) {
    return marks->quotes ? MARKS_NAME(find_in)(marks, at, n, base, places, true)
                         : MARKS_NAME(find_in)(marks, at, n, base, places, false);
}

MARKS_TARGET static bool MARKS_NAME(scan)(char delimiter, const char *at, size_t n,
                                          size_t *end) {
    uint64_t inside_before = 0, after_good = 1, after_close = 0;
    *end = 0;
    for (size_t i = 0; i < n; i += 64) {
        struct seen seen;
        MARKS_LOOK(at + i, delimiter, true, &seen);
        if (n - i < 64) seen_cut(&seen, n - i);
        const uint64_t inside = prefix_xor(seen.quotes) ^ inside_before;
        inside_before = (uint64_t)((int64_t)inside >> 63);
        const uint64_t opens = seen.quotes & inside, closes = seen.quotes & ~inside;
        const uint64_t found = seen.stops & ~inside, lines = seen.lines & ~inside;
        /* What opens stands behind a mark, or behind what closed: then it is doubled. */
        uint64_t bad_opens = opens & ~((found | closes) << 1 | after_good);
        uint64_t bad_closes = (closes << 1 | after_close) & ~(seen.stops | seen.quotes);
        if (n - i < 64) bad_closes &= (UINT64_C(1) << (n - i)) - 1;
        after_good = (found | closes) >> 63;
        after_close = closes >> 63;
        for (; bad_opens; bad_opens &= bad_opens - 1)
            if (!opens_behind_blanks(at, i + (size_t)__builtin_ctzll(bad_opens), delimiter))
                return false;
        for (; bad_closes; bad_closes &= bad_closes - 1)
            if (!closes_before_blanks(at, i + (size_t)__builtin_ctzll(bad_closes), n,
                                      delimiter))
                return false;
        if (lines) *end = i + 64 - (size_t)__builtin_clzll(lines);
    }
    return true;
}

#undef MARKS_NAME
#undef MARKS_TARGET
#undef MARKS_LOOK
