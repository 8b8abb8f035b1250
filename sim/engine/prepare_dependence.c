// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "pledgesim/curve.h"
#include "prepare_parts.h"

/* What a dependence model needs from the book, and what the sampler needs of it (docs/model.md,
 * section 4). */

const struct ps_dependence *ps_prepare_model(const struct ps_scenario *scenario)
{
    int models_n;
    return ps_models_dependence(&models_n)[scenario->p.dependence];
}

/* ---- sectors ---- */

/* The next row of a segment from row i on; sector_weights_n when there is none. */
static size_t next_row(const struct ps_scenario *scenario, int segment, size_t i)
{
    const char *id = scenario->segments[segment].segment_id;
    while (i < scenario->sector_weights_n &&
           strcmp(scenario->sector_weights[i].segment_id, id) != 0) {
        i++;
    }
    return i;
}

static int same_sectors(const struct ps_scenario *scenario, int a, int b)
{
    const size_t n = scenario->sector_weights_n;
    size_t i = next_row(scenario, a, 0), k = next_row(scenario, b, 0);
    while (i < n && k < n) {
        const struct ps_sector_weights_row *x = &scenario->sector_weights[i];
        const struct ps_sector_weights_row *y = &scenario->sector_weights[k];
        if (strcmp(x->cluster_id, y->cluster_id) != 0 || x->weight_frac != y->weight_frac ||
            x->variance != y->variance) {
            return 0;
        }
        i = next_row(scenario, a, i + 1);
        k = next_row(scenario, b, k + 1);
    }
    return i == n && k == n;
}

/* Sectors are named after the first segment that has them: its number, counted from 1. */
int ps_prepare_mix(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                   int segment)
{
    if (plan->hazard_kind != PS_HAZARD_SECTORS ||
        next_row(scenario, segment, 0) == scenario->sector_weights_n) {
        return 0;
    }
    int first = 0;
    while (!same_sectors(scenario, first, segment)) {
        first++;
    }
    return first + 1;
}

static void fill_sectors(const struct ps_scenario *scenario, const struct ps_hazard_class *class,
                         struct ps_calibration *out)
{
    const size_t all_n = scenario->clusters_n;
    if (class->mix == 0) {
        out->sectors_n = 1;
        out->sectors[0] = (struct ps_sector){
            .cluster = class->cluster, .weight = 1, .variance = scenario->p.sector_variance};
    } else {
        for (size_t i = next_row(scenario, class->mix - 1, 0);
             i < scenario->sector_weights_n && out->sectors_n < PS_SECTORS_MAX;
             i = next_row(scenario, class->mix - 1, i + 1)) {
            const struct ps_sector_weights_row *row = &scenario->sector_weights[i];
            out->sectors[out->sectors_n++] =
                (struct ps_sector){.cluster = ps_find_cluster(scenario, row->cluster_id),
                                   .weight = row->weight_frac,
                                   .variance = row->variance};
        }
    }
    const int n = out->sectors_n;
    double r[PS_SECTORS_MAX * PS_SECTORS_MAX];
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            r[i * n + k] = scenario->index_correlation[(size_t)out->sectors[i].cluster * all_n +
                                                       (size_t)out->sectors[k].cluster];
        }
    }
    ps_semidefinite_root(r, n, out->loading);
}

void ps_prepare_calibration(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                            const struct ps_hazard_class *class, struct ps_calibration *out)
{
    const struct ps_scenarios_row *p = &scenario->p;
    *out = (struct ps_calibration){.pd_frac = class->pd_frac,
                                   .correlation = class->correlation,
                                   .phi_annual = p->phi_annual,
                                   .step_months = plan->step_months,
                                   .calibrate = p->correlation_basis == PS_BASIS_ANNUAL,
                                   .t_nu = p->t_nu,
                                   .calm_months = p->calm_months,
                                   .stress_months = p->stress_months,
                                   .stress_multiplier = p->stress_multiplier,
                                   .capped = p->gamma_link == PS_LINK_LINEAR_CAPPED};
    if (plan->hazard_kind == PS_HAZARD_SECTORS) {
        fill_sectors(scenario, class, out);
    }
}

enum ps_status ps_prepare_curves(struct ps_arena *arena, const struct ps_calibration *c,
                                 struct ps_hazard_class *class)
{
    for (int k = 0; k < class->sectors_n; k++) {
        double *curve = ps_arena_take(arena, PS_CURVE_DOUBLES * sizeof *curve);
        if (curve == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        ps_curve_gamma(c->sectors[k].variance * class->spread, curve);
        class->sectors[k].curve = curve;
    }
    return PS_OK;
}

/* ---- what all classes share ---- */

enum ps_status ps_prepare_hazard_kind(const struct ps_scenario *scenario, struct ps_arena *arena,
                                      struct ps_world_plan *plan)
{
    const struct ps_scenarios_row *p = &scenario->p;
    plan->hazard_kind = ps_prepare_model(scenario)->kind;
    if (plan->hazard_kind == PS_HAZARD_MIXED) {
        double *curve = ps_arena_take(arena, PS_CURVE_DOUBLES * sizeof *curve);
        if (curve == NULL) {
            return ps_status_raise(PS_MEMORY);
        }
        ps_curve_gamma(2 / p->t_nu, curve);
        plan->mixing = curve;
        plan->mixing_yearly = p->t_mixing == PS_MIXING_YEAR;
        plan->start_month = plan->mixing_yearly ? (int)p->start_month : 1;
    }
    if (plan->hazard_kind == PS_HAZARD_SECTORS) {
        plan->capped = p->gamma_link == PS_LINK_LINEAR_CAPPED;
    }
    if (plan->hazard_kind == PS_HAZARD_REGIME) {
        plan->stress_share = p->stress_months / (p->calm_months + p->stress_months);
        plan->stress_enter = 1 / p->calm_months;
        plan->stress_stay = 1 - 1 / p->stress_months;
        plan->stress_shift = p->stress_shift_sd;
    }
    return PS_OK;
}
