// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE 1
#include "pledgesim/workbook.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "workbook_sheet.h"

const char *ps_workbook_library(void)
{
    return lxw_version();
}

static void add_formats(struct ps_workbook *book)
{
    static const struct {
        const char *number; /* NULL: text */
        int size, bold, grey, head, wrap;
    } FORMATS[PS_STYLE_N] = {
        [PS_STYLE_TEXT] = {.size = 10},
        [PS_STYLE_NUMBER] = {"#,##0.0###", .size = 10},
        [PS_STYLE_WHOLE] = {"#,##0", .size = 10},
        [PS_STYLE_PLAIN] = {"0", .size = 10},
        [PS_STYLE_WAN] = {"#,##0.0", .size = 10},
        [PS_STYLE_MONEY] = {"#,##0.0\" 万元\"", .size = 10},
        [PS_STYLE_SHARE] = {"[=0]0%;[<0.001]0.0000%;0.00%", .size = 10},
        [PS_STYLE_CHANCE] = {NULL, .size = 10}, /* below */
        [PS_STYLE_DECIMAL] = {"#,##0.00", .size = 10},
        [PS_STYLE_TITLE] = {.size = 14, .bold = 1},
        [PS_STYLE_NOTE] = {.size = 9, .grey = 1},
        [PS_STYLE_HEAD] = {.size = 10, .bold = 1, .head = 1, .wrap = 1},
        [PS_STYLE_NAME] = {.size = 8, .grey = 1, .head = 1},
        [PS_STYLE_STRONG] = {.size = 10, .bold = 1},
    };
    const struct ps_phrase chance = ps_chance_format(book->lang);
    for (int i = 0; i < PS_STYLE_N; i++) {
        const char *number = i == PS_STYLE_CHANCE ? chance.s : FORMATS[i].number;
        lxw_format *format = workbook_add_format(book->file);
        book->formats[i] = format;
        if (format == NULL) {
            ps_workbook_note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
            return;
        }
        format_set_font_size(format, FORMATS[i].size);
        if (number != NULL)
            format_set_num_format(format, number);
        if (FORMATS[i].bold)
            format_set_bold(format);
        if (FORMATS[i].grey)
            format_set_font_color(format, 0x606060);
        if (FORMATS[i].head)
            format_set_bg_color(format, 0xE6EEF5);
        if (FORMATS[i].wrap) {
            format_set_text_wrap(format);
            format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        }
    }
}

/* The properties hold a date; of all dates only one of the book gives the same bytes again. */
static void set_properties(struct ps_workbook *book)
{
    const struct ps_book *of = book->request->book;
    struct tm begin = {.tm_year = 100, .tm_mday = 1};
    if (of->scenarios_n > 0) {
        begin.tm_year = (int)of->scenarios[0].p.start_year - 1900;
        begin.tm_mon = (int)of->scenarios[0].p.start_month - 1;
    }
    char author[] = "pledgesim";
    struct ps_phrase title = ps_phrase(PS_WORD_TITLE, book->lang, "", "");
    lxw_doc_properties properties = {.title = title.s, .author = author, .created = timegm(&begin)};
    ps_workbook_note(book, workbook_set_properties(book->file, &properties));
}

static void add_parameters(struct ps_workbook *book)
{
    struct ps_table_sheet table;
    ps_workbook_table(book, PS_WORD_SHEET_PARAMETERS, PS_RESULT_scenarios_resolved,
                      ps_write_resolved, book->request, &table);
    if (table.first.last >= table.first.first)
        ps_workbook_note(book, worksheet_print_area(table.sheet, 0, 0, table.first.last,
                                                    (lxw_col_t)(table.table.columns_n - 1)));
}

static void add_run(struct ps_workbook *book)
{
    const struct ps_results_request *all = book->request;
    struct ps_engine_result head = *all->result;
    struct ps_results_request first = *all;
    struct ps_table_sheet table;
    lxw_worksheet *conclusion = ps_workbook_sheet(book, PS_WORD_SHEET_CONCLUSION);
    head.rows_n = head.rows_n < PS_WORKBOOK_SCENARIOS_MAX ? head.rows_n : PS_WORKBOOK_SCENARIOS_MAX;
    first.result = &head;
    if (conclusion == NULL)
        return;
    const lxw_row_t last_row = ps_workbook_conclusion(book, conclusion);
    ps_workbook_table(book, PS_WORD_SHEET_SCENARIOS, PS_RESULT_summary, ps_write_summary, all,
                      &table);
    ps_chart_scenarios(book, &table, conclusion, last_row);
    ps_workbook_table(book, PS_WORD_SHEET_DISTRIBUTION, PS_RESULT_histogram, ps_write_histogram,
                      &first, &table);
    ps_chart_distribution(book, &table);
    ps_workbook_table(book, PS_WORD_SHEET_EXCEEDANCE, PS_RESULT_exceedance, ps_write_exceedance,
                      &first, &table);
    ps_chart_exceedance(book, &table);
    ps_workbook_table(book, PS_WORD_SHEET_TIMELINE, PS_RESULT_timeline, ps_write_timeline, &first,
                      &table);
    ps_chart_timeline(book, &table);
}

static void add_sweep(struct ps_workbook *book)
{
    struct ps_table_sheet table;
    ps_workbook_table(book, PS_WORD_SHEET_FRONTIER, PS_RESULT_frontier, ps_write_frontier,
                      book->request, &table);
    ps_chart_frontier(book, &table);
    ps_workbook_table(book, PS_WORD_SHEET_GRID, PS_RESULT_grid, ps_write_grid, book->request,
                      &table);
}

static void add_table(struct ps_workbook *book, enum ps_word name, enum ps_result_id id,
                      ps_write_fn *rows)
{
    struct ps_table_sheet table;
    ps_workbook_table(book, name, id, rows, book->request, &table);
}

static void add_sheets(struct ps_workbook *book)
{
    const struct ps_results_request *request = book->request;
    if (request->sweep != NULL)
        add_sweep(book);
    if (request->tuned != NULL)
        add_table(book, PS_WORD_SHEET_TUNE, PS_RESULT_tune, ps_write_tune);
    if (request->comparison != NULL)
        add_table(book, PS_WORD_SHEET_COMPARE, PS_RESULT_compare, ps_write_compare);
    if (request->stressing != NULL) {
        add_table(book, PS_WORD_SHEET_STRESS, PS_RESULT_stress, ps_write_stress);
        add_table(book, PS_WORD_SHEET_REVERSE, PS_RESULT_reverse, ps_write_reverse);
        add_table(book, PS_WORD_SHEET_DEATH, PS_RESULT_death_path, ps_write_death_path);
    }
    if (request->result->rows_n > 0)
        add_run(book);
    if (request->rare != NULL)
        add_table(book, PS_WORD_SHEET_RARE, PS_RESULT_rare, ps_write_rare);
    if (request->sensitivity != NULL)
        add_table(book, PS_WORD_SHEET_TORNADO, PS_RESULT_tornado, ps_write_tornado);
    add_parameters(book);
}

/* The library writes to a path, and seeks: a file in memory has one and leaves nothing behind. */
static enum ps_status make(const struct ps_results_request *request, int fd)
{
    char path[32];
    struct ps_workbook book = {.request = request, .lang = request->lang};
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    book.file = workbook_new(path);
    if (book.file == NULL)
        return ps_status_raise(PS_MEMORY);
    set_properties(&book);
    add_formats(&book);
    if (book.status == PS_OK)
        add_sheets(&book);
    ps_workbook_note(&book, workbook_close(book.file));
    return book.status;
}

static enum ps_status copy(int fd, struct ps_outfile *to)
{
    char bytes[65536];
    off_t at = 0;
    for (;;) {
        const ssize_t n = pread(fd, bytes, sizeof bytes, at);
        if (n <= 0)
            return n == 0 ? PS_OK : ps_status_raise(PS_IO);
        const enum ps_status status = ps_outfile_write(to, bytes, (size_t)n);
        if (status != PS_OK)
            return status;
        at += n;
    }
}

enum ps_status ps_workbook_write(const struct ps_results_request *request, struct ps_outdir *dir)
{
    struct ps_outfile *file = NULL;
    const int fd = memfd_create(PS_WORKBOOK_FILE, MFD_CLOEXEC);
    if (fd < 0)
        return ps_status_raise(PS_IO);
    enum ps_status status = make(request, fd);
    if (status == PS_OK)
        status = ps_outdir_file(dir, PS_WORKBOOK_FILE, &file);
    if (status == PS_OK)
        status = copy(fd, file);
    if (status == PS_OK)
        status = ps_outfile_close(file);
    (void)close(fd);
    return status;
}
