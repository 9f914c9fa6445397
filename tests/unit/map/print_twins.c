/* print_twins N: the twins of N random maps, one after the other, for check_schema.py. */
#include <stdlib.h>

#include "map/twin.h"
#include "random_doc.h"

static bool print_twin(struct random_doc *random, uint64_t seed) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_report report = {0};
    struct map_remarks remarks = {0};
    struct trod_buf twin = {0};
    struct trod_doc *doc = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, &error);
    random_doc(random, seed);
    TROD_TRY(map_remarks_begin(&remarks, &report, TROD_STR("a.journey"), &error));
    TROD_TRY(map_doc_read(trod_buf_str(&random->out), TROD_STR("a.journey"), arena, &remarks,
                          &doc, &error));
    TROD_TRY(twin_write(doc, &twin, &error));
    fwrite(twin.at, 1, twin.n, stdout);
done:
    trod_buf_free(&twin);
    trod_report_release(&report);
    trod_arena_free(arena);
    return status == TROD_OK;
}

int main(int n_arguments, char **arguments) {
    struct random_doc random = {.most_lines = 40};
    const int n = n_arguments > 1 ? atoi(arguments[1]) : 1;
    bool good = true;
    for (int seed = 1; seed <= n && good; seed++) good = print_twin(&random, (uint64_t)seed);
    trod_buf_free(&random.out);
    return good && fflush(stdout) == 0 ? 0 : 1;
}
