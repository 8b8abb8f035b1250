// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SELFTEST_H
#define PLEDGESIM_SELFTEST_H

#include <stdint.h>

#include "pledgesim/status.h"

/* Published and exact figures against the exact engine and, where the simulator can run them, the
 * simulator (docs/model.md, eq. (9.19)). */

enum ps_selftest_id {
#define PS_SELFTEST(symbol, name, expected, tolerance, source_en, source_zh, en, zh)               \
    PS_SELFTEST_##symbol,
#include "pledgesim/selftest.def"
#undef PS_SELFTEST
    PS_SELFTEST_N
};

struct ps_selftest_desc {
    const char *name;
    double expected, tolerance;
    const char *source[PS_LANG_N], *doc[PS_LANG_N];
};

const struct ps_selftest_desc *ps_selftest_desc(enum ps_selftest_id id);

struct ps_selftest_line {
    double got;           /* by the exact engine */
    double simulated, se; /* NaN: not simulated; se by the exact law */
    double z;             /* of the simulated figure, NaN as above */
    int passed;
};

/* Simulated figures pass up to this |z|: by chance one in 10^9 is beyond it. */
#define PS_SELFTEST_Z 6.1

struct ps_selftest_request {
    int threads_n;
    const char *isa; /* NULL: the best kernel copy here */
};

/* Fills lines[PS_SELFTEST_N]; takes a second or two. PS_BUG when the built-in book does not load.
 */
enum ps_status ps_selftest_run(const struct ps_selftest_request *request,
                               struct ps_selftest_line *lines) PS_MUST_CHECK;

/* Whether a line agrees with what is expected; NaN never does. */
int ps_selftest_passes(const struct ps_selftest_desc *desc, const struct ps_selftest_line *line);

#endif
