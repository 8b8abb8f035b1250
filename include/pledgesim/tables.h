// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_TABLES_H
#define PLEDGESIM_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "pledgesim/status.h"

/* The typed rows of a book and the descriptors of their columns, both expanded from tables.def. */

enum { PS_ID_BYTES = 128, PS_LABEL_BYTES = 192 };

/* "Not given" in an optional integer or money cell; an optional real or fraction uses NAN and an
 * optional id or text the empty string. Only columns whose default is "-" may hold it. */
#define PS_NOT_GIVEN INT64_MIN

enum ps_table {
#define PS_TABLE(table, min_rows, en, zh) PS_TABLE_##table,
#define PS_COL(table, field, kind, column, lowest, highest, preset, scope, mark, en, zh)
#define PS_END(table)
#include "pledgesim/tables.def"
#undef PS_TABLE
#undef PS_COL
#undef PS_END
    PS_TABLE_N
};

enum ps_kind {
    PS_KIND_ID,     /* char[PS_ID_BYTES] */
    PS_KIND_TEXT,   /* char[PS_LABEL_BYTES] */
    PS_KIND_REF,    /* id of a row of another table, char[PS_ID_BYTES] */
    PS_KIND_CHOICE, /* int64_t index in a choice list */
    PS_KIND_BOOL,   /* int64_t 0 or 1 */
    PS_KIND_COUNT,  /* int64_t whole number, in the column's unit */
    PS_KIND_FEN,    /* written in 万元, stored as int64_t fen */
    PS_KIND_PPM,    /* written in %, stored as int64_t parts per million */
    PS_KIND_TIMES,  /* written as a plain multiple (10), stored as int64_t ppm (10,000,000) */
    PS_KIND_REAL,   /* double, as written */
    PS_KIND_FRAC    /* written in %, stored as double fraction */
};

enum ps_scope { PS_SCOPE_NAME, PS_SCOPE_WORLD, PS_SCOPE_POLICY };

enum ps_choice_list {
    PS_CHOICE_none,
    PS_CHOICE_factor_step,
    PS_CHOICE_index_start,
    PS_CHOICE_correlation_basis,
    PS_CHOICE_target_basis,
    PS_CHOICE_claim_basis,
    PS_CHOICE_recovery_order,
    PS_CHOICE_breaker_scope,
    PS_CHOICE_over_cap,
    PS_CHOICE_insurer_excess,
    PS_CHOICE_insurer_firm_rule,
    PS_CHOICE_repayment,
    PS_CHOICE_t_mixing,
    PS_CHOICE_gamma_link,
    PS_CHOICE_scheme, /* of schemes.def */
    PS_CHOICE_abs_mode,
    PS_CHOICE_undertaker,
    PS_CHOICE_holder,
    /* lists of the model registry */
    PS_CHOICE_dependence,
    PS_CHOICE_topup,
    PS_CHOICE_pay_mode,
    PS_CHOICE_breaker_metric
};

/* Stored values of the choice lists; the texts are in choices.def, in the same order from 0. Lists
 * of the model registry are numbered by models.def (models.h). */
enum ps_factor_step { PS_STEP_1, PS_STEP_3, PS_STEP_12 };
enum ps_index_start { PS_START_STATIONARY, PS_START_FIXED };
enum ps_correlation_basis { PS_BASIS_ANNUAL, PS_BASIS_MONTHLY };
enum ps_claim_basis { PS_CLAIM_PRINCIPAL, PS_CLAIM_INTEREST };
enum ps_recovery_order { PS_RECOVERY_PRO_RATA, PS_RECOVERY_BANK_FIRST, PS_RECOVERY_POOL_FIRST };
enum ps_breaker_scope { PS_BREAKER_OFF, PS_BREAKER_POOL, PS_BREAKER_BANK };
enum ps_over_cap { PS_OVER_CAP_REFUSE, PS_OVER_CAP_TRIM };
enum ps_insurer_excess { PS_EXCESS_BANK, PS_EXCESS_POOL };
enum ps_insurer_firm_rule { PS_FIRM_RULE_NONE, PS_FIRM_RULE_MIN, PS_FIRM_RULE_MAX };
enum ps_target_basis { PS_TARGET_CUMULATIVE, PS_TARGET_ANNUAL };
enum ps_t_mixing { PS_MIXING_YEAR, PS_MIXING_WORLD };
enum ps_gamma_link { PS_LINK_EXP, PS_LINK_LINEAR_CAPPED };
enum ps_repayment { PS_REPAY_BULLET, PS_REPAY_EQUAL };
enum ps_abs_mode { PS_ABS_OFF, PS_ABS_NEW_ISSUE, PS_ABS_TRANSFER };
/* The last two are read only to be refused: public money must not promise to pay. */
enum ps_undertaker {
    PS_UNDERTAKER_GUARANTOR,
    PS_UNDERTAKER_ORIGINATOR,
    PS_UNDERTAKER_POOL,
    PS_UNDERTAKER_BUREAU
};

enum ps_holder { PS_HOLDER_PRIVATE, PS_HOLDER_TREASURY, PS_HOLDER_POOL };

#define PS_FIELD_ID(f) char f[PS_ID_BYTES];
#define PS_FIELD_TEXT(f) char f[PS_LABEL_BYTES];
#define PS_FIELD_REF(list) PS_FIELD_ID
#define PS_FIELD_CHOICE(list) PS_FIELD_COUNT
#define PS_FIELD_BOOL(f) int64_t f;
#define PS_FIELD_COUNT(f) int64_t f;
#define PS_FIELD_FEN(f) int64_t f;
#define PS_FIELD_PPM(f) int64_t f;
#define PS_FIELD_TIMES(f) int64_t f;
#define PS_FIELD_REAL(f) double f;
#define PS_FIELD_FRAC(f) double f;

/* Row types: struct ps_<table>_row, one member a column (units by suffix: _fen, _ppm, _frac, _n).
 */
#define PS_TABLE(table, min_rows, en, zh) struct ps_##table##_row {
#define PS_COL(table, field, kind, column, lowest, highest, preset, scope, mark, en, zh)           \
    PS_FIELD_##kind(field)
#define PS_END(table)                                                                              \
    }                                                                                              \
    ;
#include "pledgesim/tables.def"
#undef PS_TABLE
#undef PS_COL
#undef PS_END

/* One column, for everything that is driven by the table of parameters. */
struct ps_column_desc {
    enum ps_table table;
    const char *field;  /* member name in the row struct */
    const char *column; /* name in the file */
    enum ps_kind kind;
    enum ps_choice_list choice;   /* for PS_KIND_CHOICE */
    enum ps_table ref;            /* for PS_KIND_REF */
    size_t offset;                /* in struct ps_<table>_row */
    const char *lowest, *highest; /* inclusive, in the column's unit; "" = none */
    const char *preset;           /* see tables.def */
    enum ps_scope scope;
    const char *mark;           /* source mark of the preset */
    const char *doc[PS_LANG_N]; /* the Chinese doc is the header alias too */
};

struct ps_table_desc {
    const char *name; /* "products"; the file is products.csv */
    const struct ps_column_desc *columns;
    size_t columns_n;
    size_t row_bytes;
    size_t min_rows;
    const char *doc[PS_LANG_N];
};

const struct ps_table_desc *ps_table_desc(enum ps_table table);

struct ps_model;

struct ps_choice_desc {
    const char *text;
    const char *doc[PS_LANG_N];   /* NULL for a model: its own object documents it */
    const struct ps_model *model; /* of the registry, or NULL */
};

/* The values of a list; *n receives their number. */
const struct ps_choice_desc *ps_choice_list(enum ps_choice_list list, size_t *n);

/* The choice that a short Chinese word of the list stands for (aliases.def), or NULL. */
const char *ps_choice_of_alias(enum ps_choice_list list, const char *word);

/* What a choice means, in a few words; never NULL. */
const char *ps_choice_doc(const struct ps_choice_desc *choice, enum ps_lang lang);

/* What the number in a column measures: decides its unit and the units it converts from. */
enum ps_dimension {
    PS_DIMENSION_NONE,    /* a plain number, or no number at all */
    PS_DIMENSION_WAN,     /* money, written in 10,000 yuan */
    PS_DIMENSION_PERCENT, /* a share or rate, written in % */
    PS_DIMENSION_TIMES,   /* a multiple */
    PS_DIMENSION_MONTHS,  /* a length of time */
    PS_DIMENSION_MONTH,   /* a month by its number */
    PS_DIMENSION_YEAR,    /* a calendar year */
    PS_DIMENSION_N
};

enum ps_dimension ps_column_dimension(const struct ps_column_desc *column);

/* Unit of a column as written in files: "万元", "%", "月", "倍", "" ... */
const char *ps_column_unit(const struct ps_column_desc *column, enum ps_lang lang);

#endif
