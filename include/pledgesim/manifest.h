// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_MANIFEST_H
#define PLEDGESIM_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/columns.h"
#include "pledgesim/filesum.h"
#include "pledgesim/status.h"

/* manifest.json of a results folder: a Frictionless Data Package (specs.frictionlessdata.io, v1)
 * with what a run needs to be repeated under the key "pledgesim". It is the only result file that
 * may hold times, thread counts and the like. All strings are borrowed for the call. A text that is
 * not UTF-8 (a path can be any bytes) is kept with '?' for each byte outside ASCII. */

/* One file of the results. */
struct ps_manifest_resource {
    const struct ps_filesum *sum;
    const struct ps_result_table
        *table;          /* its columns; NULL when it is not a table of results.def */
    const char *en, *zh; /* what it is; used when table is NULL; may be NULL */
};

struct ps_manifest_source {
    const char *name; /* as the user gave it, e.g. "products.csv" */
    const char *sha256;
    uint64_t bytes_n;
};

/* A named text: a library and its version, or a resolved parameter and its value as written. */
struct ps_manifest_pair {
    const char *name, *value;
};

struct ps_manifest_timing {
    const char *name;
    double seconds; /* finite */
};

struct ps_manifest_scenario {
    const char *id;
    const struct ps_manifest_pair *parameters; /* value with its unit in the name, e.g. _wan */
    size_t parameters_n;
};

struct ps_manifest {
    const char *book;        /* the book as the user named it */
    const char *version;     /* of the program */
    const char *compiler;    /* e.g. "gcc 12.2.0" */
    const char *isa;         /* kernel copy that ran: "base", "v3", "v4" */
    const char *const *argv; /* the command */
    size_t argv_n;
    uint64_t seed; /* written as text: JSON readers lose digits above 2^53 */
    int64_t worlds_n;
    uint64_t worlds_drawn; /* sampled in all; families_n groups of scenarios shared theirs */
    uint64_t families_n;
    int threads_n;
    int64_t created_unix_s; /* seconds since 1970 UTC, year <= 9999; negative: left out */
    const struct ps_manifest_resource *resources; /* at least one */
    size_t resources_n;
    const struct ps_manifest_source *inputs;
    size_t inputs_n;
    const struct ps_manifest_scenario *scenarios;
    size_t scenarios_n;
    const struct ps_manifest_pair *libraries;
    size_t libraries_n;
    const struct ps_manifest_timing *timings;
    size_t timings_n;
};

/* Writes the JSON text (UTF-8 without BOM, keys in fixed order, LF at the end); *text is malloc'd,
 * NUL-terminated, n bytes long. PS_BUG: no resource, a needed string is NULL, a timing not finite.
 * PS_MEMORY. */
enum ps_status ps_manifest_build(const struct ps_manifest *manifest, char **text, size_t *n)
    PS_MUST_CHECK;

enum ps_manifest_kind {
    PS_MANIFEST_OURS,
    PS_MANIFEST_OTHER,     /* JSON, but of another program */
    PS_MANIFEST_UNREADABLE /* not JSON, or ours and damaged or forged */
};

/* What a manifest promises about its folder. */
struct ps_manifest_listing {
    struct ps_filesum *files;
    size_t n;
};

/* Reads the list of files. Only names fit for a results folder are taken (ps_filename_ok), so that
 * a forged manifest cannot point outside. `listing` is empty unless *kind is PS_MANIFEST_OURS;
 * PS_MEMORY. */
enum ps_status ps_manifest_read(const char *text, size_t n, struct ps_manifest_listing *listing,
                                enum ps_manifest_kind *kind) PS_MUST_CHECK;

/* The entry of a name, or NULL. */
const struct ps_filesum *ps_manifest_find(const struct ps_manifest_listing *listing,
                                          const char *name);
void ps_manifest_listing_free(struct ps_manifest_listing *listing);

#endif
