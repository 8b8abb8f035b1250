// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "pledgesim/prepare.h"

/* Field by field, never whole structs: padding has no defined value. */

static int same_doubles(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return 0;
        }
    }
    return 1;
}

/* The guide follows from the cuts. */
static int same_law(const struct ps_discrete *a, const struct ps_discrete *b)
{
    return a->values_n == b->values_n &&
           (a->cut == b->cut ||
            memcmp(a->cut, b->cut, ((size_t)a->values_n - 1) * sizeof *a->cut) == 0);
}

static int same_quantiles(const struct ps_quantiles *a, const struct ps_quantiles *b)
{
    return a->q == b->q || same_doubles(a->q, b->q, PS_QUANTILE_CELLS + 1);
}

static int same_time(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    return a->seed == b->seed && a->months_n == b->months_n && a->horizon == b->horizon &&
           a->step_months == b->step_months && a->start_fixed == b->start_fixed &&
           a->initial_index == b->initial_index && a->phi_step == b->phi_step &&
           a->innovation == b->innovation;
}

static int same_sizes(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    return a->clusters_n == b->clusters_n && a->classes_n == b->classes_n &&
           a->segments_n == b->segments_n && a->ip_kinds_n == b->ip_kinds_n &&
           a->tape_n == b->tape_n && a->tape_firms_n == b->tape_firms_n;
}

static int same_scalars(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    return a->renewal_cut == b->renewal_cut && a->renewal_all == b->renewal_all &&
           a->maturity_share == b->maturity_share && a->npl_months == b->npl_months &&
           a->disposal_median_months == b->disposal_median_months &&
           a->disposal_sigma == b->disposal_sigma &&
           a->disposal_freeze_months == b->disposal_freeze_months && a->sale_x == b->sale_x &&
           a->sale_sensitivity == b->sale_sensitivity &&
           a->value_sensitivity == b->value_sensitivity && a->sale_never == b->sale_never &&
           a->sale_always == b->sale_always && a->cure_prob == b->cure_prob &&
           a->terms_needed == b->terms_needed;
}

static int same_class(const struct ps_hazard_class *a, const struct ps_hazard_class *b)
{
    return a->a == b->a && a->b == b->b && a->cluster == b->cluster;
}

static int same_segment(const struct ps_world_plan *a, const struct ps_world_plan *b, int i)
{
    const struct ps_segment_plan *x = &a->segments[i], *y = &b->segments[i];
    return x->cluster == y->cluster && x->klass == y->klass && x->ip_kind == y->ip_kind &&
           x->amount_min_wan == y->amount_min_wan && x->equal_cut == y->equal_cut &&
           x->micro_cut == y->micro_cut && x->equal_all == y->equal_all &&
           x->micro_all == y->micro_all && x->loan_rate_ppm == y->loan_rate_ppm &&
           same_law(&x->tenor, &y->tenor) &&
           same_law(&a->amount_laws[x->amount_law], &b->amount_laws[y->amount_law]);
}

static int same_kind(const struct ps_ip_kind_plan *a, const struct ps_ip_kind_plan *b)
{
    return a->value_per_yuan == b->value_per_yuan && a->valued_per_yuan == b->valued_per_yuan &&
           a->drift == b->drift && a->volatility == b->volatility && a->lapse_pa == b->lapse_pa &&
           same_quantiles(&a->price, &b->price);
}

static int same_tape_loan(const struct ps_tape_plan *a, const struct ps_tape_plan *b)
{
    return a->address == b->address && a->segment == b->segment && a->klass == b->klass &&
           a->amount_wan == b->amount_wan && a->months_left == b->months_left &&
           a->age_months == b->age_months && a->equal_principal == b->equal_principal &&
           a->pledged_per_yuan == b->pledged_per_yuan && a->recovery_frac == b->recovery_frac &&
           a->firm == b->firm;
}

static int same_economy(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    const size_t clusters_n = (size_t)a->clusters_n;
    int same = same_doubles(a->loading, b->loading, clusters_n * clusters_n) &&
               same_doubles(a->shift, b->shift, ((size_t)a->months_n + 1) * clusters_n);
    for (int i = 0; same && i < a->classes_n; i++) {
        same = same_class(&a->classes[i], &b->classes[i]);
    }
    return same;
}

static int same_book(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    int same = same_law(&a->segment, &b->segment);
    for (int i = 0; same && i < a->segments_n; i++) {
        same = same_segment(a, b, i);
    }
    for (int t = 1; same && t <= a->horizon; t++) {
        same = same_law(&a->arrivals[t], &b->arrivals[t]);
    }
    for (int i = 0; same && i < a->tape_n; i++) {
        same = same_tape_loan(&a->tape[i], &b->tape[i]);
    }
    return same;
}

int ps_world_plan_equal(const struct ps_world_plan *a, const struct ps_world_plan *b)
{
    if (!same_time(a, b) || !same_sizes(a, b) || !same_scalars(a, b) || !same_economy(a, b) ||
        !same_book(a, b) || !same_quantiles(&a->cash, &b->cash)) {
        return 0;
    }
    for (int i = 0; i < a->ip_kinds_n; i++) {
        if (!same_kind(&a->ip_kinds[i], &b->ip_kinds[i])) {
            return 0;
        }
    }
    return 1;
}
