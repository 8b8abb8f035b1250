// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/models.h"

/* Each list reads models.def once and keeps its own kind. */
#define PS_MODEL(kind, name) PS_OF_##kind(&ps_##kind##_##name)

#define PS_OF_dependence(model) model,
#define PS_OF_topup(model)
#define PS_OF_pay_mode(model)
#define PS_OF_breaker_metric(model)
static const struct ps_dependence *const dependences[] = {
#include "models/models.def"
};
#undef PS_OF_dependence
#undef PS_OF_topup

#define PS_OF_dependence(model)
#define PS_OF_topup(model) model,
static const struct ps_topup *const topups[] = {
#include "models/models.def"
};
#undef PS_OF_topup
#undef PS_OF_pay_mode

#define PS_OF_topup(model)
#define PS_OF_pay_mode(model) model,
static const struct ps_pay_mode *const pay_modes[] = {
#include "models/models.def"
};
#undef PS_OF_pay_mode
#undef PS_OF_breaker_metric

#define PS_OF_pay_mode(model)
#define PS_OF_breaker_metric(model) model,
static const struct ps_breaker_metric *const breaker_metrics[] = {
#include "models/models.def"
};

#define PS_COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

const struct ps_dependence *const *ps_models_dependence(int *n)
{
    *n = PS_COUNT(dependences);
    return dependences;
}

const struct ps_topup *const *ps_models_topup(int *n)
{
    *n = PS_COUNT(topups);
    return topups;
}

const struct ps_pay_mode *const *ps_models_pay_mode(int *n)
{
    *n = PS_COUNT(pay_modes);
    return pay_modes;
}

const struct ps_breaker_metric *const *ps_models_breaker_metric(int *n)
{
    *n = PS_COUNT(breaker_metrics);
    return breaker_metrics;
}
