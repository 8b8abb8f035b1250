// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/page.h"

/* The figures behind the charts, as JSON; its shape stands in docs/report.md. jansson gives NULL
 * when memory is out and its functions take NULL for an error, so that one check at the end is
 * enough. */

static const double CONFIDENCE = 0.95;

static void put(json_t *object, const char *key, json_t *value)
{
    /* A failure leaves the key out; ps_page_data counts them. */
    if (json_object_set_new(object, key, value) != 0)
        (void)json_object_set_new(object, "failed", json_true());
}

static void add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        (void)json_array_append_new(array, json_null());
}

/* Text that may not be UTF-8, where the book came from a path of other bytes. */
static json_t *text_of(const char *text)
{
    json_t *value = json_string(text);
    return value != NULL ? value : json_string("?");
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *wan(double fen)
{
    return number(fen / 1e6);
}

static json_t *both(const char *const text[PS_LANG_N])
{
    json_t *pair = json_array();
    add(pair, text_of(text[PS_LANG_ZH]));
    add(pair, text_of(text[PS_LANG_EN]));
    return pair;
}

/* [hits, worlds, lower end, upper end]; without a hit, or without a miss, the end that stands for
 * the whole is the one-sided bound, as in ps_chance_text. */
static json_t *chance(const struct ps_probability *p)
{
    json_t *out = json_array();
    add(out, json_integer((json_int_t)p->hits_n));
    add(out, json_integer((json_int_t)p->worlds_n));
    add(out, number(p->hits_n == p->worlds_n ? p->lower95 : p->lo95));
    add(out, number(p->hits_n == 0 ? p->upper95 : p->hi95));
    return out;
}

static json_t *chance_of(uint64_t hits_n, uint64_t worlds_n, int paired)
{
    const struct ps_probability p = ps_probability_of(hits_n, worlds_n, paired);
    return chance(&p);
}

/* [mean, lower end, upper end] in the unit of the measure. */
static json_t *estimate(struct ps_estimate e, double divisor)
{
    const struct ps_interval i = ps_estimate_interval(e, CONFIDENCE);
    json_t *out = json_array();
    add(out, number(e.value / divisor));
    add(out, number(i.lo / divisor));
    add(out, number(i.hi / divisor));
    return out;
}

static json_t *mean(const struct ps_row *row, enum ps_measure measure)
{
    return estimate(ps_row_mean(row, measure), ps_measure_divisor(measure));
}

/* ---- one scenario ---- */

static json_t *distribution(const struct ps_row *row)
{
    const struct ps_hist *h = &row->hist[PS_M_COMPENSATION];
    struct ps_hist_bars bars;
    json_t *out = json_object(), *counts = json_array(), *above = json_array();
    ps_hist_bars(h, &bars);
    for (unsigned i = 0; i < bars.n; i++)
        add(counts, json_integer((json_int_t)bars.count[i]));
    /* At each edge, the worlds at or above it. */
    uint64_t left = h->n - bars.below;
    for (unsigned i = 0; i <= bars.n; i++) {
        add(above, chance_of(left, h->n, row->paired));
        left -= i < bars.n ? bars.count[i] : 0;
    }
    put(out, "first", wan((double)bars.first));
    put(out, "width", wan((double)bars.width));
    put(out, "below", json_integer((json_int_t)bars.below));
    put(out, "over", json_integer((json_int_t)bars.above));
    put(out, "counts", counts);
    put(out, "reach", above);
    return out;
}

static json_t *exceedance(const struct ps_row *row)
{
    const struct ps_hist *h = &row->hist[PS_M_COMPENSATION];
    struct ps_hist_point points[PS_HIST_CURVE_MAX];
    const unsigned n = ps_hist_exceedance(h, points);
    json_t *out = json_array();
    for (unsigned i = 0; i < n; i++) {
        const int64_t at = points[i].value.value;
        if (i > 0 && at == points[i - 1].value.value)
            continue;
        json_t *point = chance_of(h->n - ps_hist_count_below(h, at + 1), h->n, row->paired);
        (void)json_array_insert_new(point, 0, wan((double)at));
        add(out, point);
    }
    return out;
}

/* The grain of what the bins can tell: 100 yuan. */
static json_t *balance(double fen)
{
    return json_real(floor(fen / 10000 + 0.5) / 100);
}

/* [month, mean, 5 %, 25 %, 50 %, 75 %, 95 %] where the fan of the balance is kept. */
static json_t *fan(const struct ps_row *row)
{
    static const double LEVELS[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const size_t first = (size_t)PS_PATH_BALANCE * ((size_t)row->months_n + 1);
    json_t *out = json_array();
    for (int t = 0; t <= row->months_n; t++) {
        const struct ps_hist *h = &row->fan[first + (size_t)t];
        const int point = t <= row->horizon || t % 3 == 0 || t == row->months_n;
        if (!ps_hist_kept(h) || h->n == 0 || !point || !ps_quantile_supported(h->n, LEVELS[0]))
            continue;
        json_t *line = json_array();
        add(line, json_integer(t));
        add(line, balance((double)row->path_sum[first + (size_t)t] / (double)row->worlds_n));
        for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++)
            add(line, balance((double)ps_hist_quantile(h, LEVELS[i]).value));
        add(out, line);
    }
    return out;
}

/* [month, hits, worlds, lower end, upper end] every quarter. */
static json_t *depleted_by(const struct ps_row *row)
{
    json_t *out = json_array();
    uint64_t n = row->depleted_in_month[0];
    for (int t = 1; t <= row->months_n; t++) {
        n += row->depleted_in_month[t];
        if (t % 3 != 0 && t != row->months_n)
            continue;
        json_t *line = chance_of(n, row->worlds_n, row->paired);
        (void)json_array_insert_new(line, 0, json_integer(t));
        add(out, line);
    }
    return out;
}

/* [mean, lower end, upper end, quantile or null, its level]: the quantile of the bad side, where
 * the distribution is kept. */
static json_t *with_bad_case(const struct ps_row *row, enum ps_measure measure, double level)
{
    const struct ps_hist *h = &row->hist[measure];
    json_t *line = mean(row, measure);
    const int known = ps_hist_kept(h) && ps_quantile_supported(h->n, level);
    add(line, known ? wan((double)ps_hist_quantile(h, level).value) : json_null());
    add(line, number(level));
    return line;
}

static json_t *flows(const struct ps_scenario *scenario, const struct ps_row *row)
{
    static const double MUCH = 0.95, LITTLE = 0.05;
    const struct {
        enum ps_word word;
        enum ps_measure measure;
        double bad; /* level of the bad case: much of a loss, little of what helps */
    } FLOWS[] = {{PS_WORD_FLOW_TOPUPS, PS_M_TOPUPS, MUCH},
                 {PS_WORD_FLOW_INTEREST, PS_M_POOL_INTEREST, LITTLE},
                 {PS_WORD_FLOW_RETURNED, PS_M_RETURNED, LITTLE},
                 {PS_WORD_FLOW_PAID, PS_M_COMPENSATION, MUCH},
                 {PS_WORD_FLOW_TRUST, PS_M_TRUST_POOL_LOSS, MUCH},
                 {PS_WORD_FLOW_END, PS_M_POOL_END, LITTLE},
                 {PS_WORD_FLOW_EXPOSURE, PS_M_EXPOSURE, MUCH},
                 {PS_WORD_FLOW_RECOVERED, PS_M_RECOVERED, LITTLE},
                 {PS_WORD_FLOW_LOSS, PS_M_LOSS, MUCH},
                 {PS_WORD_FLOW_POOL, PS_M_LOSS_POOL, MUCH},
                 {PS_WORD_FLOW_GUARANTOR, PS_M_LOSS_GUARANTOR, MUCH},
                 {PS_WORD_FLOW_REGUARANTOR, PS_M_LOSS_REGUARANTOR, MUCH},
                 {PS_WORD_FLOW_INSURER, PS_M_LOSS_INSURER, MUCH},
                 {PS_WORD_FLOW_APPRAISER, PS_M_LOSS_APPRAISER, MUCH},
                 {PS_WORD_FLOW_BANK, PS_M_LOSS_BANK, MUCH}};
    const struct ps_estimate start = {(double)ps_pools_initial_fen(scenario), 0};
    json_t *out = json_object(), *line = estimate(start, 1e6);
    add(line, json_null());
    add(line, number(LITTLE));
    put(out, ps_word_key(PS_WORD_FLOW_INITIAL), line);
    for (size_t i = 0; i < sizeof FLOWS / sizeof *FLOWS; i++)
        put(out, ps_word_key(FLOWS[i].word), with_bad_case(row, FLOWS[i].measure, FLOWS[i].bad));
    return out;
}

/* [worlds, chance of depletion .., chance of the target .., compensation ..]. */
static json_t *convergence(const struct ps_scenario *scenario, const struct ps_row_result *r)
{
    const int annual = scenario->p.target_basis == PS_TARGET_ANNUAL;
    json_t *out = json_array();
    for (int k = 0; k < r->checkpoints_n; k++) {
        const struct ps_checkpoint *c = &r->checkpoints[k];
        const uint64_t target_n = annual ? c->target_annual_n : c->target_cumulative_n;
        json_t *line = json_array();
        add(line, json_integer((json_int_t)c->worlds_n));
        add(line, chance_of(c->depleted_n, c->worlds_n, r->row.paired));
        add(line, ps_has_target(scenario) ? chance_of(target_n, c->worlds_n, r->row.paired)
                                          : json_null());
        add(line,
            estimate((struct ps_estimate){c->compensation_mean_fen, c->compensation_se_fen}, 1e6));
        add(out, line);
    }
    return out;
}

static json_t *scenario_data(const struct ps_page *page, size_t i)
{
    const struct ps_scenario *s = &page->request->book->scenarios[i];
    const struct ps_row_result *r = &page->request->result->rows[i];
    const struct ps_figures *f = &page->figures[i];
    json_t *out = json_object();
    put(out, "id", text_of(s->p.scenario_id));
    put(out, "name", text_of(ps_scenario_name(s)));
    put(out, "stress", json_boolean(page->stress[i]));
    put(out, "pool", wan((double)ps_pools_initial_fen(s)));
    put(out, "start",
        json_pack("[I, I]", (json_int_t)s->p.start_year, (json_int_t)s->p.start_month));
    put(out, "horizon", json_integer(s->p.horizon_months));
    put(out, "carries", json_integer(ps_carries_of(&f->depletion, ps_target_of(s, f))));
    put(out, "depletion", chance(&f->depletion));
    put(out, "target", ps_has_target(s) ? chance(ps_target_of(s, f)) : json_null());
    put(out, "registered", mean(&r->row, PS_M_REGISTERED));
    put(out, "paid", mean(&r->row, PS_M_COMPENSATION));
    put(out, "cost", mean(&r->row, PS_M_FISCAL_NET_COST));
    put(out, "distribution", distribution(&r->row));
    put(out, "exceedance", exceedance(&r->row));
    put(out, "fan", fan(&r->row));
    put(out, "depletedBy", depleted_by(&r->row));
    put(out, "flows", flows(s, &r->row));
    put(out, "convergence", convergence(s, r));
    return out;
}

/* ---- what goes for all ---- */

static json_t *outlook_points(const struct ps_outlook *o, int twist, int has_target)
{
    json_t *out = json_array();
    for (int i = 0; i < o->sizes_n * o->leverages_n; i++) {
        const struct ps_outlook_point *p =
            &o->points[twist][i / o->leverages_n][i % o->leverages_n];
        json_t *line = json_array();
        add(line, chance(&p->depletion));
        add(line, has_target ? chance(&p->target) : json_null());
        add(line, estimate(p->registered_fen, 1e6));
        add(line, estimate(p->fiscal_cost_fen, 1e6));
        add(line, estimate(p->shortfall_fen, 1e6));
        add(out, line);
    }
    return out;
}

/* points: [twist][size x leverages + leverage]: depletion, target, registered, cost, shortfall. */
static json_t *outlook_data(const struct ps_outlook *o, int has_target)
{
    json_t *out = json_object(), *pools = json_array(), *leverages = json_array();
    json_t *twists = json_array(), *points = json_array(), *worlds = json_array();
    for (int i = 0; i < o->sizes_n; i++)
        add(pools, wan((double)o->pool_fen[i]));
    for (int i = 0; i < o->leverages_n; i++)
        add(leverages, wan((double)o->leverage_ppm[i]));
    for (int t = 0; t < PS_TWIST_N; t++) {
        const char *const text[PS_LANG_N] = {
            [PS_LANG_ZH] = ps_twist_text((enum ps_twist)t, PS_LANG_ZH),
            [PS_LANG_EN] = ps_twist_text((enum ps_twist)t, PS_LANG_EN)};
        add(twists, both(text));
        add(worlds, json_integer((json_int_t)o->worlds_n[t]));
        add(points, o->worlds_n[t] > 0 ? outlook_points(o, t, has_target) : json_null());
    }
    put(out, "pools", pools);
    put(out, "leverages", leverages);
    put(out, "size", json_integer(o->size));
    put(out, "leverage", json_integer(o->leverage));
    put(out, "safe", json_integer(ps_outlook_safe_size(o)));
    put(out, "twists", twists);
    put(out, "worlds", worlds);
    put(out, "points", points);
    return out;
}

/* What the panel's command is made of: pools as [id, initial money, leverage]; by twist, settings.
 */
static json_t *panel_data(const struct ps_scenario *s)
{
    json_t *out = json_object(), *pools = json_array(), *settings = json_array();
    for (size_t i = 0; i < s->pools_n; i++) {
        json_t *pool = json_array();
        add(pool, text_of(s->pools[i].pool_id));
        add(pool, wan((double)s->pools[i].initial_fen));
        add(pool, wan((double)s->pools[i].leverage_ppm));
        add(pools, pool);
    }
    for (int t = 0; t < PS_TWIST_N; t++)
        add(settings, json_string(ps_twist_setting(s, (enum ps_twist)t).s));
    put(out, "pools", pools);
    put(out, "settings", settings);
    return out;
}

static json_t *words(void)
{
    json_t *out = json_object();
    for (int w = 0; w < PS_WORD_N; w++) {
        const char *const text[PS_LANG_N] = {
            [PS_LANG_ZH] = ps_word_text((enum ps_word)w, PS_LANG_ZH),
            [PS_LANG_EN] = ps_word_text((enum ps_word)w, PS_LANG_EN)};
        put(out, ps_word_key((enum ps_word)w), both(text));
    }
    return out;
}

static json_t *carries_words(void)
{
    json_t *out = json_array();
    for (int c = 0; c < PS_CARRIES_N; c++) {
        const char *const text[PS_LANG_N] = {
            [PS_LANG_ZH] = ps_carries_text((enum ps_carries)c, PS_LANG_ZH),
            [PS_LANG_EN] = ps_carries_text((enum ps_carries)c, PS_LANG_EN)};
        add(out, both(text));
    }
    return out;
}

json_t *ps_page_data(const struct ps_page *page)
{
    const struct ps_results_request *request = page->request;
    json_t *out = json_object(), *settings = json_array();
    char seed[24];
    for (size_t i = 0; i < request->sets_n; i++)
        add(settings, text_of(request->sets[i]));
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)request->seed);
    put(out, "book", text_of(request->book->name));
    put(out, "path", text_of(request->book_path));
    put(out, "sets", settings);
    put(out, "seed", json_string(seed)); /* as text: readers lose digits above 2^53 */
    put(out, "targetAtLeast", json_real(PS_TARGET_AT_LEAST));
    put(out, "depletionAtMost", json_real(PS_DEPLETION_AT_MOST));
    put(out, "words", words());
    put(out, "carries", carries_words());
    if (page->figures != NULL) {
        json_t *scenarios = json_array();
        for (size_t i = 0; i < request->book->scenarios_n; i++)
            add(scenarios, scenario_data(page, i));
        put(out, "scenarios", scenarios);
        put(out, "hasTarget", json_boolean(ps_has_target(request->book->scenarios)));
        put(out, "annual",
            json_boolean(request->book->scenarios[0].p.target_basis == PS_TARGET_ANNUAL));
        put(out, "outlook",
            outlook_data(request->outlook, ps_has_target(request->book->scenarios)));
        if (request->outlook->sizes_n == 0)
            put(out, "noOutlook", json_string(ps_word_key(ps_page_no_outlook(page))));
        put(out, "tornado", ps_page_tornado(request->sensitivity));
        put(out, "panel", panel_data(request->book->scenarios));
        put(out, "pack",
            ps_page_has_kernel() && request->outlook->sizes_n > 0 ? ps_page_pack(page)
                                                                  : json_null());
    } else {
        put(out, "study", ps_page_study_data(page));
    }
    return out;
}
