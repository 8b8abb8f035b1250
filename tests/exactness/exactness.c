// SPDX-License-Identifier: GPL-3.0-or-later
// exactness WORLDS LOSS_WORLDS: prints a table of simulated figures beside their exact values, a
// row each, and exits with 1 when one of them is not where it must be. The seeds are fixed in the
// books and never changed, so the table is the same on every machine.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

void ps_exact_run(const struct ps_scenario *book, uint64_t worlds_n, uint64_t seed,
                  struct ps_engine_result *result)
{
    const struct ps_engine_request request = {.scenarios = book,
                                              .scenarios_n = 1,
                                              .worlds_n = worlds_n,
                                              .seed = seed,
                                              .tier = PS_TIER_FULL};
    ps_kit_engine(&request, result);
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
    ps_exact_dependence(&x);
    ps_exact_sharing(&x);
    ps_exact_vehicles(&x);
    printf("\n%" PRIu64 " worlds a book, %" PRIu64 " for expected losses: %d figures, %d of them "
           "wrong.\n",
           x.worlds, x.loss_worlds, x.figures_n, x.wrong_n);
    return x.wrong_n > 0;
}
