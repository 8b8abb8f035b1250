// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_REPORT_WORKBOOK_SHEET_H
#define PLEDGESIM_REPORT_WORKBOOK_SHEET_H

#include <xlsxwriter.h>

#include "pledgesim/workbook.h"
#include "sim/results/write.h"

/* What the files of the workbook share: words, formats, and a result table as a sheet. */

enum ps_word {
#define PS_WORD(symbol, en, zh) PS_WORD_##symbol,
#include "workbook_words.def"
#undef PS_WORD
    PS_WORD_N
};

const char *ps_word(enum ps_word word, enum ps_lang lang);

/* The word with {0} and {1} filled in, up to 255 bytes. */
struct ps_phrase {
    char s[256];
};
struct ps_phrase ps_phrase(enum ps_word word, enum ps_lang lang, const char *first,
                           const char *second);

/* The number format of an estimated probability: 0 is shown as "never seen". */
struct ps_phrase ps_chance_format(enum ps_lang lang);

/* How a cell is shown. */
enum ps_cell_style {
    PS_STYLE_TEXT,
    PS_STYLE_NUMBER,
    PS_STYLE_WHOLE,
    PS_STYLE_PLAIN, /* years and the like: no comma */
    PS_STYLE_WAN,
    PS_STYLE_MONEY, /* with its unit, where no header tells it */
    PS_STYLE_SHARE,
    PS_STYLE_CHANCE, /* ps_chance_format */
    PS_STYLE_DECIMAL,
    PS_STYLE_TITLE,
    PS_STYLE_NOTE,
    PS_STYLE_HEAD,
    PS_STYLE_NAME, /* the name of a column in the CSV file */
    PS_STYLE_STRONG,
    PS_STYLE_N
};

struct ps_workbook {
    const struct ps_results_request *request;
    enum ps_lang lang;
    lxw_workbook *file;
    lxw_format *formats[PS_STYLE_N];
    enum ps_status status; /* the first failure */
};

/* The status of what the library answers; the first failure sticks. */
void ps_workbook_note(struct ps_workbook *book, lxw_error error);

/* A new sheet, A4 across, one page wide; NULL after a failure. */
lxw_worksheet *ps_workbook_sheet(struct ps_workbook *book, enum ps_word name);

/* A text as a cell. What XML cannot hold, and what would command a terminal, is shown as U+FFFD. */
void ps_workbook_text(struct ps_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                      const char *text, enum ps_cell_style style);
void ps_workbook_number(struct ps_workbook *book, lxw_worksheet *sheet, lxw_row_t row,
                        lxw_col_t col, double value, enum ps_cell_style style);

/* Rows of a table that belong together: those of one metric of the first scenario. */
struct ps_rows {
    lxw_row_t first, last;
};

enum { PS_SHEET_BLOCKS_MAX = 16, PS_SHEET_METRIC_BYTES = 64, PS_SHEET_COLUMNS_MAX = 128 };

/* A result table on a sheet of its own: a title, a line of headers in words, one of the names of
 * the CSV file, and the rows. */
struct ps_table_sheet {
    struct ps_workbook *book;
    struct ps_result_table table;
    const char *name;
    lxw_worksheet *sheet;
    enum ps_cell_style row_style;             /* of columns whose unit stands in the row */
    int chance;                               /* is the metric of the row a probability? */
    char scenario[PS_ID_BYTES];               /* of the first row */
    unsigned char used[PS_SHEET_COLUMNS_MAX]; /* by column: has it a value? */
    int first_scenario;                       /* is the row one of it? */
    lxw_row_t last_row;                       /* of the table; the header's when it has no rows */
    struct ps_rows first;                     /* the rows of the first scenario */
    struct {
        char metric[PS_SHEET_METRIC_BYTES];
        struct ps_rows rows;
    } blocks[PS_SHEET_BLOCKS_MAX];
    int blocks_n;
};

enum { PS_SHEET_HEAD_ROW = 1, PS_SHEET_FIRST_ROW = 3 };

/* Writes the table; *out may be read for charts. */
void ps_workbook_table(struct ps_workbook *book, enum ps_word name, enum ps_result_id id,
                       ps_write_fn *rows, const struct ps_results_request *request,
                       struct ps_table_sheet *out);

/* The column of this name. */
lxw_col_t ps_table_column(const struct ps_table_sheet *table, const char *name);

/* The rows of a metric of the first scenario; NULL when there are none. */
const struct ps_rows *ps_table_rows(const struct ps_table_sheet *table, const char *metric);

/* ---- charts, workbook_charts.c ---- */

/* On the sheet `on`, whose text ends in last_row. */
void ps_chart_scenarios(struct ps_workbook *book, const struct ps_table_sheet *summary,
                        lxw_worksheet *on, lxw_row_t last_row);
void ps_chart_distribution(struct ps_workbook *book, const struct ps_table_sheet *histogram);
void ps_chart_exceedance(struct ps_workbook *book, const struct ps_table_sheet *exceedance);
void ps_chart_timeline(struct ps_workbook *book, const struct ps_table_sheet *timeline);
void ps_chart_frontier(struct ps_workbook *book, const struct ps_table_sheet *frontier);

/* ---- the first sheet of a run, workbook_conclusion.c ---- */

/* Returns its last row. */
lxw_row_t ps_workbook_conclusion(struct ps_workbook *book, lxw_worksheet *sheet);

#endif
