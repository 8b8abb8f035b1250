// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "pledgesim/folders.h"
#include "pledgesim/textfile.h"

static void copy(char *to, size_t n, const json_t *text)
{
    const char *from = json_string_value(text);
    (void)snprintf(to, n, "%s", from == NULL ? "" : from);
}

/* The checksum that the manifest has for a file; NULL when it does not list it. */
static const char *hash_of(const json_t *root, const char *file)
{
    static const char PREFIX[] = "sha256:";
    size_t i;
    json_t *resource;
    json_array_foreach(json_object_get(root, "resources"), i, resource)
    {
        const char *path = json_string_value(json_object_get(resource, "path"));
        const char *hash = json_string_value(json_object_get(resource, "hash"));
        if (path != NULL && hash != NULL && strcmp(path, file) == 0 &&
            strncmp(hash, PREFIX, sizeof PREFIX - 1) == 0) {
            return hash + sizeof PREFIX - 1;
        }
    }
    return NULL;
}

/* Reads a file that the manifest lists, and holds it against its checksum. */
static enum ps_status read_listed(const char *folder, const char *file, const json_t *root,
                                  struct ps_csv *csv, enum ps_folder_error *error)
{
    char path[4096];
    struct ps_diags diags = {0};
    const char *const hash = hash_of(root, file);
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    enum ps_status status = ps_csv_read(path, file, &diags, csv);
    ps_diags_free(&diags);
    if (status == PS_MEMORY) {
        return status;
    }
    if (status != PS_OK || hash == NULL || strcmp(hash, csv->sha256) != 0) {
        *error = PS_FOLDER_DAMAGED;
        return ps_status_raise(PS_INPUT);
    }
    return PS_OK;
}

static json_t *read_manifest(const char *folder)
{
    char path[4096];
    struct ps_diags diags = {0};
    struct ps_bytes bytes = {0};
    json_t *root = NULL;
    (void)snprintf(path, sizeof path, "%s/manifest.json", folder);
    if (ps_file_read(path, "manifest.json", &diags, &bytes) == PS_OK) {
        root = json_loadb(bytes.data, bytes.n, 0, NULL);
    }
    ps_bytes_free(&bytes);
    ps_diags_free(&diags);
    return root;
}

enum ps_status ps_folder_open(const char *path, struct ps_folder *out, enum ps_folder_error *error)
{
    json_t *const root = read_manifest(path);
    const json_t *const own = json_object_get(root, "pledgesim");
    enum ps_status status = PS_OK;
    *error = PS_FOLDER_OK;
    copy(out->version, sizeof out->version, json_object_get(own, "version"));
    copy(out->seed, sizeof out->seed, json_object_get(own, "seed"));
    copy(out->book, sizeof out->book, json_object_get(own, "book"));
    if (*out->version == '\0' || *out->seed == '\0') {
        *error = PS_FOLDER_NO_MANIFEST;
    } else if (hash_of(root, "metrics.csv") == NULL) {
        *error = PS_FOLDER_NO_RUN;
    }
    if (*error != PS_FOLDER_OK) {
        status = ps_status_raise(PS_INPUT);
    }
    if (status == PS_OK) {
        status = read_listed(path, "metrics.csv", root, &out->metrics, error);
    }
    if (status == PS_OK && hash_of(root, "batches.csv") != NULL) {
        status = read_listed(path, "batches.csv", root, &out->batches, error);
    }
    json_decref(root);
    return status;
}

void ps_folder_close(struct ps_folder *folder)
{
    ps_csv_free(&folder->metrics);
    ps_csv_free(&folder->batches);
}

/* Rows of one scenario stand together. */
const char *ps_folder_scenario(const struct ps_folder *folder, size_t i)
{
    const char *last = "";
    for (size_t r = 0; r < folder->metrics.rows_n; r++) {
        const char *id = folder->metrics.rows[r].cells[0].text;
        if (strcmp(id, last) != 0 && i-- == 0) {
            return id;
        }
        last = id;
    }
    return NULL;
}

int ps_folder_has(const struct ps_folder *folder, const char *id)
{
    const char *known;
    for (size_t i = 0; (known = ps_folder_scenario(folder, i)) != NULL; i++) {
        if (strcmp(known, id) == 0) {
            return 1;
        }
    }
    return 0;
}
