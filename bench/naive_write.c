// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>

#include "naive.h"

/* The model as JSON for naive_numpy.py, which knows the rules of the baseline only. */

static void write_segments(const struct naive_model *m, FILE *out)
{
    for (int i = 0; i < m->segments_n; i++) {
        const struct naive_segment *s = &m->segments[i];
        fprintf(out,
                "%s{\"cluster\": %d, \"class\": %d, \"ip_kind\": %d, \"share\": %.17g, "
                "\"median\": %.17g, \"sigma\": %.17g, \"min\": %.17g, \"max\": %.17g, "
                "\"tenor_up_to\": [%.17g, %.17g, %.17g, %.17g]}",
                i ? ",\n  " : "", s->cluster, s->class, s->ip_kind,
                gsl_ran_discrete_pdf((size_t)i, m->segment_law), s->amount_median_wan,
                s->amount_sigma, s->amount_min_wan, s->amount_max_wan, s->tenor_up_to[0],
                s->tenor_up_to[1], s->tenor_up_to[2], s->tenor_up_to[3]);
    }
}

static void write_tables(const struct naive_model *m, FILE *out)
{
    fprintf(out, " \"classes\": [");
    for (int k = 0; k < m->classes_n; k++) {
        fprintf(out, "%s{\"a\": %.17g, \"b\": %.17g, \"cluster\": %d}", k ? ",\n  " : "",
                m->classes[k].a, m->classes[k].b, m->classes[k].cluster);
    }
    fprintf(out, "],\n \"segments\": [");
    write_segments(m, out);
    fprintf(out, "],\n \"ip_kinds\": [");
    for (int i = 0; i < m->ip_kinds_n; i++) {
        const struct naive_ip_kind *k = &m->ip_kinds[i];
        fprintf(out,
                "%s{\"ltv\": %.17g, \"alpha\": %.17g, \"beta\": %.17g, \"decay\": %.17g, "
                "\"vol\": %.17g, \"lapse\": %.17g}",
                i ? ",\n  " : "", k->ltv, k->price_alpha, k->price_beta, k->decay_pa,
                k->volatility_pa, k->lapse_pa);
    }
    fprintf(out, "],\n \"products\": [");
    for (int i = 0; i < m->products_n; i++) {
        const struct naive_product *p = &m->products[i];
        fprintf(out,
                "%s{\"up_to\": %.17g, \"pool_ppm\": %" PRId64 ", \"loan_cap\": %" PRId64
                ", \"firm_cap\": %" PRId64 ", \"trigger\": %" PRId64 "}",
                i ? ",\n  " : "", p->up_to, p->pool_ppm, p->loan_cap_fen[0], p->firm_cap_fen[0],
                p->trigger_months);
    }
    fprintf(out, "],\n \"tape\": [");
    for (int i = 0; i < m->tape_n; i++) {
        const struct naive_tape_loan *t = &m->tape[i];
        fprintf(out,
                "%s{\"segment\": %d, \"class\": %d, \"amount\": %" PRId64
                ", \"left\": %d, \"age\": %d}",
                i ? ",\n  " : "", t->segment, t->class, t->amount_fen, t->months_left,
                t->age_months);
    }
    fprintf(out, "],\n");
}

static void write_economy(const struct naive_model *m, FILE *out)
{
    fprintf(out, " \"phi\": %.17g, \"innovation\": %.17g,\n \"loading\": [", m->phi, m->innovation);
    for (int i = 0; i < m->clusters_n; i++) {
        for (int j = 0; j < m->clusters_n; j++) {
            fprintf(out, "%s%.17g", j ? ", " : i ? "],\n  [" : "[", m->loading[i][j]);
        }
    }
    fprintf(out, "]],\n \"arrivals\": [");
    for (int t = 0; t <= m->horizon; t++) {
        fprintf(out, "%s%.17g", t ? ", " : "", m->arrivals[t]);
    }
    fprintf(out, "],\n");
}

void naive_model_write(const struct naive_model *m, FILE *out)
{
    fprintf(out, "{\"horizon\": %d, \"months\": %d, \"npl_months\": %d, \"writeoff\": %d,\n",
            m->horizon, m->months_n, m->npl_months, m->writeoff_months);
    write_economy(m, out);
    write_tables(m, out);
    fprintf(out,
            " \"maturity_share\": %.17g, \"renewal\": %.17g, \"lag_median\": %.17g, "
            "\"lag_sigma\": %.17g,\n \"sale_x\": %.17g, \"sale_beta\": %.17g, "
            "\"value_beta\": %.17g, \"cost\": %.17g, \"valuation\": %.17g,\n "
            "\"cash_alpha\": %.17g, \"cash_beta\": %.17g, \"freeze\": %d,\n",
            m->maturity_share, m->renewal_prob, m->disposal_median_months, m->disposal_sigma,
            m->sale_x, m->sale_sensitivity, m->value_sensitivity, m->cost_frac, m->valuation,
            m->cash_alpha, m->cash_beta, m->freeze_months);
    fprintf(out,
            " \"initial\": %" PRId64 ", \"interest_ppm\": %" PRId64 ", \"leverage_ppm\": %" PRId64
            ", \"suspend\": %" PRId64 ", \"terminate\": %" PRId64 ", \"resume\": %" PRId64
            ",\n \"min_live\": %" PRId64 ", \"min_npl\": %" PRId64 ", \"review\": %d, "
            "\"cooling\": %d, \"before\": %" PRId64 ", \"target\": %" PRId64 "}\n",
            m->initial_fen, m->interest_ppm, m->leverage_ppm, m->suspend_ppm, m->terminate_ppm,
            m->resume_ppm, m->min_live, m->min_npl, m->review_months, m->cooling_months,
            m->registered_before_fen, m->target_fen);
}
