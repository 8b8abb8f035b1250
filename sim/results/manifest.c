// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "pledgesim/manifest.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

/* jansson hands NULL on: a value that could not be made makes the call that takes it fail, and that
 * call frees what it was given. So one flag holds the outcome of the whole build. */
struct builder {
    int bug;         /* the caller broke the contract */
    int no_memory;   /* any jansson call failed */
    int has_summary; /* summary.csv is among the resources */
};

static void set(struct builder *b, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        b->no_memory = 1;
}

static void append(struct builder *b, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        b->no_memory = 1;
}

static int is_utf8(const char *bytes)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes;
    while (*at) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t n = utf8proc_iterate(at, -1, &code_point);
        if (n < 1)
            return 0;
        at += n;
    }
    return 1;
}

static json_t *ascii_only(const char *bytes)
{
    size_t n = strlen(bytes);
    char *copy = malloc(n + 1);
    if (!copy)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        copy[i] = (unsigned char)bytes[i] < 0x80 ? bytes[i] : '?';
    json_t *value = json_string(copy);
    free(copy);
    return value;
}

static json_t *string(struct builder *b, const char *bytes)
{
    if (!bytes) {
        b->bug = 1;
        return NULL;
    }
    return is_utf8(bytes) ? json_string(bytes) : ascii_only(bytes);
}

static json_t *count(struct builder *b, uint64_t n)
{
    if (n > INT64_MAX)
        b->bug = 1;
    return json_integer((json_int_t)n);
}

static json_t *sha_text(struct builder *b, const char *sha256)
{
    char hash[sizeof "sha256:" + PS_SHA256_HEX_SIZE];
    if (!sha256 || !ps_sha256_hex_ok(sha256)) {
        b->bug = 1;
        return NULL;
    }
    (void)snprintf(hash, sizeof hash, "sha256:%s", sha256);
    return json_string(hash);
}

static json_t *dialect(struct builder *b)
{
    json_t *object = json_object();
    set(b, object, "csvddfVersion", json_real(1.2));
    set(b, object, "delimiter", json_string(","));
    set(b, object, "lineTerminator", json_string("\r\n"));
    set(b, object, "quoteChar", json_string("\""));
    set(b, object, "doubleQuote", json_true());
    set(b, object, "skipInitialSpace", json_false());
    set(b, object, "header", json_true());
    return object;
}

/* Each scenario of a table is a row of summary.csv, when that is in the package. */
static json_t *foreign_keys(struct builder *b)
{
    json_t *array = json_array();
    json_t *key = json_object();
    json_t *reference = json_object();
    set(b, reference, "resource", json_string("summary"));
    set(b, reference, "fields", json_string("scenario_id"));
    set(b, key, "fields", json_string("scenario_id"));
    set(b, key, "reference", reference);
    append(b, array, key);
    return array;
}

static void set_keys(struct builder *b, json_t *object, const struct ps_result_table *table)
{
    json_t *key = json_array();
    for (const char *p = table->key; *p != '\0';) {
        const size_t n = strcspn(p, " ");
        append(b, key, json_stringn(p, n));
        p += n + strspn(p + n, " ");
    }
    const int has_key = json_array_size(key) > 0;
    if (has_key)
        set(b, object, "primaryKey", key);
    else
        json_decref(key);
    if (b->has_summary && strcmp(table->name, "summary") != 0 &&
        strcmp(table->columns[0].name, "scenario_id") == 0)
        set(b, object, "foreignKeys", foreign_keys(b));
}

static json_t *schema(struct builder *b, const struct ps_result_table *table)
{
    json_t *object = json_object();
    json_t *fields = json_array();
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct ps_column *column = &table->columns[i];
        json_t *field = json_object();
        set(b, field, "name", string(b, column->name));
        set(b, field, "type", json_string(ps_column_type_name(column->type)));
        if (column->unit[0] != '\0')
            set(b, field, "unit", string(b, column->unit));
        set(b, field, "description", string(b, column->en));
        set(b, field, "description_zh", string(b, column->zh));
        append(b, fields, field);
    }
    set(b, object, "fields", fields);
    json_t *missing = json_array();
    append(b, missing, json_string(""));
    set(b, object, "missingValues", missing);
    set_keys(b, object, table);
    return object;
}

/* A resource name is lower case. */
static json_t *resource_name(struct builder *b, const char *file)
{
    char name[PS_FILENAME_MAX + 1];
    size_t n = strnlen(file, PS_FILENAME_MAX);
    for (size_t i = 0; i < n; i++)
        name[i] = file[i] >= 'A' && file[i] <= 'Z' ? (char)(file[i] - 'A' + 'a') : file[i];
    name[n] = '\0';
    return string(b, name);
}

static json_t *resource(struct builder *b, const struct ps_manifest_resource *r)
{
    json_t *object = json_object();
    if (!r->sum || !ps_filename_ok(r->sum->name)) {
        b->bug = 1;
        return object;
    }
    const char *en = r->table ? r->table->en : r->en;
    const char *zh = r->table ? r->table->zh : r->zh;
    set(b, object, "name", r->table ? string(b, r->table->name) : resource_name(b, r->sum->name));
    set(b, object, "path", string(b, r->sum->name));
    set(b, object, "profile", json_string(r->table ? "tabular-data-resource" : "data-resource"));
    if (en)
        set(b, object, "description", string(b, en));
    if (zh)
        set(b, object, "description_zh", string(b, zh));
    set(b, object, "bytes", count(b, r->sum->bytes_n));
    set(b, object, "hash", sha_text(b, r->sum->sha256));
    if (r->table) {
        set(b, object, "format", json_string("csv"));
        set(b, object, "mediatype", json_string("text/csv"));
        set(b, object, "encoding", json_string("utf-8"));
        set(b, object, "dialect", dialect(b));
        set(b, object, "schema", schema(b, r->table));
    }
    return object;
}

static json_t *inputs(struct builder *b, const struct ps_manifest *m)
{
    json_t *array = json_array();
    for (size_t i = 0; i < m->inputs_n; i++) {
        json_t *input = json_object();
        set(b, input, "name", string(b, m->inputs[i].name));
        set(b, input, "bytes", count(b, m->inputs[i].bytes_n));
        set(b, input, "hash", sha_text(b, m->inputs[i].sha256));
        append(b, array, input);
    }
    return array;
}

static json_t *pairs(struct builder *b, const struct ps_manifest_pair *pair, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *object = json_object();
        set(b, object, "name", string(b, pair[i].name));
        set(b, object, "value", string(b, pair[i].value));
        append(b, array, object);
    }
    return array;
}

static json_t *libraries(struct builder *b, const struct ps_manifest *m)
{
    json_t *array = json_array();
    for (size_t i = 0; i < m->libraries_n; i++) {
        json_t *library = json_object();
        set(b, library, "name", string(b, m->libraries[i].name));
        set(b, library, "version", string(b, m->libraries[i].value));
        append(b, array, library);
    }
    return array;
}

static json_t *scenarios(struct builder *b, const struct ps_manifest *m)
{
    json_t *array = json_array();
    for (size_t i = 0; i < m->scenarios_n; i++) {
        const struct ps_manifest_scenario *scenario = &m->scenarios[i];
        json_t *object = json_object();
        set(b, object, "scenario_id", string(b, scenario->id));
        set(b, object, "parameters", pairs(b, scenario->parameters, scenario->parameters_n));
        append(b, array, object);
    }
    return array;
}

static json_t *timings(struct builder *b, const struct ps_manifest *m)
{
    json_t *array = json_array();
    for (size_t i = 0; i < m->timings_n; i++) {
        json_t *timing = json_object();
        if (!isfinite(m->timings[i].seconds))
            b->bug = 1;
        else
            set(b, timing, "seconds", json_real(m->timings[i].seconds));
        set(b, timing, "name", string(b, m->timings[i].name));
        append(b, array, timing);
    }
    return array;
}

static json_t *command(struct builder *b, const struct ps_manifest *m)
{
    json_t *array = json_array();
    for (size_t i = 0; i < m->argv_n; i++)
        append(b, array, string(b, m->argv[i]));
    return array;
}

static json_t *own_part(struct builder *b, const struct ps_manifest *m)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, m->seed);
    json_t *own = json_object();
    set(b, own, "format", json_integer(1));
    set(b, own, "version", string(b, m->version));
    set(b, own, "book", string(b, m->book));
    set(b, own, "seed", json_string(seed));
    set(b, own, "worlds", json_integer(m->worlds_n));
    set(b, own, "worlds_drawn", count(b, m->worlds_drawn));
    set(b, own, "families", count(b, m->families_n));
    set(b, own, "inputs", inputs(b, m));
    set(b, own, "scenarios", scenarios(b, m));
    set(b, own, "command", command(b, m));
    set(b, own, "threads", json_integer(m->threads_n));
    set(b, own, "isa", string(b, m->isa));
    set(b, own, "compiler", string(b, m->compiler));
    set(b, own, "libraries", libraries(b, m));
    set(b, own, "timings", timings(b, m));
    return own;
}

static void set_created(struct builder *b, json_t *root, int64_t unix_s)
{
    char stamp[64];
    struct tm utc;
    time_t t = (time_t)unix_s;
    if (unix_s < 0)
        return;
    if (unix_s > INT64_C(253402300799) || !gmtime_r(&t, &utc) ||
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        b->bug = 1;
        return;
    }
    set(b, root, "created", json_string(stamp));
}

static json_t *package(struct builder *b, const struct ps_manifest *m)
{
    json_t *root = json_object();
    json_t *resources = json_array();
    int all_tables = 1;
    if (m->resources_n == 0)
        b->bug = 1;
    for (size_t i = 0; i < m->resources_n; i++) {
        const struct ps_result_table *table = m->resources[i].table;
        all_tables = all_tables && table != NULL;
        b->has_summary |= table != NULL && strcmp(table->name, "summary") == 0;
    }
    for (size_t i = 0; i < m->resources_n; i++) {
        append(b, resources, resource(b, &m->resources[i]));
    }
    /* The tabular profile allows nothing but tables; a report beside them makes it a plain one. */
    set(b, root, "profile", json_string(all_tables ? "tabular-data-package" : "data-package"));
    set(b, root, "name", json_string("pledgesim-results"));
    set(b, root, "title", json_string("pledgesim results / pledgesim 结果"));
    set_created(b, root, m->created_unix_s);
    set(b, root, "resources", resources);
    set(b, root, "pledgesim", own_part(b, m));
    return root;
}

/* The JSON text and a line end, malloc'd. Into a buffer of known size, for json_dumps of
 * jansson 2.14 leaves a key out when its own buffer cannot grow, and reports success. */
static char *dump(const json_t *root, size_t *n)
{
    /* Ten digits are enough for seconds; digests and sizes are no reals. */
    const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(10);
    size_t size = json_dumpb(root, NULL, 0, flags);
    char *text = size > 0 ? malloc(size + 2) : NULL;
    if (!text)
        return NULL;
    if (json_dumpb(root, text, size, flags) != size) {
        free(text);
        return NULL;
    }
    memcpy(text + size, "\n", 2);
    *n = size + 1;
    return text;
}

enum ps_status ps_manifest_build(const struct ps_manifest *manifest, char **text, size_t *n)
{
    struct builder b = {0};
    *text = NULL;
    *n = 0;
    json_t *root = package(&b, manifest);
    if (!b.bug && !b.no_memory)
        *text = dump(root, n);
    json_decref(root);
    if (b.bug)
        return ps_status_raise(PS_BUG);
    return *text ? PS_OK : ps_status_raise(PS_MEMORY);
}

/* 0: not an entry that this program would have written. */
static int take_resource(const json_t *resource, struct ps_filesum *sum)
{
    static const char PREFIX[] = "sha256:";
    const size_t prefix_n = sizeof PREFIX - 1;
    const char *path = json_string_value(json_object_get(resource, "path"));
    const char *hash = json_string_value(json_object_get(resource, "hash"));
    const json_t *bytes = json_object_get(resource, "bytes");
    if (!path || !ps_filename_ok(path) || strcmp(path, "manifest.json") == 0)
        return 0;
    if (!hash || strncmp(hash, PREFIX, prefix_n) != 0 || !ps_sha256_hex_ok(hash + prefix_n))
        return 0;
    if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
        return 0;
    (void)snprintf(sum->name, sizeof sum->name, "%s", path);
    (void)snprintf(sum->sha256, sizeof sum->sha256, "%s", hash + prefix_n);
    sum->bytes_n = (uint64_t)json_integer_value(bytes);
    return 1;
}

static enum ps_status take_resources(const json_t *resources, struct ps_manifest_listing *listing,
                                     enum ps_manifest_kind *kind)
{
    size_t n = json_array_size(resources);
    *kind = PS_MANIFEST_UNREADABLE;
    if (n == 0)
        return PS_OK;
    listing->files = calloc(n, sizeof *listing->files);
    if (!listing->files)
        return ps_status_raise(PS_MEMORY);
    for (size_t i = 0; i < n; i++)
        if (!take_resource(json_array_get(resources, i), &listing->files[i]))
            return PS_OK;
    listing->n = n;
    *kind = PS_MANIFEST_OURS;
    return PS_OK;
}

enum ps_status ps_manifest_read(const char *bytes, size_t n, struct ps_manifest_listing *listing,
                                enum ps_manifest_kind *kind)
{
    enum ps_status status = PS_OK;
    json_error_t error;
    *listing = (struct ps_manifest_listing){0};
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        *kind = PS_MANIFEST_UNREADABLE;
        if (json_error_code(&error) == json_error_out_of_memory)
            status = ps_status_raise(PS_MEMORY);
    } else if (!json_is_object(json_object_get(root, "pledgesim"))) {
        *kind = PS_MANIFEST_OTHER;
    } else {
        status = take_resources(json_object_get(root, "resources"), listing, kind);
    }
    json_decref(root);
    if (status != PS_OK || *kind != PS_MANIFEST_OURS)
        ps_manifest_listing_free(listing);
    return status;
}

const struct ps_filesum *ps_manifest_find(const struct ps_manifest_listing *listing,
                                          const char *name)
{
    for (size_t i = 0; i < listing->n; i++)
        if (strcmp(listing->files[i].name, name) == 0)
            return &listing->files[i];
    return NULL;
}

void ps_manifest_listing_free(struct ps_manifest_listing *listing)
{
    free(listing->files);
    *listing = (struct ps_manifest_listing){0};
}
