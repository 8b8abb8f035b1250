// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_FOLDERS_H
#define PLEDGESIM_FOLDERS_H

#include "pledgesim/compare.h"
#include "pledgesim/csv.h"

/* Results folders of `run`, read back and compared, eq. (11.12). */

enum ps_folder_error {
    PS_FOLDER_OK,
    PS_FOLDER_NO_MANIFEST, /* no manifest.json, or it is none of this program's */
    PS_FOLDER_NO_RUN,      /* results of another command */
    PS_FOLDER_DAMAGED      /* a file is missing or is not what the manifest says */
};

/* What is read of a folder. Zero-initialise. */
struct ps_folder {
    char version[32], seed[32], book[128];
    struct ps_csv metrics;
    struct ps_csv batches; /* of older versions without: no rows */
};

/* PS_INPUT with *error set; PS_MEMORY. Free it also after failure. */
enum ps_status ps_folder_open(const char *path, struct ps_folder *out, enum ps_folder_error *error)
    PS_MUST_CHECK;
void ps_folder_close(struct ps_folder *folder);

/* The i-th scenario's id, borrowed; NULL when there are no more. */
const char *ps_folder_scenario(const struct ps_folder *folder, size_t i);
int ps_folder_has(const struct ps_folder *folder, const char *id);

enum ps_pairing {
    PS_PAIRED,  /* the same worlds: pairs of batches */
    PS_BOUNDED, /* the same worlds, but no pairs to be had: whatever hangs together, at most this */
    PS_UNPAIRED /* other worlds: errors are independent */
};

/* One measure of a scenario of `base` and of one of `other`. NaN where a folder lacks it. */
struct ps_folder_difference {
    enum ps_pairing pairing;
    double base, other; /* means, in the measure's unit of the files */
    uint64_t worlds_n;  /* the fewer of both */
    struct ps_verdict verdict;
};

struct ps_folder_difference ps_folders_compare(const struct ps_folder *base, const char *base_id,
                                               const struct ps_folder *other, const char *other_id,
                                               enum ps_measure measure, size_t comparisons_n);

#endif
