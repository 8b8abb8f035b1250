// SPDX-License-Identifier: GPL-3.0-or-later
// exactness WORLDS LOSS_WORLDS: prints a table of simulated figures beside their exact values, a
// row each, and exits with 1 when one of them is not where it must be. The seeds are fixed in the
// books and never changed, so the table is the same on every machine.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/fixture.h"
#include "exact.h"

static const double ACCEPT = 4, REJECT = 6.1;

static double standard_errors(double simulated, double exact, double se)
{
    if (simulated == exact)
        return 0;
    return (simulated - exact) / se; /* infinite without error */
}

void ps_exact_line(struct ps_exact *x, const char *figure, double exact,
                   struct ps_estimate simulated, const char *wrong, double wrong_value)
{
    const double z = standard_errors(simulated.value, exact, simulated.se);
    const double other = standard_errors(simulated.value, wrong_value, simulated.se);
    const int seen = fabs(wrong_value - exact) > (ACCEPT + REJECT) * simulated.se;
    printf("| %s | %.9g | %.9g | %.2g | %.2f | %s | ", figure, exact, simulated.value, simulated.se,
           z, wrong);
    if (!seen)
        printf("too few worlds |\n");
    else if (isinf(other))
        printf("not equal |\n");
    else
        printf("%.1f |\n", other);
    x->figures_n++;
    x->wrong_n += fabs(z) > ACCEPT || (seen && fabs(other) <= REJECT);
}

void ps_exact_run(const struct ps_exact *x, const struct ps_scenario *book, uint64_t seed,
                  enum ps_tier tier, struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = book,
                                              .scenarios_n = 1,
                                              .worlds_n =
                                                  tier == PS_TIER_FULL ? x->worlds : x->loss_worlds,
                                              .seed = seed,
                                              .tier = tier};
    ps_kit_engine(&request, result);
}

struct ps_estimate ps_exact_share(uint64_t hits, uint64_t worlds)
{
    const double share = (double)hits / (double)worlds;
    return (struct ps_estimate){share, sqrt(share * (1 - share) / (double)worlds)};
}

struct ps_scenario *ps_exact_book(int loans, double pd, double rho)
{
    struct ps_scenario *s = ps_fixture_tape((size_t)loans);
    s->p.dependence = rho < 0;
    s->p.factor_step_months = PS_STEP_12;
    s->p.horizon_months = EXACT_YEAR;
    s->p.runoff_months = 0;
    s->p.renewal_prob_frac = 0;
    s->pools[0].interest_ppm = 0;
    for (size_t i = 0; i < s->loans_n; i++) {
        s->loans[i].pd_frac = pd;
        s->loans[i].correlation = rho < 0 ? 0.1 : rho;
    }
    return s;
}

double ps_exact_mean(const double *law, const double *value, int n)
{
    double sum = 0;
    for (int k = 0; k <= n; k++)
        sum += law[k] * value[k];
    return sum;
}

double ps_exact_shortfall(const double *law, const double *value, int n, double p)
{
    double up_to = law[0], beyond = 0;
    int q = 0;
    while (up_to < p)
        up_to += law[++q];
    for (int k = q + 1; k <= n; k++)
        beyond += law[k] * (value[k] - value[q]);
    return value[q] + beyond / (1 - p);
}

static uint64_t worlds_of(const char *text)
{
    char *end;
    const unsigned long long n = strtoull(text, &end, 10);
    if (*end != '\0' || n < 1000 || n > UINT32_MAX) {
        fprintf(stderr, "not a number of worlds from 1000: %s\n", text);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("exactness WORLDS LOSS_WORLDS\n", stderr);
        return 2;
    }
    struct ps_exact x = {.worlds = worlds_of(argv[1]), .loss_worlds = worlds_of(argv[2])};
    printf("| Figure | Exact | Simulated | Standard error | z | Wrong model | z of it |\n"
           "|---|---|---|---|---|---|---|\n");
    ps_exact_defaults(&x);
    ps_exact_money(&x);
    ps_exact_lending(&x);
    printf("\n%" PRIu64 " worlds a book, %" PRIu64 " for expected losses: %d figures, %d of them "
           "wrong.\n",
           x.worlds, x.loss_worlds, x.figures_n, x.wrong_n);
    return x.wrong_n > 0;
}
