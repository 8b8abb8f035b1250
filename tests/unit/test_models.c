// SPDX-License-Identifier: GPL-3.0-or-later
// Every model of the registry keeps the contract of its kind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pledgesim/models.h"

enum { MODELS_MAX = 64 };

static void check_names(const struct ps_model *const models[], int n)
{
    assert_true(n > 0 && n <= MODELS_MAX);
    for (int i = 0; i < n; i++) {
        const struct ps_model *m = models[i];
        assert_true(strlen(m->name) > 0);
        assert_int_equal(strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(m->name));
        assert_true(strlen(m->doc[PS_LANG_EN]) > 0);
        assert_true(strlen(m->doc[PS_LANG_ZH]) > 0);
        assert_string_not_equal(m->doc[PS_LANG_EN], m->doc[PS_LANG_ZH]);
        assert_true(strlen(m->equation) > 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(models[k]->name, m->name);
        }
    }
}

static void test_every_model_is_described(void **state)
{
    (void)state;
    const struct ps_model *models[MODELS_MAX];
    int n;
    const struct ps_dependence *const *dependence = ps_models_dependence(&n);
    for (int i = 0; i < n; i++) {
        models[i] = &dependence[i]->model;
    }
    check_names(models, n);
    const struct ps_topup *const *topup = ps_models_topup(&n);
    for (int i = 0; i < n; i++) {
        models[i] = &topup[i]->model;
    }
    check_names(models, n);
    const struct ps_pay_mode *const *pay_mode = ps_models_pay_mode(&n);
    for (int i = 0; i < n; i++) {
        models[i] = &pay_mode[i]->model;
    }
    check_names(models, n);
    const struct ps_breaker_metric *const *metric = ps_models_breaker_metric(&n);
    for (int i = 0; i < n; i++) {
        models[i] = &metric[i]->model;
    }
    check_names(models, n);
}

/* Whatever its kind, the numbers that the sampler will read. */
static void check_class(const struct ps_dependence *model, const struct ps_hazard_class *class)
{
    const int none = class->pd_frac <= 0;
    assert_int_equal(class->cluster, 3);
    assert_true(class->pd_monthly_frac >= 0 && class->correlation_monthly >= 0);
    assert_true(class->correlation_monthly < 1);
    switch (model->kind) {
    case PS_HAZARD_PROBIT:
        assert_true(class->b <= 0); /* low is bad */
        assert_true(!none || (class->a <= -50 && class->b == 0));
        break;
    case PS_HAZARD_MIXED:
        assert_true(class->b <= 0);
        assert_true(!none || (class->a * 1e-8 < -50 && class->b == 0));
        break;
    case PS_HAZARD_SECTORS:
        assert_true(class->sectors_n == 2 && class->spread >= 1);
        assert_true(none ? class->own == 0 : class->own > 0);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(class->sectors[k].cluster, 3 + k);
            assert_true(none ? class->sectors[k].rate == 0 : class->sectors[k].rate > 0);
        }
        break;
    case PS_HAZARD_REGIME:
        assert_true(none ? class->stress == 0 : class->stress >= class->calm);
        assert_true(none ? class->calm == 0 : class->calm > 0);
        break;
    }
}

static void test_dependence_coefficients_are_sane(void **state)
{
    (void)state;
    static const double pds[] = {0, 1e-5, 0.03, 0.5, 0.99}, rhos[] = {0, 0.1, 0.5};
    int n;
    const struct ps_dependence *const *models = ps_models_dependence(&n);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 15; k++) {
            const double pd = pds[k % 5], rho = rhos[k / 5];
            const struct ps_calibration c = {.pd_frac = pd,
                                             .correlation = rho,
                                             .phi_annual = 0.5,
                                             .step_months = 1,
                                             .calibrate = 1,
                                             .t_nu = 4.5,
                                             .calm_months = 30,
                                             .stress_months = 6,
                                             .stress_multiplier = 4,
                                             .sectors_n = 2,
                                             .sectors = {{3, 0.5, 0.4}, {4, 0.2, 0.8}},
                                             .loading = {1, 0, 0.6, 0.8}};
            struct ps_hazard_class class = {.cluster = 3};
            assert_int_equal(models[i]->resolve(&c, &class), PS_OK);
            assert_true(class.pd_frac == pd && class.correlation == rho);
            check_class(models[i], &class);
            const double joint = models[i]->joint_pd(&c);
            assert_true(joint >= pd * pd * (1 - 1e-10) && joint <= pd);
        }
    }
}

static void test_topups_never_take_money(void **state)
{
    (void)state;
    static const int64_t fen[] = {0, 1, 99999999, 100000000, INT64_C(1000000000000)};
    int n;
    const struct ps_topup *const *models = ps_models_topup(&n);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 125; k++) {
            const int64_t yearly = fen[k / 5 % 5];
            const int64_t paid = models[i]->amount_fen(fen[k % 5], yearly, fen[k / 25]);
            assert_true(paid >= 0 && paid <= yearly);
        }
    }
    assert_int_equal(ps_topup_none.amount_fen(5, 100, 1000), 0);
    assert_int_equal(ps_topup_fixed.amount_fen(5, 100, 1000), 100);
    assert_int_equal(ps_topup_target.amount_fen(5, 100, 1000), 100);
    assert_int_equal(ps_topup_target.amount_fen(970, 100, 1000), 30);
    assert_int_equal(ps_topup_target.amount_fen(1000, 100, 1000), 0);
    assert_int_equal(ps_topup_target.amount_fen(2000, 100, 1000), 0);
}

static void test_claims_fall_between_default_and_end(void **state)
{
    (void)state;
    enum { LAST = 40 };
    int n;
    const struct ps_pay_mode *const *models = ps_models_pay_mode(&n);
    for (int i = 0; i < n; i++) {
        for (int tau = 1; tau <= LAST; tau++) {
            for (int s = tau; s <= LAST; s++) {
                for (int trigger = 0; trigger <= LAST; trigger += 3) {
                    const int k = models[i]->claim_month(tau, s, trigger, LAST);
                    assert_true(k >= tau && k <= LAST);
                    if (models[i] == &ps_pay_mode_net_loss) {
                        assert_true(s <= k); /* the recovery is known */
                    }
                }
            }
        }
    }
}

static void test_pay_modes_by_example(void **state)
{
    (void)state;
    assert_int_equal(ps_pay_mode_prepay.claim_month(10, 30, 3, 120), 13);
    assert_int_equal(ps_pay_mode_prepay.claim_month(119, 120, 3, 120), 120);
    assert_int_equal(ps_pay_mode_net_loss.claim_month(10, 30, 3, 120), 30);
    assert_int_equal(ps_pay_mode_net_loss.claim_month(10, 12, 6, 120), 16);
    assert_int_equal(ps_pay_mode_net_loss.claim_month(119, 120, 3, 120), 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_model_is_described),
        cmocka_unit_test(test_dependence_coefficients_are_sane),
        cmocka_unit_test(test_topups_never_take_money),
        cmocka_unit_test(test_claims_fall_between_default_and_end),
        cmocka_unit_test(test_pay_modes_by_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
