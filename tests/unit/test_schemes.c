// SPDX-License-Identifier: GPL-3.0-or-later
// Official schemes: the list is sound, a product takes their terms where its own cells are empty,
// and a claim is shared as each of them says.
#include "bookfolder.h"
#include "byhand.h"

#include "../../sim/book/book_internal.h"
#include "pledgesim/schemes.h"
#include "pledgesim/textfile.h"

/* ---- the list ---- */

static int is_term(const struct ps_column_desc *column)
{
    return column->kind == PS_KIND_PPM || column->kind == PS_KIND_FEN ||
           column->kind == PS_KIND_COUNT || column->kind == PS_KIND_TIMES ||
           column->kind == PS_KIND_CHOICE;
}

/* Each term is a cell of products.csv, written as the program writes it, with its mark. */
static void terms_are_cells_of_a_product(void **state)
{
    (void)state;
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < schemes[i].terms_n; k++) {
            const struct ps_scheme_term *term = &schemes[i].terms[k];
            const struct ps_column_desc *column = ps_column_find(PS_TABLE_products, term->column);
            struct ps_diags diags = {0};
            struct ps_value value;
            char text[PS_LABEL_BYTES];
            assert_non_null(column);
            assert_true(is_term(column) && column->choice != PS_CHOICE_scheme);
            assert_string_not_equal(term->column, "bank_share_pct"); /* the rest, never a cell */
            assert_true(ps_value_parse(column, PS_UNIT_NONE, term->value, term->value, NULL, &diags,
                                       &value));
            assert_int_equal(diags.n, 0);
            ps_value_text(column, &value, text);
            assert_string_equal(text, term->value);
            assert_true(strncmp(term->mark, "[found", 6) == 0 ||
                        strcmp(term->mark, "[derived]") == 0 ||
                        strcmp(term->mark, "[assumption]") == 0);
            assert_ptr_equal(ps_scheme_term((int64_t)i, term->column), term);
        }
        assert_true(schemes[i].source[0] != '\0');
    }
    assert_null(ps_scheme_term(PS_NOT_GIVEN, "pool_share_pct"));
    assert_null(ps_scheme_term(0, "premium_pct"));
}

/* What the parties but the bank bear, in percent. */
static double shares_of(const struct ps_scheme *scheme)
{
    double sum = 0;
    for (size_t k = 0; k < scheme->terms_n; k++) {
        if (strstr(scheme->terms[k].column, "_share_pct") != NULL)
            sum += strtod(scheme->terms[k].value, NULL);
    }
    return sum;
}

static void shares_and_the_banks_make_a_whole(void **state)
{
    (void)state;
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    for (size_t i = 0; i < n; i++)
        assert_true(shares_of(&schemes[i]) + strtod(schemes[i].bank_pct, NULL) == 100);
}

/* By id and by Chinese name, both unique. */
static void names_are_read(void **state)
{
    (void)state;
    size_t n = 0;
    const struct ps_scheme *schemes = ps_schemes(&n);
    const struct ps_column_desc *column = ps_column_find(PS_TABLE_products, "scheme");
    for (size_t i = 0; i < n; i++) {
        const char *const names[] = {schemes[i].id, schemes[i].doc[PS_LANG_ZH]};
        for (int k = 0; k < 2; k++) {
            struct ps_diags diags = {0};
            struct ps_value value;
            char *norm = ps_text_norm(names[k], strlen(names[k]));
            assert_true(ps_value_parse(column, PS_UNIT_NONE, names[k], norm, NULL, &diags, &value));
            assert_int_equal(value.whole, i);
            free(norm);
        }
    }
}

/* ---- in a book ---- */

static const struct ps_products_row *product_of(const struct ps_scenario *s, const char *id)
{
    for (size_t i = 0; i < s->products_n; i++)
        if (strcmp(s->products[i].product_id, id) == 0)
            return &s->products[i];
    fail_msg("no product %s", id);
    return NULL;
}

static const struct ps_resolved *line_of(const struct ps_book *book, size_t scenario,
                                         const char *product, const char *column)
{
    for (size_t i = 0; i < book->resolved_n; i++) {
        const struct ps_resolved *line = &book->resolved[i];
        if (line->scenario == scenario && line->column->table == PS_TABLE_products &&
            strcmp(line->row_id, product) == 0 && strcmp(line->column->column, column) == 0)
            return line;
    }
    fail_msg("no line %s.%s", product, column);
    return NULL;
}

/* Eq. (7.18): a scenario's override, the product's own cell, the scheme, the scenario's value, the
 * default. `fujian` says 50 %, 1 month, prepay. */
static void own_cells_win_over_the_scheme(void **state)
{
    (void)state;
    static const struct text_file files[] = {
        {"products", "product_id,share_pct,trigger_months,pay_mode,scheme\n"
                     "direct,60,,,fujian\n"
                     "three,40,4,net_loss,fujian\n"},
        {"scenarios", "scenario_id,base,horizon_months,runoff_months,pool_initial_wan,leverage,"
                      "trigger_months,recovery_order,products.direct.scheme,"
                      "products.three.pool_share_pct\n"
                      "base,,24,60,1000,10,5,bank_first,,\n"
                      "more,base,,,,,,,shanghai_net_loss,35\n"}};
    char folder[32];
    make_folder(folder, files, 2);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_OK);
    const struct ps_products_row *p = product_of(&l.book.scenarios[0], "direct");
    assert_int_equal(p->pool_share_ppm, 500000);
    assert_int_equal(p->bank_share_ppm, PS_NOT_GIVEN);
    assert_int_equal(p->trigger_months, 1);
    assert_int_equal(p->recovery_order, PS_RECOVERY_BANK_FIRST); /* the scheme is silent */
    p = product_of(&l.book.scenarios[0], "three");
    assert_int_equal(p->pool_share_ppm, 500000);
    assert_int_equal(p->trigger_months, 4);
    p = product_of(&l.book.scenarios[1], "direct");
    assert_int_equal(p->pool_share_ppm, 800000);
    assert_int_equal(p->trigger_months, 5);
    assert_int_equal(product_of(&l.book.scenarios[1], "three")->pool_share_ppm, 350000);
    assert_string_equal(line_of(&l.book, 0, "direct", "trigger_months")->origin, "scheme fujian");
    assert_string_equal(line_of(&l.book, 0, "three", "trigger_months")->origin, "products.csv!C3");
    assert_string_equal(line_of(&l.book, 0, "direct", "scheme")->value, "fujian");
    assert_string_equal(line_of(&l.book, 1, "direct", "trigger_months")->origin,
                        "scheme shanghai_net_loss");
    assert_string_equal(line_of(&l.book, 1, "three", "pool_share_pct")->origin, "scenarios.csv!J3");
    unload(&l);
    drop_folder(folder);
}

/* ---- one claim under each ---- */

/* A firm borrows 400 for a year, defaults, nothing is recovered. What each bears, in 万元: of 400
 * the shares of the scheme. Fujian: premium 2 % = 8, three of it 24; the smaller of 24 and 300
 * leaves 280 - 24 = 256 to the pool; the larger is 300, so the insurer bears its 280. */
static const struct sharing {
    const char *scheme;
    int trigger_months, net_loss;
    int pool, guarantor, reguarantor, insurer, appraiser, bank;
} SHARINGS[] = {{"cq_beibei", 3, 0, 280, 0, 0, 0, 0, 120},
                {"cq_knowledge", 3, 0, 320, 0, 0, 0, 0, 80},
                {"cq_smallmicro", 3, 0, 120, 200, 0, 0, 0, 80},
                {"cq_smallmicro_180", 6, 1, 120, 200, 0, 0, 0, 80},
                {"national_guarantee_40", 3, 0, 0, 80, 240, 0, 0, 80},
                {"national_guarantee_35", 3, 0, 0, 100, 220, 0, 0, 80},
                {"national_guarantee_30", 3, 0, 0, 120, 200, 0, 0, 80},
                {"qingdao_insured", 3, 0, 0, 80, 0, 240, 0, 80},
                {"zhongshan", 3, 0, 216, 0, 0, 64, 16, 104},
                {"zhuhai", 3, 0, 160, 0, 0, 0, 0, 240},
                {"shenzhen", 3, 0, 200, 0, 0, 0, 0, 200},
                {"fujian", 1, 0, 200, 0, 0, 0, 0, 200},
                {"fujian_insured_min", 1, 0, 256, 0, 0, 24, 0, 120},
                {"fujian_insured_max", 1, 0, 0, 0, 0, 280, 0, 120},
                {"anhui_direct", 3, 0, 120, 0, 0, 0, 0, 280},
                {"anhui_direct_ip", 3, 0, 140, 0, 0, 0, 0, 260},
                {"anhui_guaranteed", 3, 0, 64, 256, 0, 0, 0, 80},
                {"anhui_guaranteed_loss", 3, 0, 80, 240, 0, 0, 0, 80},
                {"g_city", 3, 0, 200, 0, 0, 0, 0, 200},
                {"jiangmen_30", 3, 0, 120, 0, 0, 0, 0, 280},
                {"jiangmen_40", 3, 0, 160, 0, 0, 0, 0, 240},
                {"chengdu", 3, 0, 200, 0, 0, 0, 0, 200},
                {"shanghai_net_loss", 5, 1, 320, 0, 0, 0, 0, 80},
                {"shanghai_prepay", 5, 0, 320, 0, 0, 0, 0, 80}};

/* A book with a product by each scheme, all of the business with the first. */
static struct loaded load_all_schemes(char folder[32])
{
    char products[4096] = "product_id,share_pct,scheme\n";
    size_t n = 0, at = strlen(products);
    const struct ps_scheme *schemes = ps_schemes(&n);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(products + at, sizeof products - at, "%s,%d,%s\n", schemes[i].id,
                               i == 0 ? 100 : 0, schemes[i].id);
    assert_true(at < sizeof products);
    const struct text_file files[] = {{"products", products}, {"loans", ""}};
    make_folder(folder, files, 2);
    return load(folder, NULL, NULL);
}

static void each_scheme_shares_a_claim_as_it_says(void **state)
{
    (void)state;
    char folder[32];
    size_t n = 0;
    (void)ps_schemes(&n);
    assert_int_equal(n, sizeof SHARINGS / sizeof *SHARINGS); /* a new scheme needs its line */
    struct loaded l = load_all_schemes(folder);
    assert_int_equal(l.status, PS_OK);
    struct ps_scenario *s = doomed_firms(1);
    s->segments[0].amount_min_wan = s->segments[0].amount_max_wan = 400;
    for (size_t i = 0; i < n; i++) {
        const struct sharing *want = &SHARINGS[i];
        s->products[0] = *product_of(&l.book.scenarios[0], want->scheme);
        s->products[0].share_frac = 1;
        const struct outcome out = run_where(s, 1, 1);
        assert_int_equal(s->products[0].trigger_months, want->trigger_months);
        assert_int_equal(s->products[0].pay_mode, want->net_loss);
        const int parties[] = {want->pool,    want->guarantor, want->reguarantor,
                               want->insurer, want->appraiser, want->bank};
        for (int j = 0; j < PS_PARTY_N; j++)
            assert_int_equal(out.m[PS_M_LOSS_POOL + j], parties[j] * WAN);
    }
    ps_fixture_free(s);
    unload(&l);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_cells_of_a_product),
        cmocka_unit_test(shares_and_the_banks_make_a_whole),
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(own_cells_win_over_the_scheme),
        cmocka_unit_test(each_scheme_shares_a_claim_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
