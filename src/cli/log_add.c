/* log_add: events from JSON lines into the inbox, as they come. Lines are taken until nothing
 * more waits to be read, or a thousand are there, and then put in together: a busy stream
 * shares the cost of a sync, and an idle one is not kept waiting. */
#include "cli/log_add.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "cli/table.h"

enum {
    MOST_LINES = 1000,    /* put in at once */
    LINE_BYTES = 4 << 20, /* of a line, at most */
    READ_BYTES = 1 << 16,
    DEEPEST = 16, /* objects in objects */
    SHOWN = 100,  /* lines that are not taken, with their reason */
};

struct adding {
    struct cli *cli;
    const char *folder, *file;
    struct trod_inbox *inbox;
    struct trod_json_reader *reader;
    struct trod_arena *arena; /* of the lines that are not put in yet */
    struct trod_inbox_event events[MOST_LINES];
    size_t n_events;
    uint64_t line, n_kept, n_known, n_refused;
    bool acknowledge;
};

/* ---- A line ---- */

struct values {
    struct trod_inbox_value *at;
    size_t n, room;
    struct trod_arena *arena;
};

static trod_status add_value(struct values *values, trod_str name, trod_str value, bool fact,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_inbox_value made = {name, value, fact};
    if (value.n == 0) goto done;
    TROD_TRY_ALLOC(TROD_PUSH(values->arena, values->at, values->n, values->room, made), error);
done:
    return status;
}

static trod_str as_text(const struct trod_json *value, struct trod_arena *arena) {
    switch (value->kind) {
    case TROD_JSON_NULL:
        return TROD_STR("");
    case TROD_JSON_BOOL:
        return value->boolean ? TROD_STR("true") : TROD_STR("false");
    case TROD_JSON_NUMBER:
    case TROD_JSON_TEXT:
        return value->text;
    case TROD_JSON_ARRAY:
    case TROD_JSON_OBJECT:
        break;
    }
    struct trod_buf out = {.ceiling = LINE_BYTES};
    struct trod_json_writer json = {.out = &out, .compact = true};
    trod_json_value(&json, value);
    const trod_str text =
        out.failed ? (trod_str){NULL, 0} : trod_arena_copy(arena, trod_buf_str(&out));
    trod_buf_free(&out);
    return text;
}

static bool is_reserved(trod_str key) {
    static const char *const KEYS[] = {"customer", "event", "time", "end", "source", "facts"};
    for (size_t i = 0; i < TROD_COUNT(KEYS); i++)
        if (trod_str_is(key, KEYS[i])) return true;
    return false;
}

/* The members of an object as values; objects in it by "outer.inner", as import names them. */
static trod_status add_members(struct values *values, const struct trod_json *object,
                               trod_str path, bool fact, unsigned depth,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    for (const struct trod_json *child = object->first; child; child = child->next) {
        if (depth == 0 && !fact && is_reserved(child->key)) continue;
        trod_str name = child->key;
        if (path.n)
            name = trod_arena_format(values->arena, "%.*s.%.*s", TROD_ARG(path),
                                     TROD_ARG(child->key));
        TROD_TRY_ALLOC(name.at, error);
        if (child->kind == TROD_JSON_OBJECT && depth < DEEPEST) {
            TROD_TRY(add_members(values, child, name, fact, depth + 1, error));
            continue;
        }
        const trod_str text = as_text(child, values->arena);
        TROD_TRY_ALLOC(text.at, error);
        TROD_TRY(add_value(values, name, text, fact, error));
    }
done:
    return status;
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TROD_SECOND_US + now.tv_nsec / 1000;
}

static trod_status read_time(const struct trod_json *root, const char *key, int64_t otherwise,
                             struct trod_arena *arena, int64_t *time_us,
                             struct trod_error *error) {
    const struct trod_json *const value = trod_json_get(root, key);
    *time_us = otherwise;
    if (!value || value->kind == TROD_JSON_NULL) return TROD_OK;
    const trod_str text = as_text(value, arena);
    const struct trod_time_form form = {.kind = TROD_TIME_GUESS};
    *time_us = trod_time_read(text, &form, NULL);
    if (*time_us != TROD_NO_TIME) return TROD_OK;
    trod_fail(error, TROD_BAD_INPUT, "its \"%s\" is no time: \"%.*s\"", key,
              text.n < 60 ? (int)text.n : 60, text.at ? text.at : "");
    trod_error_hint(error, "write 2025-03-01T10:20:30Z, or seconds since 1970");
    return TROD_BAD_INPUT;
}

static trod_status read_text(const struct trod_json *root, const char *key, trod_str *text,
                             struct trod_error *error) {
    const struct trod_json *const value = trod_json_get(root, key);
    *text = (trod_str){NULL, 0};
    if (!value || value->kind == TROD_JSON_NULL) return TROD_OK;
    if (value->kind == TROD_JSON_TEXT || value->kind == TROD_JSON_NUMBER) {
        *text = value->text;
        return TROD_OK;
    }
    return trod_fail(error, TROD_BAD_INPUT, "its \"%s\" is neither a text nor a number", key);
}

static trod_status read_line(struct adding *adding, trod_str line,
                             struct trod_inbox_event *event, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json *root = NULL;
    struct values values = {.arena = adding->arena};
    *event = (struct trod_inbox_event){0};
    TROD_TRY(trod_json_reader_read(adding->reader, line, adding->arena, &root, error));
    if (root->kind != TROD_JSON_OBJECT) {
        trod_fail(error, TROD_BAD_INPUT, "it is no JSON object");
        trod_error_hint(
            error, "write one event a line: {\"customer\": \"ann\", \"event\": \"order\"}");
        return TROD_BAD_INPUT;
    }
    TROD_TRY(read_text(root, "customer", &event->customer, error));
    TROD_TRY(read_text(root, "event", &event->name, error));
    TROD_TRY(read_text(root, "id", &event->message_id, error));
    TROD_TRY(read_text(root, "source", &event->source, error));
    TROD_TRY(read_time(root, "time", now_us(), adding->arena, &event->time_us, error));
    TROD_TRY(read_time(root, "end", TROD_NO_TIME, adding->arena, &event->end_us, error));
    if (!event->source.at) event->source = trod_str_of(adding->file);
    TROD_TRY(add_members(&values, root, (trod_str){NULL, 0}, false, 0, error));
    const struct trod_json *const facts = trod_json_get(root, "facts");
    if (facts && facts->kind == TROD_JSON_OBJECT)
        TROD_TRY(add_members(&values, facts, (trod_str){NULL, 0}, true, 0, error));
    event->values = values.at;
    event->n_values = values.n;
    if (!event->name.at && !(facts && facts->first)) {
        trod_fail(error, TROD_BAD_INPUT, "it has neither an \"event\" nor \"facts\"");
        trod_error_hint(error,
                        "say what happened: {\"customer\": \"ann\", \"event\": \"order\"}");
        return TROD_BAD_INPUT;
    }
    TROD_TRY(trod_inbox_check(event, error));
done:
    return status;
}

static void refuse(struct adding *adding, const struct trod_error *error) {
    if (adding->n_refused++ >= SHOWN) return;
    fprintf(stderr, "%s:%llu: not taken: %s.", adding->file, (unsigned long long)adding->line,
            error->message);
    cli_print_hint(stderr, error->hint);
    fputc('\n', stderr);
}

/* ---- Putting in ---- */

/* A full inbox is put into the files, and there is room again. */
static trod_status make_room(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_store *store = NULL;
    uint64_t n_folded = 0;
    TROD_TRY(
        trod_store_open(adding->folder, TROD_STORE_WRITE, &adding->cli->run, &store, error));
    TROD_TRY(trod_store_fold(store, &adding->cli->run, &n_folded, error));
done:
    trod_store_close(store);
    return status;
}

static trod_status put_in(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_inbox_answer answer = {0};
    if (adding->n_events == 0) goto done;
    status = trod_inbox_put(adding->inbox, adding->events, adding->n_events, &answer, error);
    if (status == TROD_TOO_MUCH) {
        TROD_TRY(make_room(adding, error));
        status =
            trod_inbox_put(adding->inbox, adding->events, adding->n_events, &answer, error);
    }
    if (status != TROD_OK) goto done;
    adding->n_kept += answer.n_kept;
    adding->n_known += answer.n_known;
    adding->n_events = 0;
    trod_arena_reset(adding->arena);
    if (adding->acknowledge) {
        printf("%llu\n", (unsigned long long)adding->line);
        fflush(stdout);
    }
done:
    return status;
}

static trod_status take_line(struct adding *adding, trod_str line, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_error why = {0};
    adding->line++;
    line = trod_str_trim(line);
    if (line.n == 0) return TROD_OK;
    status = read_line(adding, line, &adding->events[adding->n_events], &why);
    if (status == TROD_BAD_INPUT || status == TROD_TOO_MUCH) {
        refuse(adding, &why);
        return TROD_OK;
    }
    if (status != TROD_OK) {
        if (error) *error = why;
        return status;
    }
    adding->n_events++;
    return adding->n_events == MOST_LINES ? put_in(adding, error) : TROD_OK;
}

/* ---- Reading ---- */

static bool is_waiting(int fd) {
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, 0) > 0 && (wanted.revents & POLLIN);
}

/* Returns when something is there to be read, at the end, or when the program is to stop. */
static void wait_for_more(int fd) {
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    (void)poll(&wanted, 1, -1);
}

/* Takes the lines that are whole out of the buffer. */
static trod_status take_lines(struct adding *adding, struct trod_buf *buf,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t from = 0;
    for (;;) {
        const char *const end =
            buf->n > from ? memchr(buf->at + from, '\n', buf->n - from) : NULL;
        if (!end) break;
        const size_t to = (size_t)(end - buf->at);
        TROD_TRY(take_line(adding, (trod_str){buf->at + from, to - from}, error));
        from = to + 1;
    }
    if (from) {
        memmove(buf->at, buf->at + from, buf->n - from);
        buf->n -= from;
    }
    if (buf->n > LINE_BYTES) {
        status = trod_fail(error, TROD_TOO_MUCH, "line %llu is longer than %d bytes",
                           (unsigned long long)adding->line + 1, LINE_BYTES);
        trod_error_place(error, adding->file, 0, 0);
    }
done:
    return status;
}

static trod_status read_all(struct adding *adding, int fd, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf buf = {0};
    for (;;) {
        if (!is_waiting(fd)) {
            TROD_TRY(put_in(adding, error));
            wait_for_more(fd);
        }
        if (trod_run_cancelled(&adding->cli->run)) break;
        TROD_TRY_ALLOC(trod_buf_room(&buf, READ_BYTES), error);
        const ssize_t n = read(fd, buf.at + buf.n, READ_BYTES);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            status = trod_fail(error, TROD_IO, "%s cannot be read: %s", adding->file,
                               strerror(errno));
            goto done;
        }
        if (n == 0) break;
        buf.n += (size_t)n;
        TROD_TRY(take_lines(adding, &buf, error));
    }
    if (buf.n && !trod_run_cancelled(&adding->cli->run))
        TROD_TRY(take_line(adding, trod_buf_str(&buf), error));
    TROD_TRY(put_in(adding, error));
done:
    trod_buf_free(&buf);
    return status;
}

static trod_status read_file(struct adding *adding, const char *name,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const bool standard = strcmp(name, "-") == 0;
    adding->file = standard ? "standard input" : name;
    adding->line = 0;
    const int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        trod_fail(error, TROD_NO_FILE, "%s cannot be read: %s", name, strerror(errno));
        return TROD_NO_FILE;
    }
    status = read_all(adding, fd, error);
    if (!standard) close(fd);
    return status;
}

static void say_done(const struct adding *adding) {
    char n[32];
    if (adding->n_refused > SHOWN)
        fprintf(stderr, "… and %llu more.\n", (unsigned long long)(adding->n_refused - SHOWN));
    if (adding->acknowledge) return;
    printf("Kept %s event%s in the inbox", table_count(adding->n_kept, n),
           adding->n_kept == 1 ? "" : "s");
    if (adding->n_known)
        printf("; %s came before, and count once", table_count(adding->n_known, n));
    if (adding->n_refused)
        printf("; %s line%s not taken", table_count(adding->n_refused, n),
               adding->n_refused == 1 ? " was" : "s were");
    puts(".");
}

trod_status log_add(struct cli *cli, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct adding *const adding = TROD_NEW(cli->arena, struct adding);
    TROD_TRY_ALLOC(adding, error);
    adding->cli = cli;
    adding->acknowledge = cli_flag(cli, "acknowledge");
    TROD_TRY_ALLOC(adding->arena = trod_arena_make(0), error);
    TROD_TRY_ALLOC(adding->reader = trod_json_reader_make(), error);
    TROD_TRY(workspace_folder(cli, true, &adding->folder, error));
    const struct trod_inbox_options options = {.create = true};
    TROD_TRY(trod_inbox_open(adding->folder, &options, &adding->inbox, error));
    if (cli->n_arguments == 1) TROD_TRY(read_file(adding, "-", error));
    for (size_t i = 1; i < cli->n_arguments; i++)
        TROD_TRY(read_file(adding, cli->arguments[i], error));
    say_done(adding);
done:
    if (adding) {
        trod_inbox_close(adding->inbox);
        trod_json_reader_free(adding->reader);
        trod_arena_free(adding->arena);
    }
    return status;
}
