// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PAGE_H
#define PLEDGESIM_PAGE_H

#include "pledgesim/outcsv.h"
#include "pledgesim/results.h"

/* report.html: one page that explains a run, a sweep or a search to people. How each part comes
 * about: docs/report.md. */

#define PS_PAGE_FILE "report.html"

/* Was the page built into this program? It is not where the build found no Node.js. */
int ps_page_available(void);

/* Can its live panel compute? Only where the build found what makes WebAssembly. */
int ps_page_has_kernel(void);

/* The page for the results of the request. A function of the book, the results, the seed and the
 * version alone. PS_MEMORY, or what the sink says. */
enum ps_status ps_page_write(const struct ps_results_request *request, struct ps_sink sink)
    PS_MUST_CHECK;

#endif
