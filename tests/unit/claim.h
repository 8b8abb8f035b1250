// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TEST_CLAIM_H
#define PLEDGESIM_TEST_CLAIM_H

#include <stdint.h>

/* The numbers behind docs/verification.md. Each call prints one line on standard output,
 *     held: <what and the number>     or     power: <wrong model and the number>
 * and then fails the running test if the number is not what it must be. tools/generate-verification
 * puts the lines of a test into the row that names it. A number must be the same on every machine:
 * of rounding errors, which depend on the C library, only the bound is printed. */

/* A statistical test: the right model has a p-value of at least PS_ORACLE_ALPHA ... */
void ps_claim_p(const char *what, double p_value);
/* ... and the same data give a stated wrong one less. */
void ps_power_p(const char *wrong, double p_value);

/* |got| <= bound, for numbers well above rounding errors; the wrong model exceeds it. */
void ps_claim_within(const char *what, double got, double bound);
void ps_power_beyond(const char *wrong, double got, double bound);

/* |got| <= bound, where got is rounding and stays unsaid. */
void ps_claim_rounding(const char *what, double got, double bound);

/* So many comparisons, no difference in any. */
void ps_claim_equal(const char *what, uint64_t compared, uint64_t different);

#endif
