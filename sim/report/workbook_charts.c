// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/answer.h"
#include "workbook_sheet.h"

/* Charts of the spreadsheet's own; they point to cells, so that no text of the book is read as a
 * reference. Colours differ in lightness too (Okabe and Ito's, for the colour-blind). */

enum {
    BLUE = 0x0072B2,
    SKY = 0x56B4E9,
    PALE = 0xA9CFE8,
    VERMILION = 0xD55E00,
    GREY = 0x808080,
    WIDTH_PIXELS = 640,
    HEIGHT_PIXELS = 380,
    BAR_PIXELS = 22,
    BARS_FRAME_PIXELS = 110,
    ROW_PIXELS = 20,
    ROWS_A_CHART = 20, /* and a gap */
    BARS_MAX = 40,
};

struct chart {
    const struct ps_table_sheet *table;
    lxw_chart *chart;
};

static struct chart begin(struct ps_workbook *book, const struct ps_table_sheet *table,
                          enum lxw_chart_type type, enum ps_word title, enum ps_word x_axis,
                          enum ps_word y_axis)
{
    lxw_chart *chart = workbook_add_chart(book->file, (uint8_t)type);
    lxw_chart_font heading = {.size = 12, .bold = LXW_TRUE};
    lxw_chart_font plain = {.size = 9};
    lxw_chart_line faint = {.color = 0xE0E0E0, .width = 0.5F};
    if (chart == NULL) {
        ps_workbook_note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return (struct chart){table, NULL};
    }
    chart_title_set_name(chart, ps_word(title, book->lang));
    chart_title_set_name_font(chart, &heading);
    chart_axis_set_name(chart->x_axis, ps_word(x_axis, book->lang));
    chart_axis_set_name(chart->y_axis, ps_word(y_axis, book->lang));
    chart_axis_set_name_font(chart->x_axis, &plain);
    chart_axis_set_name_font(chart->y_axis, &plain);
    chart_axis_major_gridlines_set_line(chart->y_axis, &faint);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    return (struct chart){table, chart};
}

/* A series over some rows of the table: a column of x and one of y; its name stands in the header.
 */
static lxw_chart_series *add(const struct chart *c, const struct ps_rows *rows, const char *x,
                             const char *y)
{
    const lxw_col_t x_col = ps_table_column(c->table, x);
    const lxw_col_t y_col = ps_table_column(c->table, y);
    lxw_chart_series *series = chart_add_series(c->chart, NULL, NULL);
    if (series == NULL) {
        ps_workbook_note(c->table->book, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    chart_series_set_categories(series, c->table->name, rows->first, x_col, rows->last, x_col);
    chart_series_set_values(series, c->table->name, rows->first, y_col, rows->last, y_col);
    chart_series_set_name_range(series, c->table->name, PS_SHEET_HEAD_ROW, y_col);
    return series;
}

static void add_line(const struct chart *c, const struct ps_rows *rows, const char *x,
                     const char *y, lxw_color_t color, float width)
{
    lxw_chart_series *series = add(c, rows, x, y);
    lxw_chart_line line = {.color = color, .width = width};
    if (series != NULL) {
        chart_series_set_line(series, &line);
        chart_series_set_marker_type(series, LXW_CHART_MARKER_NONE);
    }
}

static lxw_chart_series *add_bars(const struct chart *c, const struct ps_rows *rows, const char *x,
                                  const char *y, lxw_color_t color)
{
    lxw_chart_series *series = add(c, rows, x, y);
    lxw_chart_fill fill = {.color = color};
    if (series != NULL)
        chart_series_set_fill(series, &fill);
    return series;
}

static void place_at(const struct chart *c, lxw_row_t row, lxw_col_t col)
{
    lxw_chart_options size = {.x_scale = WIDTH_PIXELS / 480.0, .y_scale = HEIGHT_PIXELS / 288.0};
    ps_workbook_note(c->table->book,
                     worksheet_insert_chart_opt(c->table->sheet, row, col, c->chart, &size));
}

/* Beside the table, `slot` charts below the header. */
static void place(const struct chart *c, int slot)
{
    place_at(c, (lxw_row_t)(PS_SHEET_FIRST_ROW + slot * ROWS_A_CHART),
             (lxw_col_t)(c->table->table.columns_n + 1));
}

/* The first scenario and the charts beside it: the part of the sheet that goes on paper. */
static void set_print_area(const struct ps_table_sheet *table, int charts_n)
{
    const lxw_row_t charts_end = (lxw_row_t)(PS_SHEET_FIRST_ROW + charts_n * ROWS_A_CHART);
    const lxw_row_t last = table->first.last > charts_end ? table->first.last : charts_end;
    ps_workbook_note(table->book, worksheet_print_area(table->sheet, 0, 0, last,
                                                       (lxw_col_t)(table->table.columns_n + 11)));
}

/* ---- scenarios side by side ---- */

static int all_labelled(const struct ps_workbook *book)
{
    const struct ps_book *of = book->request->book;
    for (size_t i = 0; i < of->scenarios_n; i++)
        if (of->scenarios[i].p.label[0] == '\0')
            return 0;
    return 1;
}

static void compare(struct ps_workbook *book, const struct ps_table_sheet *summary,
                    lxw_worksheet *on, enum ps_word title, const char *column, lxw_color_t color,
                    lxw_row_t row)
{
    const lxw_row_t n = summary->last_row - PS_SHEET_FIRST_ROW + 1;
    const lxw_row_t shown_n = n < BARS_MAX ? n : BARS_MAX;
    const struct ps_rows rows = {PS_SHEET_FIRST_ROW, PS_SHEET_FIRST_ROW + shown_n - 1};
    const struct chart c =
        begin(book, summary, LXW_CHART_BAR, title, PS_WORD_AXIS_PROBABILITY, PS_WORD_SCENARIO);
    const double height = BARS_FRAME_PIXELS + BAR_PIXELS * (double)shown_n;
    lxw_chart_font small = {.size = 8};
    lxw_chart_line faint = {.color = 0xE0E0E0, .width = 0.5F};
    lxw_chart_options size = {.x_scale = WIDTH_PIXELS / 480.0, .y_scale = height / 288.0};
    const struct ps_phrase chance = ps_chance_format(book->lang);
    if (c.chart == NULL)
        return;
    lxw_chart_series *series =
        add_bars(&c, &rows, all_labelled(book) ? "label" : "scenario_id", column, color);
    if (series == NULL)
        return;
    chart_series_set_labels(series);
    chart_series_set_labels_num_format(series, chance.s);
    chart_series_set_labels_font(series, &small);
    /* The library's y is the axis of the categories here; they would begin at the bottom. */
    chart_axis_set_reverse(c.chart->y_axis);
    chart_axis_set_crossing_max(c.chart->y_axis);
    chart_axis_major_gridlines_set_visible(c.chart->y_axis, LXW_FALSE);
    chart_axis_set_num_format(c.chart->x_axis, "0%");
    chart_axis_set_min(c.chart->x_axis, 0);
    chart_axis_major_gridlines_set_line(c.chart->x_axis, &faint);
    chart_axis_set_num_font(c.chart->y_axis, &small);
    chart_axis_set_interval_unit(c.chart->y_axis, 1);
    chart_set_series_gap(c.chart, 35);
    ps_workbook_note(book, worksheet_insert_chart_opt(on, row, 6, c.chart, &size));
}

void ps_chart_scenarios(struct ps_workbook *book, const struct ps_table_sheet *summary,
                        lxw_worksheet *on, lxw_row_t last_row)
{
    const lxw_row_t n = summary->last_row - PS_SHEET_FIRST_ROW + 1;
    const lxw_row_t below =
        (BARS_FRAME_PIXELS + BAR_PIXELS * (n < BARS_MAX ? n : BARS_MAX)) / ROW_PIXELS + 2;
    lxw_row_t at = PS_SHEET_FIRST_ROW;
    compare(book, summary, on, PS_WORD_CHART_DEPLETION, "p_depletion", VERMILION, at);
    at += below;
    if (ps_has_target(book->request->book->scenarios)) {
        compare(book, summary, on, PS_WORD_CHART_TARGET, "p_target", BLUE, at);
        at += below;
    }
    ps_workbook_note(book, worksheet_print_area(on, 0, 0, at > last_row ? at : last_row, 16));
}

/* ---- the first scenario ---- */

static void histogram_chart(struct ps_workbook *book, const struct ps_table_sheet *table,
                            const char *metric, enum ps_word title, int slot)
{
    const struct ps_rows *rows = ps_table_rows(table, metric);
    if (rows == NULL)
        return;
    const struct chart c =
        begin(book, table, LXW_CHART_COLUMN, title, PS_WORD_AXIS_WAN, PS_WORD_AXIS_SHARE);
    if (c.chart == NULL)
        return;
    add_bars(&c, rows, "bin_lo", "share", slot == 0 ? BLUE : SKY);
    chart_set_series_gap(c.chart, 5);
    chart_axis_set_num_format(c.chart->x_axis, "#,##0");
    chart_axis_set_num_format(c.chart->y_axis, "0%");
    place(&c, slot);
}

void ps_chart_distribution(struct ps_workbook *book, const struct ps_table_sheet *histogram)
{
    histogram_chart(book, histogram, "compensation_gross", PS_WORD_CHART_HISTOGRAM, 0);
    histogram_chart(book, histogram, "pool_min", PS_WORD_CHART_POOL_MIN, 1);
    set_print_area(histogram, 2);
}

void ps_chart_exceedance(struct ps_workbook *book, const struct ps_table_sheet *table)
{
    const struct ps_rows *rows = ps_table_rows(table, "compensation_gross");
    if (rows != NULL) {
        const struct chart c =
            begin(book, table, LXW_CHART_SCATTER_STRAIGHT, PS_WORD_CHART_EXCEEDANCE,
                  PS_WORD_AXIS_WAN, PS_WORD_AXIS_PROBABILITY);
        if (c.chart == NULL)
            return;
        add_line(&c, rows, "threshold", "lo95", PALE, 1);
        add_line(&c, rows, "threshold", "hi95", PALE, 1);
        add_line(&c, rows, "threshold", "probability", BLUE, 2);
        chart_axis_set_log_base(c.chart->y_axis, 10);
        chart_axis_set_max(c.chart->y_axis, 1);
        chart_axis_set_crossing_min(c.chart->y_axis);
        chart_axis_set_num_format(c.chart->x_axis, "#,##0");
        chart_axis_set_num_format(c.chart->y_axis, "[<0.01]0.0##%;0%");
        chart_legend_set_position(c.chart, LXW_CHART_LEGEND_BOTTOM);
        place(&c, 0);
    }
    set_print_area(table, 1);
}

static void fan_chart(struct ps_workbook *book, const struct ps_table_sheet *table)
{
    const struct ps_rows *rows = ps_table_rows(table, "pool_balance");
    if (rows == NULL)
        return;
    const struct chart c = begin(book, table, LXW_CHART_SCATTER_STRAIGHT, PS_WORD_CHART_FAN,
                                 PS_WORD_AXIS_MONTH, PS_WORD_AXIS_WAN);
    if (c.chart == NULL)
        return;
    add_line(&c, rows, "month", "q95", PALE, 1.5F);
    add_line(&c, rows, "month", "q75", SKY, 1.5F);
    add_line(&c, rows, "month", "q50", BLUE, 2.5F);
    add_line(&c, rows, "month", "q25", SKY, 1.5F);
    add_line(&c, rows, "month", "q05", PALE, 1.5F);
    chart_axis_set_num_format(c.chart->y_axis, "#,##0");
    chart_axis_set_major_unit(c.chart->x_axis, 12);
    chart_legend_set_position(c.chart, LXW_CHART_LEGEND_BOTTOM);
    place(&c, 0);
}

void ps_chart_timeline(struct ps_workbook *book, const struct ps_table_sheet *table)
{
    const struct ps_rows *depleted = ps_table_rows(table, "p_depleted_by");
    fan_chart(book, table);
    if (depleted != NULL) {
        const struct chart c =
            begin(book, table, LXW_CHART_SCATTER_STRAIGHT, PS_WORD_CHART_DEPLETED_BY,
                  PS_WORD_AXIS_MONTH, PS_WORD_AXIS_PROBABILITY);
        if (c.chart == NULL)
            return;
        add_line(&c, depleted, "month", "mean", VERMILION, 2.5F);
        chart_axis_set_num_format(c.chart->y_axis, "0.0%");
        chart_axis_set_major_unit(c.chart->x_axis, 12);
        place(&c, 1);
    }
    set_print_area(table, 2);
}

/* ---- a sweep ---- */

void ps_chart_frontier(struct ps_workbook *book, const struct ps_table_sheet *table)
{
    const struct ps_rows rows = {PS_SHEET_FIRST_ROW, table->last_row};
    const struct chart c = begin(book, table, LXW_CHART_SCATTER, PS_WORD_CHART_FRONTIER,
                                 PS_WORD_AXIS_COST, PS_WORD_AXIS_PROBABILITY);
    if (c.chart == NULL || table->last_row < PS_SHEET_FIRST_ROW)
        return;
    lxw_chart_series *series = add(&c, &rows, "fiscal_net_cost_wan_mean", "p_depletion");
    lxw_chart_fill fill = {.color = VERMILION};
    lxw_chart_line line = {.color = VERMILION};
    if (series == NULL)
        return;
    chart_series_set_marker_type(series, LXW_CHART_MARKER_CIRCLE);
    chart_series_set_marker_size(series, 6);
    chart_series_set_marker_fill(series, &fill);
    chart_series_set_marker_line(series, &line);
    chart_axis_set_num_format(c.chart->x_axis, "#,##0");
    chart_axis_set_num_format(c.chart->y_axis, "[<0.01]0.0##%;0%");
    place_at(&c, table->last_row + 2, 1);
    ps_workbook_note(book,
                     worksheet_print_area(table->sheet, 0, 0, table->last_row + 2 + ROWS_A_CHART,
                                          (lxw_col_t)(table->table.columns_n - 1)));
}
