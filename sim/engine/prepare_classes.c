// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "pledgesim/capped_grid.h"
#include "prepare_parts.h"

/* Hazard classes: the distinct (PD, correlation, sectors, cluster) of segments and tape loans, each
 * calibrated once (docs/model.md, section 4). */

static int class_order(const void *a, const void *b)
{
    const struct ps_hazard_class *x = a, *y = b;
    if (x->pd_frac != y->pd_frac) {
        return x->pd_frac < y->pd_frac ? -1 : 1;
    }
    if (x->correlation != y->correlation) {
        return x->correlation < y->correlation ? -1 : 1;
    }
    if (x->mix != y->mix) {
        return x->mix < y->mix ? -1 : 1;
    }
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

static struct ps_hazard_class class_key(const struct ps_scenario *scenario,
                                        const struct ps_world_plan *plan, int segment,
                                        double pd_frac, double correlation)
{
    return (struct ps_hazard_class){
        .cluster = ps_find_cluster(scenario, scenario->segments[segment].cluster_id),
        .mix = ps_prepare_mix(scenario, plan, segment),
        .pd_frac = pd_frac * scenario->p.pd_multiplier,
        .correlation = correlation};
}

int ps_prepare_class_of(const struct ps_scenario *scenario, const struct ps_world_plan *plan,
                        int segment, double pd_frac, double correlation)
{
    const struct ps_hazard_class key = class_key(scenario, plan, segment, pd_frac, correlation);
    const struct ps_hazard_class *found =
        bsearch(&key, plan->classes, (size_t)plan->classes_n, sizeof key, class_order);
    return (int)(found - plan->classes);
}

/* Segments and loans whose PD is too high: told together, by the first. */
struct too_high {
    const char *first_id;
    double first_frac;
    size_t n;
};

static void look_at_pd(const struct ps_hazard_class *class, const char *id, struct too_high *high)
{
    if (class->pd_frac > 0.99 && high->n++ == 0) {
        high->first_id = id;
        high->first_frac = class->pd_frac;
    }
}

static enum ps_status judge_pd(const struct too_high *high, struct ps_diags *diags)
{
    if (high->n == 0) {
        return PS_OK;
    }
    char percent[32], ids[PS_ID_BYTES + 32];
    (void)snprintf(percent, sizeof percent, "%.10g", high->first_frac * 100);
    (void)snprintf(ids, sizeof ids, high->n > 1 ? "%s (+%zu)" : "%s", high->first_id, high->n - 1);
    const char *const args[] = {ids, percent, NULL};
    return ps_prepare_refuse(diags, PS_DIAG_PD_ABOVE_99, percent, args);
}

/* The segment, else the loan, that brought a class in. */
static const char *class_member(const struct ps_scenario *scenario,
                                const struct ps_hazard_class *class)
{
    const double times = scenario->p.pd_multiplier;
    for (size_t i = 0; i < scenario->segments_n; i++) {
        const struct ps_segments_row *row = &scenario->segments[i];
        if (row->pd_frac * times == class->pd_frac && row->correlation == class->correlation) {
            return row->segment_id;
        }
    }
    for (size_t i = 0; i < scenario->loans_n; i++) {
        const struct ps_loans_row *row = &scenario->loans[i];
        if (row->pd_frac * times == class->pd_frac && row->correlation == class->correlation) {
            return row->loan_id;
        }
    }
    return "";
}

static enum ps_status refuse_capped(const struct ps_scenario *scenario, struct ps_diags *diags,
                                    const struct ps_hazard_class *class,
                                    const struct ps_calibration *calibration)
{
    char sectors[16], phi[32];
    snprintf(sectors, sizeof sectors, "%d", calibration->sectors_n);
    snprintf(phi, sizeof phi, "%.10g", calibration->phi_annual);
    const char *const args[] = {sectors, phi, class_member(scenario, class), NULL};
    return ps_prepare_refuse(diags, PS_DIAG_CAPPED_TOO_FINE, "linear_capped", args);
}

static enum ps_status resolve_class(const struct ps_scenario *scenario, struct ps_arena *arena,
                                    struct ps_diags *diags, const struct ps_world_plan *plan,
                                    struct ps_hazard_class *class)
{
    struct ps_calibration calibration;
    ps_prepare_calibration(scenario, plan, class, &calibration);
    enum ps_status status = ps_prepare_model(scenario)->resolve(&calibration, class);
    if (status == PS_OK) {
        status = ps_prepare_curves(arena, &calibration, class);
    }
    if (status != PS_INPUT) {
        return status;
    }
    if (calibration.capped && ps_capped_too_fine(&calibration)) {
        return refuse_capped(scenario, diags, class, &calibration);
    }
    char spread[32], percent[32];
    const int sectors = plan->hazard_kind == PS_HAZARD_SECTORS;
    snprintf(spread, sizeof spread, "%.10g",
             sectors ? calibration.sectors[0].variance : class->correlation);
    snprintf(percent, sizeof percent, "%.10g", class->pd_frac * 100);
    const char *const args[] = {spread, percent, class_member(scenario, class), NULL};
    return ps_prepare_refuse(
        diags, sectors ? PS_DIAG_NO_SECTOR_CALIBRATION : PS_DIAG_NO_CALIBRATION, spread, args);
}

/* Collects the keys of all segments and tape loans; PDs that are too high are refused. */
static enum ps_status collect_classes(const struct ps_scenario *scenario, struct ps_diags *diags,
                                      const struct ps_world_plan *plan,
                                      struct ps_hazard_class *classes)
{
    struct too_high high = {0};
    for (size_t i = 0; i < scenario->segments_n; i++) {
        const struct ps_segments_row *row = &scenario->segments[i];
        classes[i] = class_key(scenario, plan, (int)i, row->pd_frac, row->correlation);
        look_at_pd(&classes[i], row->segment_id, &high);
    }
    for (size_t i = 0; i < scenario->loans_n; i++) {
        const struct ps_loans_row *row = &scenario->loans[i];
        const int segment = ps_find_id(scenario->segments[0].segment_id, sizeof *scenario->segments,
                                       scenario->segments_n, row->segment_id);
        if (segment < 0) {
            return ps_status_raise(PS_BUG); /* checked when the book was read */
        }
        struct ps_hazard_class *class = &classes[scenario->segments_n + i];
        *class = class_key(scenario, plan, segment, row->pd_frac, row->correlation);
        look_at_pd(class, row->loan_id, &high);
    }
    return judge_pd(&high, diags);
}

enum ps_status ps_prepare_classes(const struct ps_scenario *scenario, struct ps_arena *arena,
                                  struct ps_diags *diags, struct ps_world_plan *plan)
{
    const size_t all_n = scenario->segments_n + scenario->loans_n;
    struct ps_hazard_class *classes = ps_arena_take(arena, all_n * sizeof *classes);
    if (classes == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    enum ps_status status = collect_classes(scenario, diags, plan, classes);
    if (status != PS_OK) {
        return status;
    }
    qsort(classes, all_n, sizeof *classes, class_order);
    size_t n = 0;
    for (size_t i = 0; i < all_n; i++) {
        if (n > 0 && class_order(&classes[n - 1], &classes[i]) == 0) {
            continue;
        }
        struct ps_hazard_class *class = &classes[n++];
        *class = classes[i];
        const struct ps_hazard_class *before = class - 1;
        if (n > 1 && before->pd_frac == class->pd_frac &&
            before->correlation == class->correlation && before->mix == class->mix) {
            const int cluster = class->cluster;
            *class = *before;
            class->cluster = cluster;
            if (class->mix == 0) {
                class->sectors[0].cluster = cluster;
            }
            continue;
        }
        const enum ps_status resolved = resolve_class(scenario, arena, diags, plan, class);
        if (resolved != PS_OK && resolved != PS_INPUT) {
            return resolved;
        }
        status = status == PS_OK ? resolved : status; /* all that cannot be are told */
    }
    plan->classes = classes;
    plan->classes_n = (int)n;
    return status;
}
