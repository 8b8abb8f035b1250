// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_WORKBOOK_H
#define PLEDGESIM_WORKBOOK_H

#include "pledgesim/results.h"

/* report.xlsx: the results as a workbook with charts, for people who work in a spreadsheet. Its
 * figures are the cells of the CSV files, taken before they become text. */

#define PS_WORKBOOK_FILE "report.xlsx"

/* The sheets hold distribution and timeline of so many scenarios; the files hold those of all. */
enum { PS_WORKBOOK_SCENARIOS_MAX = 40 };

/* The version of libxlsxwriter; NULL when the program was built without it, and writes no workbook.
 */
const char *ps_workbook_library(void);

/* Writes the workbook of what the request holds (a run, a sweep, ...) in its language into `dir`.
 * No cell is a formula; text from the book stays text. Same bytes for the same results, language
 * and libraries. PS_IO: also when the library could not write its temporary files. PS_MEMORY. */
enum ps_status ps_workbook_write(const struct ps_results_request *request, struct ps_outdir *dir)
    PS_MUST_CHECK;

#endif
