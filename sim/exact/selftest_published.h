// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_EXACT_SELFTEST_PUBLISHED_H
#define PLEDGESIM_EXACT_SELFTEST_PUBLISHED_H

#include "pledgesim/selftest.h"

/* The figures that the exact engine alone computes. */
enum ps_status ps_selftest_published(struct ps_selftest_line *lines) PS_MUST_CHECK;

/* A figure that is not simulated. */
void ps_selftest_exact_only(struct ps_selftest_line *line, double got);

#endif
