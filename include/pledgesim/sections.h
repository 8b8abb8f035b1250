// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SECTIONS_H
#define PLEDGESIM_SECTIONS_H

#include "pledgesim/compare.h"

/* Figures that are no means of a measure, quantiles and ratios of means, and their differences on
 * the same worlds: the spread of the figure over sections of the worlds gives its error. Equation
 * (11.14) of docs/model.md. */

enum { PS_SECTIONS = 16, PS_SECTION_TILE = 32 };

/* A figure of all worlds, and of each section by itself; tile t of 32 worlds belongs to section t
 * mod 16. NaN where it is not known. */
struct ps_sections {
    double all, part[PS_SECTIONS];
};

/* x: a measure by world, PS_NOT_GIVEN is left out; room: n values, overwritten. */
void ps_sections_quantile(const int64_t *x, uint64_t n, double level, int64_t *room,
                          struct ps_sections *out);

/* mean(y) / mean(x). */
void ps_sections_ratio(const int64_t *y, const int64_t *x, uint64_t n, struct ps_sections *out);

/* Fewer worlds leave a section too little beyond its quantile. */
uint64_t ps_sections_worlds_least(double level);

/* other less base; correlation is not known. With base NULL: other itself. */
struct ps_verdict ps_sections_judge(const struct ps_sections *base, const struct ps_sections *other,
                                    size_t comparisons_n);

/* Student's law: what |t| exceeds with probability 5 %, and the probability that |t| exceeds t. */
double ps_student_reach95(double freedom);
double ps_student_two_sided(double t, double freedom);

#endif
