// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "page.h"
#include "pledgesim/errors.h"
#include "pledgesim/panel.h"

/* Which scenarios of the book are stresses of the first, and which stress was the worst. */

enum ps_status ps_page_find_stresses(struct ps_page *page)
{
    const struct ps_book *book = page->request->book;
    const struct ps_engine_result *result = page->request->result;
    struct ps_diags diags = {0};
    enum ps_status status = PS_OK;
    page->stress = calloc(book->scenarios_n, sizeof *page->stress);
    if (page->stress == NULL)
        return ps_status_raise(PS_MEMORY);
    for (size_t i = 1; i < book->scenarios_n && status == PS_OK; i++)
        if (result->rows[i].family != result->rows[0].family &&
            book->scenarios[i].p.target_basis == book->scenarios[0].p.target_basis)
            status = ps_panel_same_policy(&book->scenarios[0], &book->scenarios[i], &diags,
                                          &page->stress[i]);
    ps_diags_free(&diags);
    return status;
}

/* What happened under a stress, if that is surely worse than all before: its interval lies beyond
 * their estimate, so that neither ties nor chance make a culprit. */
static void weigh(struct ps_page_worst *worst, const struct ps_probability *p, int of_target,
                  const char *const name[PS_LANG_N], double own)
{
    worst->tried = 1;
    if (of_target ? p->hi95 >= own || p->value >= worst->p.value
                  : p->lo95 <= own || p->value <= worst->p.value)
        return;
    worst->p = *p;
    for (int lang = 0; lang < PS_LANG_N; lang++)
        worst->name[lang] = name[lang];
}

static struct ps_page_worst worst(const struct ps_page *page, int of_target)
{
    const struct ps_outlook *o = page->request->outlook;
    const struct ps_book *book = page->request->book;
    struct ps_page_worst out = {.p = of_target ? *ps_target_of(book->scenarios, page->figures)
                                               : page->figures[0].depletion};
    const double own = out.p.value;
    for (int t = PS_TWIST_NONE + 1; t < PS_TWIST_N; t++) {
        const struct ps_outlook_point *point = &o->points[t][o->size][o->leverage];
        const char *const name[PS_LANG_N] = {
            [PS_LANG_ZH] = ps_twist_text((enum ps_twist)t, PS_LANG_ZH),
            [PS_LANG_EN] = ps_twist_text((enum ps_twist)t, PS_LANG_EN)};
        if (o->worlds_n[t] > 0)
            weigh(&out, of_target ? &point->target : &point->depletion, of_target, name, own);
    }
    for (size_t i = 1; i < book->scenarios_n; i++) {
        const struct ps_scenario *s = &book->scenarios[i];
        const char *const name[PS_LANG_N] = {ps_scenario_name(s), ps_scenario_name(s)};
        if (page->stress[i])
            weigh(&out,
                  of_target ? ps_target_of(s, &page->figures[i]) : &page->figures[i].depletion,
                  of_target, name, own);
    }
    return out;
}

struct ps_page_worst ps_page_worst_depletion(const struct ps_page *page)
{
    return worst(page, 0);
}

struct ps_page_worst ps_page_worst_target(const struct ps_page *page)
{
    return worst(page, 1);
}
