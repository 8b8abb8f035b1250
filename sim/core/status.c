// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/status.h"

struct status_row {
    int exit_code;
    const char *text[PS_LANG_N];
};

static const struct status_row ROWS[PS_STATUS_N] = {
#define PS_STATUS(symbol, code, en, zh)                                                            \
    [symbol] = {.exit_code = (code), .text = {[PS_LANG_ZH] = (zh), [PS_LANG_EN] = (en)}},
#include "pledgesim/status.def"
#undef PS_STATUS
};

int ps_status_exit_code(enum ps_status status)
{
    return ROWS[status].exit_code;
}

const char *ps_status_text(enum ps_status status, enum ps_lang lang)
{
    return ROWS[status].text[lang];
}

enum ps_status ps_status_raise(enum ps_status status)
{
    return status;
}
