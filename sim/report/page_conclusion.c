// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <string.h>

#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/pairs.h"

/* The first screen: four cards and the sentences behind them, all about the first scenario. */

static const double CONFIDENCE = 0.95;

enum { OBSTACLES_SHOWN = 3 };

static int has_target(const struct ps_page *page)
{
    return ps_has_target(page->request->book->scenarios);
}

static struct ps_text percent(double fraction)
{
    return ps_text_real(100 * fraction, 0);
}

/* ---- cards ---- */

static void card(const struct ps_page *page, enum ps_word title, const char *state,
                 const char *value, struct ps_page_said note)
{
    (void)fprintf(page->out, "<div class=\"card %s\"><h3>", state);
    ps_page_say(page, title, NULL);
    /* The interval below its estimate. */
    const char *interval = strstr(value, " [");
    char figure[PS_LABEL_BYTES];
    (void)snprintf(figure, sizeof figure, "%.*s",
                   (int)(interval == NULL ? strlen(value) : (size_t)(interval - value)), value);
    (void)fputs("</h3><p class=\"figure\">", page->out);
    ps_page_text(page, figure);
    (void)fputs("</p>", page->out);
    if (interval != NULL) {
        (void)fputs("<p class=\"interval\">", page->out);
        ps_page_text(page, interval + 1);
        (void)fputs(" %</p>", page->out);
    }
    (void)fputs("<p>", page->out);
    ps_page_text(page, note.s);
    (void)fputs("</p></div>", page->out);
}

static const char *state_of(int good, int bad)
{
    return good ? "good" : bad ? "bad" : "open";
}

static void target_card(const struct ps_page *page)
{
    const struct ps_probability *p = ps_target_of(page->request->book->scenarios, page->figures);
    card(page, PS_WORD_CARD_TARGET,
         state_of(p->lo95 >= PS_TARGET_AT_LEAST, p->hi95 < PS_TARGET_AT_LEAST), ps_chance_text(p).s,
         ps_page_said(page->lang, PS_WORD_CARD_TARGET_NOTE,
                      PS_PAGE_ARGS(percent(PS_TARGET_AT_LEAST).s)));
}

static void depletion_card(const struct ps_page *page)
{
    const struct ps_probability *p = &page->figures[0].depletion;
    card(page, PS_WORD_CARD_DEPLETION,
         state_of(p->hi95 <= PS_DEPLETION_AT_MOST, p->lo95 > PS_DEPLETION_AT_MOST),
         ps_chance_text(p).s,
         ps_page_said(page->lang, PS_WORD_CARD_DEPLETION_NOTE,
                      PS_PAGE_ARGS(percent(PS_DEPLETION_AT_MOST).s)));
}

static const struct ps_outlook_point *size_point(const struct ps_outlook *o, int size)
{
    return &o->points[PS_TWIST_NONE][size][o->leverage];
}

static void no_size_card(const struct ps_page *page)
{
    const struct ps_outlook *o = page->request->outlook;
    const int last = o->sizes_n - 1;
    const struct ps_outlook_point *p = size_point(o, last);
    card(page, PS_WORD_CARD_SIZE, "bad", ps_word_text(PS_WORD_CARD_SIZE_NONE, page->lang),
         ps_page_said(page->lang,
                      has_target(page) ? PS_WORD_CARD_SIZE_NONE_NOTE
                                       : PS_WORD_CARD_SIZE_NONE_NOTE_CLAIMS,
                      PS_PAGE_ARGS(ps_page_money(page->lang, o->pool_fen[0]).s,
                                   ps_page_money(page->lang, o->pool_fen[last]).s,
                                   ps_chance_text(&p->depletion).s, ps_chance_text(&p->target).s)));
}

static void size_card(const struct ps_page *page)
{
    const struct ps_outlook *o = page->request->outlook;
    const enum ps_lang lang = page->lang;
    const int safe = ps_outlook_safe_size(o);
    if (o->sizes_n == 0) {
        card(page, PS_WORD_CARD_SIZE, "open", ps_word_text(PS_WORD_CARD_SIZE_UNKNOWN, lang),
             ps_page_said(lang, ps_page_no_outlook(page), NULL));
        return;
    }
    if (safe < 0) {
        no_size_card(page);
        return;
    }
    const struct ps_outlook_point *p = size_point(o, safe);
    const struct ps_page_said size = ps_page_money(lang, o->pool_fen[safe]);
    card(page, PS_WORD_CARD_SIZE, safe <= o->size ? "good" : "open",
         safe > 0 ? size.s : ps_page_said(lang, PS_WORD_CARD_SIZE_LOWEST, PS_PAGE_ARGS(size.s)).s,
         ps_page_said(lang,
                      has_target(page) ? PS_WORD_CARD_SIZE_NOTE : PS_WORD_CARD_SIZE_NOTE_CLAIMS,
                      PS_PAGE_ARGS(ps_chance_text(&p->depletion).s, ps_chance_text(&p->target).s)));
}

/* What the stresses do to the pool, and to the target. */
static void breaks_card(const struct ps_page *page)
{
    const enum ps_lang lang = page->lang;
    const struct ps_page_worst pool = ps_page_worst_depletion(page);
    const struct ps_page_worst target = ps_page_worst_target(page);
    const int fine = pool.p.hi95 <= PS_DEPLETION_AT_MOST && target.p.lo95 >= PS_TARGET_AT_LEAST;
    struct ps_page_said note = ps_page_said(lang, PS_WORD_CARD_BREAKS_NONE_NOTE, NULL);
    if (!pool.tried) {
        card(page, PS_WORD_CARD_BREAKS, "open", ps_word_text(PS_WORD_CARD_SIZE_UNKNOWN, lang),
             ps_page_said(lang, ps_page_no_outlook(page), NULL));
        return;
    }
    if (pool.name[lang] != NULL)
        note =
            ps_page_said(lang, PS_WORD_CARD_BREAKS_NOTE, PS_PAGE_ARGS(ps_chance_text(&pool.p).s));
    if (has_target(page)) {
        const struct ps_page_said of_target = ps_page_said(
            lang,
            target.name[lang] == NULL ? PS_WORD_CARD_BREAKS_NO_TARGET : PS_WORD_CARD_BREAKS_TARGET,
            PS_PAGE_ARGS(target.name[lang] == NULL ? "" : target.name[lang],
                         ps_chance_text(&target.p).s));
        const size_t n = strlen(note.s);
        (void)snprintf(note.s + n, sizeof note.s - n, "%s", of_target.s);
    }
    card(page, PS_WORD_CARD_BREAKS, fine ? "good" : "open",
         pool.name[lang] != NULL ? pool.name[lang] : ps_word_text(PS_WORD_CARD_BREAKS_NONE, lang),
         note);
}

/* ---- sentences ---- */

static void sentence(const struct ps_page *page, enum ps_word word, const char *const args[])
{
    (void)fputs("<li>", page->out);
    ps_page_say(page, word, args);
    (void)fputs("</li>", page->out);
}

static void verdict_sentence(const struct ps_page *page)
{
    const struct ps_scenario *s = page->request->book->scenarios;
    const struct ps_figures *f = page->figures;
    const struct ps_page_said pool = ps_page_money(page->lang, ps_pools_initial_fen(s));
    const struct ps_text depletion = ps_chance_text(&f->depletion);
    const struct ps_text worlds = ps_text_count(f->worlds_n);
    if (has_target(page))
        sentence(page, PS_WORD_SENTENCE_VERDICT,
                 PS_PAGE_ARGS(pool.s, ps_page_money(page->lang, s->p.target_fen).s,
                              ps_chance_text(ps_target_of(s, f)).s, worlds.s, depletion.s));
    else
        sentence(page, PS_WORD_SENTENCE_VERDICT_CLAIMS,
                 PS_PAGE_ARGS(pool.s, depletion.s, worlds.s));
}

static void size_sentence(const struct ps_page *page)
{
    const struct ps_outlook *o = page->request->outlook;
    const int safe = ps_outlook_safe_size(o);
    if (safe < 0)
        return;
    const int below = safe > 0 ? safe - 1 : 0;
    const struct ps_outlook_point *yes = size_point(o, safe), *no = size_point(o, below);
    const struct ps_page_said safe_size = ps_page_money(page->lang, o->pool_fen[safe]);
    const struct ps_page_said smaller = ps_page_money(page->lang, o->pool_fen[below]);
    const struct ps_text pays = ps_chance_text(&yes->depletion);
    const struct ps_text pays_not = ps_chance_text(&no->depletion);
    (void)fputs("<li>", page->out);
    if (safe == 0)
        ps_page_say(page, PS_WORD_SENTENCE_SIZE_LOWEST, PS_PAGE_ARGS(safe_size.s, pays.s));
    else if (has_target(page))
        ps_page_say(page, PS_WORD_SENTENCE_SIZE,
                    PS_PAGE_ARGS(safe_size.s, pays.s, ps_chance_text(&yes->target).s, smaller.s,
                                 pays_not.s, ps_chance_text(&no->target).s));
    else
        ps_page_say(page, PS_WORD_SENTENCE_SIZE_CLAIMS,
                    PS_PAGE_ARGS(safe_size.s, pays.s, smaller.s, pays_not.s));
    (void)fputs(" ", page->out);
    ps_page_tune(page, safe > 0 ? o->pool_fen[below] : 0, o->pool_fen[safe]);
    (void)fputs("</li>", page->out);
}

/* The measures that make up an obstacle; their errors are added, which is never too little. */
static double obstacle_se_wan(const struct ps_row *row, enum ps_reason reason)
{
    static const enum ps_measure MEASURES[PS_REASON_N][2] = {
        [PS_REASON_DEMAND] = {PS_M_GAP_DEMAND, PS_MEASURE_N},
        [PS_REASON_BREAKER] = {PS_M_LOST_SUSPENDED, PS_M_LOST_TERMINATED},
        [PS_REASON_SUSPENDED] = {PS_M_LOST_SUSPENDED, PS_MEASURE_N},
        [PS_REASON_TERMINATED] = {PS_M_LOST_TERMINATED, PS_MEASURE_N},
        [PS_REASON_LEVERAGE] = {PS_M_LOST_LEVERAGE, PS_MEASURE_N},
        [PS_REASON_SINGLE_NAME] = {PS_M_LOST_SINGLE_NAME, PS_MEASURE_N},
        [PS_REASON_LOAN_CAP] = {PS_M_LOST_LOAN_CAP, PS_MEASURE_N},
        [PS_REASON_POPULATION] = {PS_M_LOST_POPULATION, PS_MEASURE_N},
        [PS_REASON_CLOSED] = {PS_M_LOST_CLOSED, PS_MEASURE_N},
        [PS_REASON_TAKE_UP] = {PS_M_LOST_TAKE_UP, PS_MEASURE_N}};
    double se = 0;
    for (int k = 0; k < 2; k++)
        if (MEASURES[reason][k] != PS_MEASURE_N)
            se +=
                ps_row_mean(row, MEASURES[reason][k]).se / ps_measure_divisor(MEASURES[reason][k]);
    return se;
}

static void obstacle_sentence(const struct ps_page *page)
{
    const struct ps_row *row = &page->request->result->rows[0].row;
    struct ps_obstacle obstacles[PS_REASON_N];
    const int n = ps_obstacles_of(page->figures, obstacles);
    char list[1024] = "";
    size_t at = 0;
    for (int i = 0; i < n && i < OBSTACLES_SHOWN; i++) {
        const struct ps_interval interval = ps_estimate_interval(
            (struct ps_estimate){obstacles[i].wan, obstacle_se_wan(row, obstacles[i].reason)},
            CONFIDENCE);
        const struct ps_page_said one = ps_page_said(
            page->lang, PS_WORD_OBSTACLE,
            PS_PAGE_ARGS(ps_reason_text(obstacles[i].reason, page->lang),
                         ps_text_wan(obstacles[i].wan).s, ps_text_wan(fmax(interval.lo, 0)).s,
                         ps_text_wan(interval.hi).s));
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s",
                               i > 0 ? ps_word_text(PS_WORD_LIST_COMMA, page->lang) : "", one.s);
    }
    sentence(page, n > 0 ? PS_WORD_SENTENCE_OBSTACLES : PS_WORD_SENTENCE_NO_OBSTACLES,
             PS_PAGE_ARGS(list));
}

static void paid_sentence(const struct ps_page *page)
{
    const struct ps_row *row = &page->request->result->rows[0].row;
    const struct ps_hist *h = &row->hist[PS_M_COMPENSATION];
    const double divisor = ps_measure_divisor(PS_M_COMPENSATION);
    const struct ps_page_said paid = ps_page_mean(page->lang, row, PS_M_COMPENSATION);
    const struct ps_page_said cost = ps_page_mean(page->lang, row, PS_M_FISCAL_NET_COST);
    if (ps_page_never(row, PS_M_COMPENSATION)) {
        sentence(page, PS_WORD_SENTENCE_PAID_NEVER, PS_PAGE_ARGS(ps_text_count(row->worlds_n).s));
        if (!ps_page_never(row, PS_M_FISCAL_NET_COST))
            sentence(page, PS_WORD_SENTENCE_COST, PS_PAGE_ARGS(cost.s));
        return;
    }
    if (!ps_quantile_supported(h->n, 0.95)) {
        sentence(page, PS_WORD_SENTENCE_PAID_MEAN, PS_PAGE_ARGS(paid.s, cost.s));
        return;
    }
    const struct ps_interval at =
        ps_hist_rank_interval(h, row->paired ? ps_pairs_quantile_ranks(h->n, 0.95, CONFIDENCE)
                                             : ps_quantile_ranks(h->n, 0.95, CONFIDENCE));
    const double bad = (double)ps_hist_quantile(h, 0.95).value;
    if (bad <= 0) {
        sentence(page, PS_WORD_SENTENCE_PAID_SELDOM, PS_PAGE_ARGS(paid.s, cost.s));
        return;
    }
    sentence(page, PS_WORD_SENTENCE_PAID,
             PS_PAGE_ARGS(paid.s,
                          ps_page_amount(page->lang, bad / divisor,
                                         (struct ps_interval){at.lo / divisor, at.hi / divisor})
                              .s,
                          cost.s));
}

static void breaks_sentences(const struct ps_page *page)
{
    const struct ps_page_worst pool = ps_page_worst_depletion(page);
    const struct ps_page_worst target = ps_page_worst_target(page);
    if (pool.name[page->lang] != NULL)
        sentence(page, PS_WORD_SENTENCE_BREAKS,
                 PS_PAGE_ARGS(pool.name[page->lang], ps_chance_text(&pool.p).s));
    if (has_target(page) && target.name[page->lang] != NULL)
        sentence(page, PS_WORD_SENTENCE_BREAKS_TARGET,
                 PS_PAGE_ARGS(target.name[page->lang], ps_chance_text(&target.p).s));
}

void ps_page_conclusion(struct ps_page *page)
{
    static const enum ps_word ANSWERS[PS_CARRIES_N] = {
        [PS_CARRIES_YES] = PS_WORD_ANSWER_YES,
        [PS_CARRIES_OPEN] = PS_WORD_ANSWER_OPEN,
        [PS_CARRIES_NOT_TARGET] = PS_WORD_ANSWER_NOT_TARGET,
        [PS_CARRIES_NOT_CLAIMS] = PS_WORD_ANSWER_NOT_CLAIMS,
        [PS_CARRIES_NEITHER] = PS_WORD_ANSWER_NEITHER};
    static const enum ps_word ANSWERS_CLAIMS[PS_CARRIES_N] = {
        [PS_CARRIES_YES] = PS_WORD_ANSWER_PAYS,
        [PS_CARRIES_OPEN] = PS_WORD_ANSWER_OPEN,
        [PS_CARRIES_NOT_CLAIMS] = PS_WORD_ANSWER_PAYS_NOT};
    const struct ps_scenario *s = page->request->book->scenarios;
    const struct ps_figures *f = page->figures;
    const enum ps_carries carries = ps_carries_of(&f->depletion, ps_target_of(s, f));
    (void)fputs("<p class=\"scenario\">", page->out);
    ps_page_text(page, ps_scenario_name(s));
    (void)fputs("</p><p class=\"question\">", page->out);
    ps_page_say(page, has_target(page) ? PS_WORD_QUESTION : PS_WORD_QUESTION_CLAIMS,
                PS_PAGE_ARGS(ps_page_money(page->lang, ps_pools_initial_fen(s)).s,
                             ps_page_money(page->lang, s->p.target_fen).s));
    (void)fprintf(page->out, "</p><p class=\"answer %s\">",
                  state_of(carries == PS_CARRIES_YES, carries != PS_CARRIES_OPEN));
    ps_page_say(page, (has_target(page) ? ANSWERS : ANSWERS_CLAIMS)[carries], NULL);
    (void)fputs("</p><div class=\"cards\">", page->out);
    if (has_target(page))
        target_card(page);
    depletion_card(page);
    size_card(page);
    breaks_card(page);
    (void)fputs("</div>", page->out);
    ps_page_basis(page);
    (void)fputs("<ul class=\"sentences\">", page->out);
    verdict_sentence(page);
    size_sentence(page);
    if (has_target(page))
        obstacle_sentence(page);
    paid_sentence(page);
    breaks_sentences(page);
    if (page->request->warnings->n > 0)
        sentence(page, PS_WORD_SENTENCE_WARNINGS,
                 PS_PAGE_ARGS(ps_text_count(page->request->warnings->n).s));
    (void)fputs("</ul>", page->out);
}
