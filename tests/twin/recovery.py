# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 6: when the pledge of a loan in default is sold, and what comes of it."""
from math import ceil, exp, sqrt

from draws import DISPOSAL, RECOVERY, WORD, happens, normal_pair, u32
from laws import beta_table, normal_cdf, normal_quantile


def materialise(application, scenario, kind, index, times, draws, world, entity, link):
    """Sets disposal, proceeds and cash of a loan that defaults. index: Y~ of its cluster by month; times: (4.22)."""
    N = scenario.horizon_months + scenario.runoff_months
    word6 = draws.words(world, DISPOSAL, entity, link)
    word7 = draws.words(world, RECOVERY, entity, link)
    if happens(word7[2], scenario.cure_prob_frac):  # (6.6)
        application.disposal = min(N, application.tau + 1 + 3 * word7[3] // WORD)
        application.proceeds, application.cash = 0.0, 1.0
        return
    z0, z1 = normal_pair(word6[0], word6[1])
    lag = ceil(float(scenario.disposal_median_months) * exp(float(scenario.disposal_sigma) * z0))  # (6.1)
    first = application.tau + scenario.npl_months + scenario.disposal_freeze_months + lag
    sale_round = round_of_sale(u32(word7[0]), scenario, index[min(first, N)])
    application.disposal = min(N, first + 3 * ((sale_round or 3) - 1))
    own_tape = application.tape if application.on_tape else None
    if own_tape is not None and own_tape.recovery_frac is not None:
        application.proceeds, application.cash = 0.0, own_recovery(own_tape, u32(word6[2]))
        return
    application.cash = times * beta_table(scenario.cash_recovery_frac, scenario.cash_concentration).read(u32(word6[2]))
    age = (application.disposal - application.month + (own_tape.age_months if own_tape else 0)) / 12  # (6.3)
    lapsed = u32(word6[3]) >= exp(-float(kind.lapse_pa) * age)
    if sale_round is None or lapsed:
        application.proceeds = 0.0
        return
    price = beta_table(kind.price_mean_frac, scenario.price_concentration).read(u32(word7[1]))
    value = value_per_yuan(scenario, kind, own_tape) * price * growth(scenario, kind, age, z1, index[application.disposal])
    application.proceeds = times * value


def own_recovery(row, u):
    """recovery_pct of a tape loan, certain or by a Beta law of that mean."""
    mean, sd = row.recovery_frac, row.recovery_sd_frac
    return beta_table(mean, mean * (1 - mean) / sd**2 - 1).read(u) if sd > 0 else float(mean)


def round_of_sale(w, scenario, y):
    """(6.2) 1, 2 or 3; None when no round sells."""
    q = float(scenario.sale_prob_frac)
    if 0 < q < 1:
        q = normal_cdf(normal_quantile(q) + float(scenario.sale_sensitivity) * y)
    for sale_round in (1, 2, 3):
        if w < 1 - (1 - q) ** sale_round:
            return sale_round
    return None


def value_per_yuan(scenario, kind, own_tape):
    """(6.4) Value before price and age, less the cost, per yuan lent."""
    value = float(scenario.valuation_multiplier * (1 - scenario.disposal_cost_frac))
    if own_tape is not None and own_tape.pledged_value_fen is not None:
        return value * float(own_tape.pledged_value_fen) / (own_tape.amount_wan * 10**6)
    return value / float(kind.ltv_frac)


def growth(scenario, kind, age, z1, y):
    """(6.4)"""
    volatility, beta = float(kind.volatility_pa), float(scenario.value_sensitivity)
    drift = float(kind.decay_pa) + volatility**2 / 2
    return exp(-drift * age + volatility * sqrt(age) * z1 + beta * y - beta**2 / 2)
