// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_STATUS_H
#define PLEDGESIM_STATUS_H

#define PS_MUST_CHECK __attribute__((warn_unused_result))

enum ps_lang { PS_LANG_ZH, PS_LANG_EN, PS_LANG_N };

/* What a fallible call can come to. Every value has an exit code and a text in both languages. */
enum ps_status {
#define PS_STATUS(symbol, exit_code, en, zh) symbol,
#include "pledgesim/status.def"
#undef PS_STATUS
    PS_STATUS_N
};

/* The process exit code of a status (interface: 0, 1, 2, 3, 4, 5, 6, 70, 130, 143). */
int ps_status_exit_code(enum ps_status status);

/* The status in words; never NULL, static storage. */
const char *ps_status_text(enum ps_status status, enum ps_lang lang);

/* Raises an error: every failure passes through here, so one breakpoint catches all. */
enum ps_status ps_status_raise(enum ps_status status);

#endif
