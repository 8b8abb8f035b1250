// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/workbook.h"

/* In place of the other workbook files where libxlsxwriter is missing. */

const char *ps_workbook_library(void)
{
    return NULL;
}

enum ps_status ps_workbook_write(const struct ps_results_request *request, struct ps_outdir *dir)
{
    (void)request;
    (void)dir;
    return PS_OK;
}
