// SPDX-License-Identifier: GPL-3.0-or-later
#include "workbook_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

static const char *const WORDS[PS_WORD_N][PS_LANG_N] = {
#define PS_WORD(symbol, en, zh) [PS_WORD_##symbol] = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},
#include "workbook_words.def"
#undef PS_WORD
};

const char *ps_word(enum ps_word word, enum ps_lang lang)
{
    return WORDS[word][lang];
}

struct ps_phrase ps_phrase(enum ps_word word, enum ps_lang lang, const char *first,
                           const char *second)
{
    struct ps_phrase out = {""};
    size_t n = 0;
    for (const char *p = ps_word(word, lang); *p != '\0' && n + 1 < sizeof out.s; p++) {
        const char *filled = strncmp(p, "{0}", 3) == 0   ? first
                             : strncmp(p, "{1}", 3) == 0 ? second
                                                         : NULL;
        if (filled == NULL) {
            out.s[n++] = *p;
            continue;
        }
        n += (size_t)snprintf(out.s + n, sizeof out.s - n, "%s", filled);
        n = n < sizeof out.s ? n : sizeof out.s - 1;
        p += 2;
    }
    return out;
}

struct ps_phrase ps_chance_format(enum ps_lang lang)
{
    struct ps_phrase out;
    (void)snprintf(out.s, sizeof out.s, "[=0]\"%s\";[<0.001]0.0000%%;0.00%%",
                   ps_word(PS_WORD_NEVER, lang));
    return out;
}

void ps_workbook_note(struct ps_workbook *book, lxw_error error)
{
    if (error != LXW_NO_ERROR && book->status == PS_OK)
        book->status = ps_status_raise(error == LXW_ERROR_MEMORY_MALLOC_FAILED ? PS_MEMORY : PS_IO);
}

/* ---- cells ---- */

/* Texts of a spreadsheet cannot be longer. */
enum { TEXT_BYTES_MAX = 32000 };

static int is_shown(utf8proc_int32_t code)
{
    const utf8proc_category_t category = utf8proc_category(code);
    return category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CS &&
           (code & 0xFFFE) != 0xFFFE;
}

/* malloc'd; NULL when memory is out. */
static char *shown(const char *text)
{
    const size_t n = strnlen(text, TEXT_BYTES_MAX);
    char *copy = malloc(3 * n + 1);
    char *to = copy;
    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < n;) {
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t bytes =
            utf8proc_iterate((const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(n - i), &code);
        const size_t step = bytes > 0 ? (size_t)bytes : 1;
        const int good = bytes > 0 && is_shown(code);
        memcpy(to, good ? text + i : "\xEF\xBF\xBD", good ? step : 3);
        to += good ? step : 3;
        i += step;
    }
    *to = '\0';
    return copy;
}

void ps_workbook_text(struct ps_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                      const char *text, enum ps_cell_style style)
{
    char *copy = shown(text);
    if (copy == NULL)
        ps_workbook_note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
    else if (*copy != '\0')
        ps_workbook_note(book, worksheet_write_string(sheet, row, col, copy, book->formats[style]));
    free(copy);
}

void ps_workbook_number(struct ps_workbook *book, lxw_worksheet *sheet, lxw_row_t row,
                        lxw_col_t col, double value, enum ps_cell_style style)
{
    ps_workbook_note(book, worksheet_write_number(sheet, row, col, value, book->formats[style]));
}

lxw_worksheet *ps_workbook_sheet(struct ps_workbook *book, enum ps_word name)
{
    lxw_worksheet *sheet = workbook_add_worksheet(book->file, ps_word(name, book->lang));
    if (sheet == NULL) {
        ps_workbook_note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    ps_workbook_note(book, worksheet_set_footer(sheet, "&L&A&R&P / &N"));
    return sheet;
}

/* ---- tables ---- */

static enum ps_cell_style style_of_unit(const char *unit)
{
    static const struct {
        const char *unit;
        enum ps_cell_style style;
    } STYLES[] = {{"wan", PS_STYLE_WAN},
                  {"frac", PS_STYLE_SHARE},
                  {"months", PS_STYLE_DECIMAL},
                  {"times", PS_STYLE_DECIMAL}};
    for (size_t i = 0; i < sizeof STYLES / sizeof *STYLES; i++)
        if (strcmp(unit, STYLES[i].unit) == 0)
            return STYLES[i].style;
    return PS_STYLE_NUMBER;
}

/* An estimated probability, not a bound of it. */
static int is_chance(const char *name)
{
    const size_t n = strlen(name);
    return strcmp(name, "probability") == 0 ||
           (strncmp(name, "p_", 2) == 0 && strcmp(name + n - 2, "95") != 0);
}

static enum ps_cell_style style_of(const struct ps_table_sheet *table, size_t column)
{
    const struct ps_column *c = &table->table.columns[column];
    if (c->type == PS_COLUMN_integer)
        return strncmp(c->name, "worlds", 6) == 0 ? PS_STYLE_WHOLE : PS_STYLE_PLAIN;
    if (c->unit[0] == '\0')
        return table->row_style;
    return is_chance(c->name) ? PS_STYLE_CHANCE : style_of_unit(c->unit);
}

static void begin_block(struct ps_table_sheet *table, lxw_row_t row, const char *metric)
{
    const int n = table->blocks_n;
    if (!table->first_scenario)
        return;
    if (n > 0 && strcmp(table->blocks[n - 1].metric, metric) == 0) {
        table->blocks[n - 1].rows.last = row;
    } else if (n < PS_SHEET_BLOCKS_MAX) {
        (void)snprintf(table->blocks[n].metric, sizeof table->blocks[n].metric, "%s", metric);
        table->blocks[n].rows = (struct ps_rows){row, row};
        table->blocks_n++;
    }
}

static lxw_row_t begin_cell(struct ps_table_sheet *table, uint64_t row, size_t column, int filled)
{
    if (column == 0)
        table->row_style = PS_STYLE_NUMBER;
    if (column < PS_SHEET_COLUMNS_MAX)
        table->used[column] |= filled != 0;
    table->last_row = (lxw_row_t)(PS_SHEET_FIRST_ROW + row);
    return table->last_row;
}

static void take_text(void *context, uint64_t row, size_t column, const char *text)
{
    struct ps_table_sheet *table = context;
    const char *name = table->table.columns[column].name;
    const lxw_row_t at = begin_cell(table, row, column, *text != '\0');
    if (strcmp(name, "scenario_id") == 0) {
        if (row == 0)
            (void)snprintf(table->scenario, sizeof table->scenario, "%s", text);
        table->first_scenario = strcmp(table->scenario, text) == 0;
    }
    if (strcmp(name, "metric") == 0) {
        begin_block(table, at, text);
        table->chance = is_chance(text);
    }
    if (strcmp(name, "unit") == 0)
        table->row_style = table->chance ? PS_STYLE_CHANCE : style_of_unit(text);
    if (table->first_scenario)
        table->first.last = at;
    ps_workbook_text(table->book, table->sheet, at, (lxw_col_t)column, text, PS_STYLE_TEXT);
}

static void take_number(void *context, uint64_t row, size_t column, double value)
{
    struct ps_table_sheet *table = context;
    const lxw_row_t at = begin_cell(table, row, column, 1);
    const lxw_col_t col = (lxw_col_t)column;
    if (table->table.columns[column].type == PS_COLUMN_boolean)
        ps_workbook_text(table->book, table->sheet, at, col, value != 0 ? "true" : "false",
                         PS_STYLE_TEXT);
    else
        ps_workbook_number(table->book, table->sheet, at, col, value, style_of(table, column));
}

static const char *unit_text(const char *unit, enum ps_lang lang)
{
    return strcmp(unit, "wan") == 0      ? ps_word(PS_WORD_UNIT_WAN, lang)
           : strcmp(unit, "months") == 0 ? ps_word(PS_WORD_UNIT_MONTHS, lang)
           : strcmp(unit, "times") == 0  ? ps_word(PS_WORD_UNIT_TIMES, lang)
                                         : "";
}

static void write_head(struct ps_table_sheet *table)
{
    struct ps_workbook *book = table->book;
    const struct ps_result_table *t = &table->table;
    const int zh = book->lang == PS_LANG_ZH;
    ps_workbook_text(book, table->sheet, 0, 0, zh ? t->zh : t->en, PS_STYLE_TITLE);
    ps_workbook_note(book, worksheet_set_row(table->sheet, PS_SHEET_HEAD_ROW, 78, NULL));
    for (size_t i = 0; i < t->columns_n; i++) {
        const struct ps_column *c = &t->columns[i];
        const lxw_col_t col = (lxw_col_t)i;
        const int wide = strcmp(c->name, "label") == 0 || strcmp(c->name, "value") == 0;
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", zh ? c->zh : c->en,
                       unit_text(c->unit, book->lang));
        ps_workbook_text(book, table->sheet, PS_SHEET_HEAD_ROW, col, text, PS_STYLE_HEAD);
        ps_workbook_text(book, table->sheet, PS_SHEET_HEAD_ROW + 1, col, c->name, PS_STYLE_NAME);
        ps_workbook_note(book, worksheet_set_column(table->sheet, col, col,
                                                    wide                          ? 30
                                                    : c->type == PS_COLUMN_string ? 21
                                                                                  : 13,
                                                    NULL));
    }
}

/* As the third and fourth parameter of a sweep over two. */
static void hide_unused(struct ps_table_sheet *table)
{
    lxw_row_col_options hidden = {.hidden = LXW_TRUE};
    for (size_t i = 0; i < table->table.columns_n && i < PS_SHEET_COLUMNS_MAX; i++)
        if (!table->used[i] && table->last_row >= PS_SHEET_FIRST_ROW)
            ps_workbook_note(table->book,
                             worksheet_set_column_opt(table->sheet, (lxw_col_t)i, (lxw_col_t)i,
                                                      LXW_DEF_COL_WIDTH, NULL, &hidden));
}

enum { COLUMNS_A_PAGE = 16 };

/* Header lines stay in sight and are repeated on paper; the table can be filtered. */
static void finish(struct ps_table_sheet *table)
{
    struct ps_workbook *book = table->book;
    const lxw_col_t last = (lxw_col_t)(table->table.columns_n - 1);
    const int named = strcmp(table->table.columns[1].name, "label") == 0;
    worksheet_freeze_panes(table->sheet, PS_SHEET_FIRST_ROW, named ? 2 : 1);
    hide_unused(table);
    worksheet_fit_to_pages(
        table->sheet, (uint16_t)((table->table.columns_n + COLUMNS_A_PAGE - 1) / COLUMNS_A_PAGE),
        0);
    ps_workbook_note(book, worksheet_repeat_columns(table->sheet, 0, named ? 1 : 0));
    ps_workbook_note(
        book, worksheet_repeat_rows(table->sheet, PS_SHEET_HEAD_ROW, PS_SHEET_FIRST_ROW - 1));
    ps_workbook_note(
        book, worksheet_autofilter(table->sheet, PS_SHEET_FIRST_ROW - 1, 0, table->last_row, last));
    ps_workbook_note(book, worksheet_print_area(table->sheet, 0, 0, table->last_row, last));
    /* A parameter is shown as it was written, also where it is a number. */
    char range[LXW_MAX_CELL_RANGE_LENGTH];
    lxw_rowcol_to_range(range, PS_SHEET_FIRST_ROW, 0, table->last_row, last);
    ps_workbook_note(
        book, worksheet_ignore_errors(table->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, range));
}

void ps_workbook_table(struct ps_workbook *book, enum ps_word name, enum ps_result_id id,
                       ps_write_fn *rows, const struct ps_results_request *request,
                       struct ps_table_sheet *out)
{
    *out = (struct ps_table_sheet){.book = book,
                                   .table = ps_result_table(id),
                                   .name = ps_word(name, book->lang),
                                   .sheet = ps_workbook_sheet(book, name),
                                   .row_style = PS_STYLE_NUMBER,
                                   .last_row = PS_SHEET_FIRST_ROW - 1,
                                   .first = {PS_SHEET_FIRST_ROW, PS_SHEET_FIRST_ROW - 1}};
    const struct ps_cells cells = {.text = take_text, .number = take_number, .context = out};
    struct ps_outcsv csv = ps_outcsv_of_cells(&cells, out->table.columns, out->table.columns_n);
    if (out->sheet == NULL)
        return;
    write_head(out);
    enum ps_status status = rows(&csv, request);
    status = status == PS_OK ? ps_outcsv_end(&csv) : status;
    book->status = book->status == PS_OK ? status : book->status;
    finish(out);
}

lxw_col_t ps_table_column(const struct ps_table_sheet *table, const char *name)
{
    size_t i = 0;
    while (i + 1 < table->table.columns_n && strcmp(table->table.columns[i].name, name) != 0)
        i++;
    return (lxw_col_t)i;
}

const struct ps_rows *ps_table_rows(const struct ps_table_sheet *table, const char *metric)
{
    for (int i = 0; i < table->blocks_n; i++)
        if (strcmp(table->blocks[i].metric, metric) == 0)
            return &table->blocks[i].rows;
    return NULL;
}
