// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <string.h>

#include "pledgesim/figures.h"
#include "write.h"

static const char *const JUDGEMENTS[] = {
    [PS_MET] = "met", [PS_OPEN] = "open", [PS_MISSED] = "missed"};

static const char *cluster_name(const struct ps_scenario *base, int cluster)
{
    return cluster < 0 ? "all" : base->cluster_ids[cluster];
}

/* ---- stress.csv ---- */

/* stress, direction, cluster_id, size: which row it is. */
static void write_stress_key(struct ps_outcsv *csv, const struct ps_stressing *s,
                             const struct ps_stress_row *row)
{
    ps_outcsv_id(csv, row->name);
    if (row->own != NULL) {
        ps_outcsv_id(csv, row->own == s->request->base ? "none" : "book");
        ps_outcsv_id(csv, cluster_name(s->request->base, -1));
        ps_outcsv_empty(csv);
        return;
    }
    ps_outcsv_id(csv, ps_stress_kind_desc(row->stress.kind)->name);
    ps_outcsv_id(csv, cluster_name(s->request->base, row->stress.cluster));
    ps_outcsv_double(csv, row->stress.size);
}

static enum ps_status write_figure(struct ps_outcsv *csv, const struct ps_stressing *s,
                                   const struct ps_stress_row *row, int k)
{
    const enum ps_measure measure = ps_compared[k];
    const struct ps_difference *d = &row->differences[k];
    const double divisor = ps_measure_divisor(measure);
    const struct ps_verdict v = ps_difference_judge(d, ps_measure_desc(measure)->unit == PS_MU_FLAG,
                                                    row->paired || s->table->rows[0].paired,
                                                    (s->table->rows_n - 1) * PS_COMPARED_N);
    write_stress_key(csv, s, row);
    ps_outcsv_id(csv, ps_measure_desc(measure)->name);
    ps_outcsv_text(csv, ps_measure_unit_name(measure));
    ps_outcsv_double(csv, ps_moments_mean(&d->base) / divisor);
    ps_outcsv_double(csv, ps_moments_mean(&d->other) / divisor);
    ps_outcsv_double(csv, v.value / divisor);
    ps_outcsv_double(csv, v.lo95 / divisor);
    ps_outcsv_double(csv, v.hi95 / divisor);
    ps_outcsv_bool(csv, v.real);
    for (int i = 0; i < 4; i++) {
        ps_outcsv_empty(csv);
    }
    return ps_outcsv_row_end(csv);
}

static enum ps_status write_limit(struct ps_outcsv *csv, const struct ps_stressing *s,
                                  const struct ps_stress_row *row, int c)
{
    const struct ps_constraint *constraint = &s->request->study.constraints[c];
    const struct ps_judged *judged = &row->judged[c];
    const int mean = constraint->metric.kind == PS_METRIC_MEAN;
    const double divisor = mean ? ps_measure_divisor(constraint->metric.measure) : 1;
    write_stress_key(csv, s, row);
    ps_outcsv_id(csv, constraint->text);
    ps_outcsv_text(csv, mean ? ps_measure_unit_name(constraint->metric.measure) : "frac");
    ps_outcsv_double(csv, s->table->rows[0].judged[c].value.value / divisor);
    ps_outcsv_double(csv, judged->value.value / divisor);
    for (int i = 0; i < 4; i++) {
        ps_outcsv_empty(csv);
    }
    ps_outcsv_double(csv, judged->value.lower / divisor);
    ps_outcsv_double(csv, judged->value.upper / divisor);
    ps_outcsv_double(csv, judged->limit / divisor);
    ps_outcsv_text(csv, JUDGEMENTS[judged->judgement]);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_stress(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    const struct ps_stressing *s = request->stressing;
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < s->table->rows_n; i++) {
        const struct ps_stress_row *row = &s->table->rows[i];
        for (int k = 0; k < PS_COMPARED_N && status == PS_OK; k++) {
            status = write_figure(csv, s, row, k);
        }
        for (int c = 0; c < s->request->study.constraints_n && status == PS_OK; c++) {
            status = write_limit(csv, s, row, c);
        }
    }
    return status;
}

/* ---- reverse.csv ---- */

enum ps_status ps_write_reverse(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    static const char *const UNITS[] = {
        [PS_STRESS_SD] = "sd", [PS_STRESS_TIMES] = "times", [PS_STRESS_LESS] = "frac"};
    static const char *const OUTCOMES[] = {
        [PS_REVERSE_ALREADY] = "already", [PS_REVERSE_AT] = "at", [PS_REVERSE_NOT] = "not"};
    const struct ps_stressing *s = request->stressing;
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < s->reverse->lines_n && status == PS_OK; i++) {
        const struct ps_reverse_line *line = &s->reverse->lines[i];
        const struct ps_stress_kind_desc *desc = ps_stress_kind_desc(line->direction.kind);
        ps_outcsv_id(csv, desc->name);
        ps_outcsv_id(csv, cluster_name(s->request->base, line->direction.cluster));
        ps_outcsv_id(csv, s->request->study.constraints[line->constraint].text);
        ps_outcsv_text(csv, UNITS[desc->unit]);
        ps_outcsv_text(csv, OUTCOMES[line->outcome]);
        ps_outcsv_double(csv, line->size);
        ps_outcsv_double(csv, line->lo);
        ps_outcsv_double(csv, line->hi);
        ps_outcsv_double(csv, line->direction.size);
        ps_outcsv_double(csv, line->plausibility);
        ps_outcsv_double(csv, line->plausibility_lo);
        ps_outcsv_double(csv, line->plausibility_hi);
        ps_outcsv_bool(csv, line->monotone);
        status = ps_outcsv_row_end(csv);
    }
    return status;
}

/* ---- death_path.csv ---- */

static enum ps_status write_cell(struct ps_outcsv *csv, const struct ps_stressing *s,
                                 enum ps_death_group group, int month, enum ps_death_figure figure,
                                 int cluster)
{
    static const char *const GROUPS[] = {[PS_DEATH_DIED] = "depleted",
                                         [PS_DEATH_SURVIVED] = "survived",
                                         [PS_DEATH_ALL] = "all",
                                         [PS_DEATH_BEFORE] = "before_depletion"};
    const struct ps_death_figure_desc *desc = ps_death_figure_desc(figure);
    const double divisor = strcmp(desc->unit, "wan") == 0 ? ps_measure_divisor(PS_M_LOSS) : 1;
    const int place = group == PS_DEATH_BEFORE ? month + PS_DEATH_MONTHS : month;
    const int slot = ps_death_slot(s->death, figure, cluster);
    const struct ps_death_cell *cell = ps_death_cell(s->death, group, slot, place);
    const struct ps_estimate mean = ps_death_mean(s->death, cell);
    if (cell->n == 0) {
        return PS_OK;
    }
    ps_outcsv_id(csv, GROUPS[group]);
    ps_outcsv_int(csv, month);
    ps_outcsv_id(csv, desc->name);
    ps_outcsv_id(csv, cluster_name(s->request->base, cluster));
    ps_outcsv_text(csv, desc->unit);
    ps_outcsv_double(csv, mean.value / divisor);
    ps_outcsv_double(csv, mean.se / divisor);
    ps_outcsv_int(csv, (int64_t)cell->n);
    return ps_outcsv_row_end(csv);
}

enum ps_status ps_write_death_path(struct ps_outcsv *csv, const struct ps_results_request *request)
{
    const struct ps_stressing *s = request->stressing;
    enum ps_status status = PS_OK;
    for (int group = 0; group < PS_DEATH_GROUP_N; group++) {
        const int first = group == PS_DEATH_BEFORE ? -PS_DEATH_MONTHS : 1;
        const int last = group == PS_DEATH_BEFORE ? 0 : s->death->months_n;
        for (int t = first; t <= last; t++) {
            for (int f = 0; f < PS_DEATH_FIGURE_N; f++) {
                const int by_cluster = ps_death_figure_desc((enum ps_death_figure)f)->by_cluster;
                for (int c = -1; c < (by_cluster ? s->death->clusters_n : 0) && status == PS_OK;
                     c++) {
                    status = write_cell(csv, s, (enum ps_death_group)group, t,
                                        (enum ps_death_figure)f, c);
                }
            }
        }
    }
    return status;
}
