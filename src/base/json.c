/* Writing JSON, and the look of numbers. A number is the shortest text that reads back as the
 * same double, laid out as people write it: without an exponent from 1e-7 up to 1e21. */
#include "trod/base/json.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"

static bool on_one_line(const struct trod_json_writer *json) {
    return json->compact || (json->flat && json->depth >= json->flat);
}

static void new_line(struct trod_json_writer *json) {
    trod_buf_byte(json->out, '\n');
    trod_buf_repeat(json->out, ' ', 2 * (size_t)json->depth);
}

/* What stands between the last thing written and the next value or key. */
static void separate(struct trod_json_writer *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->comma) trod_buf_byte(json->out, ',');
    if (json->depth && !on_one_line(json))
        new_line(json);
    else if (json->comma && !json->compact)
        trod_buf_byte(json->out, ' ');
    json->comma = true;
}

static void begin(struct trod_json_writer *json, char bracket) {
    separate(json);
    trod_buf_byte(json->out, bracket);
    json->depth++;
    json->comma = false;
}

static void end(struct trod_json_writer *json, char bracket) {
    CHECK(json->depth > 0);
    const bool empty = !json->comma;
    const bool one_line = on_one_line(json);
    json->depth--;
    if (json->flat > json->depth) json->flat = 0;
    if (!empty && !one_line) new_line(json);
    trod_buf_byte(json->out, bracket);
    json->comma = true;
    json->after_key = false;
}

void trod_json_object(struct trod_json_writer *json) {
    begin(json, '{');
}

void trod_json_end_object(struct trod_json_writer *json) {
    end(json, '}');
}

void trod_json_array(struct trod_json_writer *json) {
    begin(json, '[');
}

void trod_json_end_array(struct trod_json_writer *json) {
    end(json, ']');
}

void trod_json_flat(struct trod_json_writer *json) {
    if (!json->flat) json->flat = json->depth + 1;
}

static void write_text(struct trod_buf *out, trod_str text) {
    static const char HEX[] = "0123456789abcdef";
    trod_buf_byte(out, '"');
    size_t plain = 0; /* begin of what is copied as it is */
    for (size_t i = 0; i < text.n;) {
        const size_t begin_at = i;
        const unsigned char byte = (unsigned char)text.at[i];
        const char *replaced = NULL;
        char escape[7] = "\\u00";
        if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
            i++;
            continue;
        }
        const int32_t c = trod_str_next(text, &i);
        if (c == 0xfffd && i - begin_at == 1)
            replaced = "\xef\xbf\xbd";
        else if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        else if (c == '"' || c == '\\')
            replaced = c == '"' ? "\\\"" : "\\\\";
        else if (c == '\n' || c == '\t' || c == '\r')
            replaced = c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
        else {
            escape[4] = HEX[c >> 4];
            escape[5] = HEX[c & 15];
            escape[6] = '\0';
            replaced = escape;
        }
        trod_buf_add(out, trod_str_slice(text, plain, begin_at));
        trod_buf_adds(out, replaced);
        plain = i;
    }
    trod_buf_add(out, trod_str_slice(text, plain, text.n));
    trod_buf_byte(out, '"');
}

void trod_json_key_str(struct trod_json_writer *json, trod_str key) {
    separate(json);
    write_text(json->out, key);
    trod_buf_adds(json->out, json->compact ? ":" : ": ");
    json->after_key = true;
}

void trod_json_key(struct trod_json_writer *json, const char *key) {
    trod_json_key_str(json, trod_str_of(key));
}

void trod_json_str(struct trod_json_writer *json, trod_str value) {
    if (!value.at) {
        trod_json_null(json);
        return;
    }
    separate(json);
    write_text(json->out, value);
}

void trod_json_text(struct trod_json_writer *json, const char *value) {
    trod_json_str(json, trod_str_of(value));
}

static void write_whole(struct trod_json_writer *json, bool negative, uint64_t size) {
    char digits[24];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + size % 10);
    while (size /= 10);
    if (negative) digits[--at] = '-';
    separate(json);
    trod_buf_add(json->out, (trod_str){digits + at, sizeof digits - at});
}

void trod_json_int(struct trod_json_writer *json, int64_t value) {
    write_whole(json, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void trod_json_uint(struct trod_json_writer *json, uint64_t value) {
    write_whole(json, false, value);
}

void trod_json_number(struct trod_json_writer *json, double value) {
    if (!isfinite(value)) {
        trod_json_null(json);
        return;
    }
    char at[32];
    separate(json);
    trod_buf_adds(json->out, trod_number_write(value, at));
}

void trod_json_bool(struct trod_json_writer *json, bool value) {
    separate(json);
    trod_buf_adds(json->out, value ? "true" : "false");
}

void trod_json_null(struct trod_json_writer *json) {
    separate(json);
    trod_buf_adds(json->out, "null");
}

/* Lays out `n` digits whose first stands for 10^power; returns the end. */
static char *lay_out(char *at, const char *digits, int n, int power) {
    if (power < -7 || power > 20) { /* 1.25e-9 */
        *at++ = digits[0];
        if (n > 1) {
            *at++ = '.';
            memcpy(at, digits + 1, (size_t)n - 1);
            at += n - 1;
        }
        return at + snprintf(at, sizeof "e-2147483648", "e%d", power);
    }
    if (power < 0) { /* 0.00125 */
        memcpy(at, "0.0000000", 9);
        at += 1 - power;
        memcpy(at, digits, (size_t)n);
        return at + n;
    }
    for (int i = 0; i <= power || i < n; i++) {
        if (i == power + 1) *at++ = '.';
        *at++ = i < n ? digits[i] : '0';
    }
    return at;
}

const char *trod_number_write(double value, char at[32]) {
    if (!isfinite(value)) return memcpy(at, "null", sizeof "null");
    if (value == 0) return memcpy(at, "0", sizeof "0");
    char *to = at;
    if (value < 0) *to++ = '-';
    const double size = fabs(value);
    if (size < 0x1p53 && size == floor(size)) {
        snprintf(to, sizeof "9223372036854775807", "%lld", (long long)size);
        return at;
    }
    char digits[32];
    int power = 0;
    const int n = base_number_digits(size, digits, &power);
    *lay_out(to, digits, n, power) = '\0';
    return at;
}

void trod_json_value(struct trod_json_writer *json, const struct trod_json *value) {
    switch (value->kind) {
    case TROD_JSON_NULL:
        trod_json_null(json);
        break;
    case TROD_JSON_BOOL:
        trod_json_bool(json, value->boolean);
        break;
    case TROD_JSON_NUMBER:
        if (value->whole)
            trod_json_int(json, value->integer);
        else
            trod_json_number(json, value->number);
        break;
    case TROD_JSON_TEXT:
        trod_json_str(json, value->text);
        break;
    case TROD_JSON_ARRAY:
        trod_json_array(json);
        for (const struct trod_json *child = value->first; child; child = child->next)
            trod_json_value(json, child);
        trod_json_end_array(json);
        break;
    case TROD_JSON_OBJECT:
        trod_json_object(json);
        for (const struct trod_json *child = value->first; child; child = child->next) {
            trod_json_key_str(json, child->key);
            trod_json_value(json, child);
        }
        trod_json_end_object(json);
        break;
    }
}
