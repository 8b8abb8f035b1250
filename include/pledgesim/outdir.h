// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_OUTDIR_H
#define PLEDGESIM_OUTDIR_H

#include <stddef.h>

#include "pledgesim/filesum.h"
#include "pledgesim/status.h"

/* A results folder as one durable transaction: a crash, a power cut or a full disk at any moment
 * leaves either the old complete set of files or the new complete set. How: see outdir.c.
 *
 * Use: open; file, write, close for each file; commit with the manifest; free. One thread at a
 * time. Names are plain file names (ps_filename_ok). */

/* What was being tried; also the steps that a hook sees. */
enum ps_outop {
#define PS_OUTOP(symbol, en, zh) symbol,
#define PS_OUTREASON(symbol, en, zh, hint_en, hint_zh)
#include "pledgesim/outerror.def"
#undef PS_OUTREASON
#undef PS_OUTOP
    PS_OUTOP_N
};

enum ps_outreason {
#define PS_OUTOP(symbol, en, zh)
#define PS_OUTREASON(symbol, en, zh, hint_en, hint_zh) symbol,
#include "pledgesim/outerror.def"
#undef PS_OUTREASON
#undef PS_OUTOP
    PS_OUTREASON_N
};

#define PS_OUTPATH_SIZE 1024

/* The first failure of a transaction. */
struct ps_outerror {
    enum ps_status status; /* PS_OK: nothing failed */
    enum ps_outreason reason;
    enum ps_outop op; /* with PS_OUT_SYSTEM: what was tried */
    int errno_value;  /* with PS_OUT_SYSTEM: why it failed */
    int unfinished;   /* the new set is safe on disk, but not all of it has its name yet */
    char path[PS_OUTPATH_SIZE]; /* cut when longer */
};

/* The failure as one line without its end, and what the user can do about it ("" when nothing).
 * malloc'd, NULL when memory is out. Control characters of the path are shown as '?'. */
char *ps_outerror_text(const struct ps_outerror *err, enum ps_lang lang);
char *ps_outerror_hint(const struct ps_outerror *err, enum ps_lang lang);

/* For tests of faults: called before each step. It may end the process, return an errno value as
 * which the step then fails, or return 0 to let it happen. Before a write it may lower *n, to make
 * the write a short one; otherwise n is NULL. The program passes no hook. */
struct ps_outhook {
    int (*before)(void *context, enum ps_outop op, const char *name, size_t *n);
    void *context;
};

struct ps_outdir;
struct ps_outfile;

/* Opens the folder `path` for a new set of results; makes it and its parents when missing. Takes
 * its lock, finishes a commit that a crash cut short, clears leftovers of broken runs. Visible
 * files stay as they are until the commit. err: filled by the first failure of any call on the
 * folder; must live as long as *out. hook: NULL but in tests; must live as long as *out. PS_LOCKED:
 * another run holds the folder. PS_IO: not writable, or it holds files that are not results of this
 * program. PS_MEMORY. On failure *out is NULL and nothing is left behind. */
enum ps_status ps_outdir_open(const char *path, const struct ps_outhook *hook,
                              struct ps_outdir **out, struct ps_outerror *err) PS_MUST_CHECK;

/* Begins a file of the new set; *file belongs to the folder. PS_BUG: name not fit for a file,
 * "manifest.json", or given twice. PS_IO: also when a file of that name is there which no earlier
 * run of this program wrote. */
enum ps_status ps_outdir_file(struct ps_outdir *dir, const char *name, struct ps_outfile **file)
    PS_MUST_CHECK;

/* Appends bytes (buffered). After a failure each later call returns the same status. */
enum ps_status ps_outfile_write(struct ps_outfile *file, const void *data, size_t n) PS_MUST_CHECK;

/* Writes out, syncs and closes. `file` stays valid until ps_outdir_free, for ps_outdir_sum only. */
enum ps_status ps_outfile_close(struct ps_outfile *file) PS_MUST_CHECK;

/* Size and digest of the closed files in the order of their making, for the manifest. */
size_t ps_outdir_files_n(const struct ps_outdir *dir);
const struct ps_filesum *ps_outdir_sum(const struct ps_outdir *dir, size_t i);

/* Makes the new set the visible one, with `manifest` as manifest.json, and removes what only the
 * old set had. When it returns PS_OK the new set outlives a power cut. When it fails, the old set
 * stands, or (err->unfinished) the next open, recover or verify completes the new one. */
enum ps_status ps_outdir_commit(struct ps_outdir *dir, const void *manifest, size_t n)
    PS_MUST_CHECK;

/* Gives the new set up: removes its temporary files, and the folder if this run made it. The old
 * set stands. Does nothing after a commit. */
void ps_outdir_abort(struct ps_outdir *dir);

/* Aborts unless committed, releases the lock. NULL is allowed. */
void ps_outdir_free(struct ps_outdir *dir);

/* For whoever reads the folder: completes a commit that a crash cut short. Touches nothing, and
 * needs no right to write, when there is none. PS_LOCKED: a run is at it now. */
enum ps_status ps_outdir_recover(const char *path, const struct ps_outhook *hook,
                                 struct ps_outerror *err) PS_MUST_CHECK;

/* Recovers, then checks each file against size and digest in manifest.json. PS_INPUT: no results
 * of this program there, or a file is missing or changed (err->path names it). */
enum ps_status ps_outdir_verify(const char *path, struct ps_outerror *err) PS_MUST_CHECK;

#endif
