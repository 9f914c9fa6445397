/* fuzz_flow: any bytes as a process tree in XML, a Petri net and a process. What can be read
 * can be written in each of the three and read again, and then it stays the same: the first
 * writing may fold in another order, the second no more. */
#include <stdlib.h>

#include "trod/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

typedef trod_status read_flow(trod_str text, const char *name, struct trod_arena *arena,
                              const struct trod_tree **tree, struct trod_error *error);
typedef trod_status write_flow(const struct trod_tree *tree, struct trod_buf *out,
                               struct trod_error *error);

static const struct {
    read_flow *read;
    write_flow *write;
} forms[] = {{trod_tree_read_ptml, trod_tree_write_ptml},
             {trod_tree_read_pnml, trod_tree_write_pnml},
             {trod_tree_read_bpmn, trod_tree_write_bpmn}};

static size_t count(const struct trod_tree *tree) {
    size_t n = 1;
    for (size_t i = 0; i < tree->n; i++) n += count(tree->children[i]);
    return n;
}

static void comes_back(const struct trod_tree *tree, size_t form, struct trod_arena *arena) {
    struct trod_buf text = {0};
    struct trod_error error = {0};
    const struct trod_tree *back = NULL;
    const trod_status wrote = forms[form].write(tree, &text, &error);
    if (wrote == TROD_TOO_MUCH) {
        trod_buf_free(&text);
        return;
    }
    if (wrote != TROD_OK) abort();
    const trod_status read =
        forms[form].read(trod_buf_str(&text), "again", arena, &back, &error);
    if (read != TROD_OK && read != TROD_TOO_MUCH) abort();
    trod_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const trod_str text = {(const char *)bytes, n};
    for (size_t i = 0; i < TROD_COUNT(forms); i++) {
        struct trod_error error = {0};
        const struct trod_tree *tree = NULL;
        struct trod_arena *const arena = trod_arena_make((size_t)256 << 20);
        if (!arena) abort();
        const trod_status status = forms[i].read(text, "fuzz", arena, &tree, &error);
        if (status != TROD_OK && !error.message[0]) abort();
        for (size_t form = 0; status == TROD_OK && form < TROD_COUNT(forms); form++)
            if (count(tree) < 2000) comes_back(tree, form, arena);
        trod_arena_free(arena);
    }
    return 0;
}
