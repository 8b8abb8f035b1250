// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_JOURNAL_H
#define PLEDGESIM_RESULTS_JOURNAL_H

#include "outio.h"

/* The list of what a commit does, kept in the folder as ".commit" while it is done. Private to
 * sim/results. Text, one step a line:
 *     pledgesim-commit 1
 *     put <sha256> <bytes> <name>     the temporary file of <name> becomes <name>
 *     drop <name>                     a file of the old set goes
 *     end <sha256 of all lines above> */

#define PS_JOURNAL_NAME ".commit"
#define PS_JOURNAL_TEMP ".commit.new"

struct ps_journal_put {
    struct ps_filesum sum;
    int pending; /* the file has not its name yet */
};

struct ps_journal_drop {
    char name[PS_FILENAME_MAX + 1];
};

struct ps_journal {
    struct ps_journal_put *puts;
    size_t puts_n;
    struct ps_journal_drop *drops;
    size_t drops_n;
};

enum ps_status ps_journal_add_put(struct ps_journal *journal, const struct ps_filesum *sum)
    PS_MUST_CHECK;
enum ps_status ps_journal_add_drop(struct ps_journal *journal, const char *name) PS_MUST_CHECK;
void ps_journal_free(struct ps_journal *journal);

/* malloc'd text of n bytes; NULL when memory is out. */
char *ps_journal_format(const struct ps_journal *journal, size_t *n);

/* *valid 0: not a whole journal of this format. The text is consumed (cut into words). */
enum ps_status ps_journal_parse(char *text, size_t n, struct ps_journal *journal, int *valid)
    PS_MUST_CHECK;

/* Marks which puts are pending, by the bytes on disk. *valid 0: the bytes of a put are neither
 * under its temporary nor under its own name. */
enum ps_status ps_journal_check(struct ps_journal *journal, struct ps_outio *io, int *valid)
    PS_MUST_CHECK;

/* Does the pending puts and the drops, then removes the journal; all durable on return. */
enum ps_status ps_journal_apply(const struct ps_journal *journal, struct ps_outio *io)
    PS_MUST_CHECK;

#endif
