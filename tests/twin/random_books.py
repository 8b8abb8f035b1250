# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes valid books that use every column of every table, with small numbers of everything and many defaults.

A book has one world part and several policies, so that policies of one shape run side by side. Rare rules and values at
the ends of their ranges are as likely as usual ones. `python3 random_books.py FOLDER SEED` writes one.
"""
import csv
import random
import sys
from math import sqrt
from pathlib import Path

from book import SCHEMES

TENORS = (6, 12, 24, 36)
CLUSTERS = ("auto", "bio", "chips", "drones", "energy")
TRIGGERS = (0, 1, 3, 3, 6)
POLICIES = 8
TERMS = {"bank_share_pct", *(column for terms in SCHEMES.values() for column in terms)}


class Dice(random.Random):
    def chance(self, probability):
        return self.random() < probability

    def some(self, usual, *others, often=0.5):
        """Mostly the usual value."""
        return usual if self.chance(often) else self.choice(others)

    def pct(self, low, high, digits=2):
        return f"{self.uniform(low, high):.{digits}f}"

    def parts(self, n, zeros=0.2):
        """n whole percents that sum to 100; some may be 0."""
        weights = [0 if self.chance(zeros) else self.randint(1, 10) for _ in range(n)]
        weights[self.randrange(n)] += 1
        parts = [100 * weight // sum(weights) for weight in weights]
        parts[max(range(n), key=lambda i: parts[i])] += 100 - sum(parts)
        return parts


def write_table(folder, name, rows):
    """Columns in the order of the first use."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# ---- the world ----

def segments(dice):
    kinds = dice.randint(1, 3)
    clusters = CLUSTERS[:dice.randint(1, len(CLUSTERS))]
    n = dice.randint(1, 4)
    longest = dice.some(12, 6, 24, 36)
    rows = []
    for i, part in enumerate(dice.parts(n)):
        allowed = [tenor for tenor in TENORS if tenor <= longest]
        tenors = dict(zip(allowed, dice.parts(len(allowed))))
        low = dice.randint(1, 300)
        high = dice.some(low + dice.randint(1, 900), low, low + 1)
        rows.append({
            "segment_id": f"s{i}", "label": "", "cluster_id": dice.choice(clusters), "ip_kind_id": f"k{dice.randrange(kinds)}",
            "share_pct": part, "pd_pct": dice.some(dice.pct(10, 60), "0", "60", "0.01", often=0.85),
            "correlation": dice.some(dice.pct(0, 0.5, 3), "0", "0.2"), "amount_median_wan": dice.pct(1, 900, 1),
            "amount_sigma": dice.some(dice.pct(0.1, 2), "0", "4"), "amount_min_wan": low, "amount_max_wan": high,
            **{f"tenor_{tenor}m_pct": tenors.get(tenor, 0) for tenor in TENORS},
            "equal_principal_pct": dice.some(dice.pct(0, 100), "0", "100"), "loan_rate_pct": dice.some(dice.pct(0, 12, 4), "0", "50"),
            "micro_pct": dice.some(dice.pct(0, 100), "0", "100")})
    return rows, longest, kinds


def ip_kinds(dice, n):
    return [{"ip_kind_id": f"k{i}", "label": "", "ltv_pct": dice.some(dice.pct(10, 90), "100"),
             "price_mean_pct": dice.some(dice.pct(5, 95), "99", "0.1"), "decay_pa": dice.some(dice.pct(0, 0.4), "-0.1", "5"),
             "volatility_pa": dice.some(dice.pct(0, 0.8), "0"), "lapse_pa": dice.some(dice.pct(0, 0.3), "0", "10")}
            for i in range(n)]


def loans(dice, segment_rows, products, banks):
    n = dice.some(dice.randint(1, 10), 0)
    firms = [f"f{i}" for i in range(dice.randint(1, 4))]
    rows = []
    for i in range(n):
        rows.append({
            "loan_id": f"L{dice.randrange(10**6)}_{i}", "firm_id": dice.choice(["", *firms]),
            "segment_id": dice.choice(segment_rows)["segment_id"], "product_id": dice.choice(["", *products]),
            "bank_id": dice.choice(["", *banks]), "amount_wan": dice.randint(1, 600),
            "months_left": dice.some(dice.randint(1, 12), 24, 30, often=0.8),
            "age_months": dice.some(0, dice.randint(1, 60)), "repayment": dice.choice(["bullet", "equal_principal"]),
            "pledged_value_wan": dice.some("", dice.pct(0, 3000)), "pd_pct": dice.some("", dice.pct(0, 60)),
            "correlation": dice.some("", dice.pct(0, 0.4)), **recovery(dice), "group_id": dice.choice(["", "g0", "g1"])})
    return rows


def recovery(dice):
    """Of a tape loan: by the model, certain, or by a Beta law that has both a mean and a spread."""
    mean = dice.some("", dice.pct(0, 100), "0", "100")
    spread = dice.uniform(0.05, 0.9) * sqrt(float(mean) * (100 - float(mean))) if mean and dice.chance(0.5) else 0
    return {"recovery_pct": mean, "recovery_sd_pct": f"{spread:.4f}" if spread > 0 else dice.choice(["", "0"])}


def demand(dice, start_year, months):
    return [{"year": year, "new_firms_n": dice.some(dice.pct(2, 7, 1), "0", "20", often=0.9)}
            for year in range(start_year, start_year + months // 12 + 2)]


def shocks(dice, clusters, months):
    rows = []
    for i in range(dice.some(0, 1, 3)):
        first = dice.randint(1, months)
        rows.append({"shock_id": f"x{i}", "cluster_id": dice.choice(["", "all", *clusters]), "from_month": first,
                     "to_month": min(months, first + dice.randint(0, 12)), "shift_sd": dice.pct(-3, 2)})
    return rows


def anchors(dice, clusters, tape):
    """Anchor firms; some loans of the tape hang on them."""
    rows = [{"anchor_id": f"a{i}", "label": "", "cluster_id": dice.choice(clusters), "pd_pct": dice.some(dice.pct(0, 60), "0", "99"),
             "shift_sd": dice.some(dice.pct(-4, 0), "0", "-6"), "shift_months": dice.some(dice.randint(1, 30), 1, 600)}
            for i in range(dice.some(0, 1, 3, often=0.6))]
    for loan in tape:
        loan["anchor_id"] = dice.choice(["", *(row["anchor_id"] for row in rows)])
    return rows


def sector_weights(dice, segment_rows, clusters):
    """Up to two clusters a segment; what is missing is risk of its own."""
    rows = []
    for segment in segment_rows:
        for part in dice.parts(dice.some(1, 2, 3))[:2] if dice.chance(0.5) else []:
            rows.append({"sector_weight_id": f"w{len(rows)}", "segment_id": segment["segment_id"], "cluster_id": dice.choice(clusters),
                         "weight_pct": part, "variance": dice.some("", dice.pct(0.1, 1))})
    return rows


def vehicles(dice, segment_rows, horizon, months):
    rows = []
    for i in range(dice.some(0, 1, 3)):
        issue_month, firms = dice.randint(1, horizon), dice.some(dice.randint(1, 12), 1, often=0.7)
        subordinated = dice.some(dice.uniform(0, 20), dice.uniform(0, 100), 0)
        undertaking = dice.uniform(0, 100 - subordinated) if dice.chance(0.5) else 0
        rows.append({
            "vehicle_id": f"v{i}", "label": "", "abs_mode": dice.some("transfer", "new_issue", "off"), "issue_month": issue_month,
            "size_wan": firms + dice.some(dice.randint(0, 2000), 0, often=0.9), "firms_n": firms,
            "amount_sigma": dice.some(dice.pct(0, 2), "0", "3"), "segment_id": dice.choice(["", dice.choice(segment_rows)["segment_id"]]),
            "tenor_months": min(dice.some(12, dice.randint(1, 40)), months - issue_month), "min_months_left": dice.some(1, 6, 12),
            "subordinated_pct": f"{subordinated:.4f}", "undertaking_pct": f"{undertaking:.4f}",
            "undertaker": dice.choice(["guarantor", "originator"]), "issue_subsidy_pct": dice.some(dice.pct(0, 10, 4), "0")})
    return rows


def other_tranches(dice, rows, horizon):
    """The same new issues under another policy: what the world does not read."""
    other = []
    for row in rows:
        other.append({**row, "subordinated_pct": dice.pct(0, 60), "undertaking_pct": dice.some(dice.pct(0, 40), "0"),
                      "undertaker": dice.choice(["guarantor", "originator"])})
        if row["abs_mode"] == "transfer":
            other[-1].update(issue_month=dice.randint(1, horizon), size_wan=dice.randint(1, 2000), min_months_left=dice.randint(1, 12))
    return other


def funds(dice, clusters, horizon):
    rows = []
    for i in range(dice.some(0, 1, 3)):
        n, first = dice.some(dice.randint(1, 12), 1, 500, often=0.8), dice.randint(1, horizon)
        rho = dice.some("0", dice.pct(0, 0.9), "0.99")
        median, sigma = dice.some((dice.pct(0, 5), dice.pct(0, 0.9)), ("1", "1.5"), ("0", "1"), ("100", "0"), often=0.7)  # sums below 2^53
        rows.append({
            "fund_id": f"f{i}", "label": "", "size_wan": n + dice.some(dice.randint(0, 2000), 0, 100_000, often=0.8),
            "fiscal_share_pct": dice.some(dice.pct(0, 100, 4), "0", "100", often=0.8), "investments_n": n, "from_month": first,
            "to_month": dice.some(dice.randint(first, horizon), "", first), "hold_months": dice.some(dice.randint(1, 60), 1, 240),
            "write_off_pct": dice.some(dice.pct(0, 100), "0", "100", often=0.8), "multiple_median": median, "multiple_sigma": sigma,
            "cluster_id": dice.choice(clusters) if float(rho) > 0 else dice.choice(["", *clusters]), "correlation": rho})
    return rows


def other_money(dice, rows):
    """The same investments under another policy."""
    return [{**row, "size_wan": dice.some(int(row["investments_n"]) + dice.randint(0, 9000), 0, often=0.8),
             "fiscal_share_pct": dice.some(dice.pct(0, 100, 4), "100")} for row in rows]


def trusts(dice, pool_ids, caps_wan, horizon, months):
    rows = []
    for i in range(dice.some(0, 1, 3, often=0.4)):
        first = dice.some(1, dice.randint(1, horizon))
        last = dice.some(dice.randint(first, horizon), "", first)
        rows.append({
            "trust_id": f"u{i}", "label": "", "size_wan": dice.some(dice.randint(1, 3000), 0, 40, often=0.8), "from_month": first,
            "to_month": last, "final_month": dice.choice(["", dice.randint((last or horizon) + 1, months)]),
            "subordinated_pct": dice.some(dice.pct(0, 40, 4), "0", "100", dice.pct(0, 100, 2), often=0.7),
            "subordinated_by": dice.choice(["private", "treasury", "pool", "pool"]), "pool_id": dice.choice(["", *pool_ids]),
            "max_loan_wan": dice.some(0, dice.randint(20, 800), *caps_wan, often=0.6)})
    return rows


def correlations(dice, clusters):
    """A matrix of one common factor, or with copies."""
    weight = {cluster: dice.choice([0.0, 0.5, 0.8, 1.0, -0.5]) for cluster in clusters}
    return [{"cluster_id": a, **{b: 1 if a == b else f"{weight[a] * weight[b]:.4f}" for b in clusters}} for a in clusters]


def world_part(dice):
    """The columns of scenarios.csv that change worlds, but the run-off."""
    return {
        "start_year": dice.some(2021, 1990, 2199), "start_month": dice.randint(1, 12),
        "horizon_months": dice.some(dice.randint(12, 30), 1, 6, often=0.9),
        "phi_annual": dice.some(dice.pct(0, 0.9), "0"), "index_correlation": dice.some(dice.pct(0, 1), "1", "0"),
        "factor_step_months": dice.choice([1, 3, 12]), "index_start": dice.choice(["stationary", "fixed"]),
        "initial_index_sd": dice.pct(-2, 2), "dependence": dice.some("gaussian", "independent", "regime", "regime", "student_t", "gamma", often=0.6),
        "correlation_basis": dice.choice(["annual", "monthly"]), "maturity_share_pct": dice.some("50", "0", "100", dice.pct(0, 100)),
        "pd_multiplier": dice.some(1, "0.5", "1.6", "0", often=0.8), "demand_multiplier": dice.some(1, "0.3", "2", "0", often=0.8),
        "renewal_prob_pct": dice.some(dice.pct(20, 100), "0", "100"), "npl_months": dice.some(3, 0, 1, 8),
        "disposal_median_months": dice.some(dice.pct(0.5, 20, 1), "0.1", "240", often=0.8),
        "disposal_sigma": dice.some(dice.pct(0, 1), "0", "3"), "disposal_freeze_months": dice.some(0, 1, 12),
        "sale_prob_pct": dice.some(dice.pct(10, 90), "0", "100"), "sale_sensitivity": dice.some(dice.pct(0, 1), "0", "3"),
        "value_sensitivity": dice.some(dice.pct(0, 1), "0", "3"), "price_concentration": dice.some(8, "0.5", "200", often=0.7),
        "disposal_cost_pct": dice.some(dice.pct(0, 50), "0", "100", often=0.8), "valuation_multiplier": dice.some(1, "0", "0.6", "10"),
        "cash_recovery_pct": dice.some(dice.pct(0, 60), "0", "99", often=0.7), "cash_concentration": dice.some(8, "0.5", "100", often=0.7),
        "cure_prob_pct": dice.some("0", dice.pct(0, 60), "100"),
        "moral_hazard": dice.some("0", dice.pct(0, 3), "20", often=0.8), "coverage_ref_pct": dice.some("70", dice.pct(0, 100), "0"),
        "refused_retry_months": dice.some(0, 1, 3, often=0.6), **further_dependence(dice), **uncertainty(dice),
    }


def further_dependence(dice):
    """Columns that only student_t, gamma or regime read."""
    return {
        "t_nu": dice.some(dice.pct(3, 30), "8", "1000"), "t_mixing": dice.choice(["year", "world"]),
        "sector_variance": dice.some(dice.pct(0.1, 1), "0.6"), "gamma_link": dice.choice(["exp", "linear_capped"]),
        "calm_months": dice.some(dice.randint(1, 60), 1, 1200, often=0.8), "stress_months": dice.some(dice.randint(1, 24), 1, 1200, often=0.8),
        "stress_multiplier": dice.some(dice.pct(1, 5), "1", "100", often=0.8), "stress_shift_sd": dice.some(dice.pct(0, 4), "0", "6"),
    }


def uncertainty(dice):
    spreads = {"pd": "1", "recovery": "1", "demand": "0.5"}
    return {f"{name}_uncertainty_sigma": dice.some("0", dice.pct(0, 0.6), most, often=0.7) for name, most in spreads.items()}


# ---- the policy ----

def products(dice, pool_ids, horizon):
    names = [f"p{i}" for i in range(dice.randint(1, 4))]
    rows = []
    for name, part in zip(names, dice.parts(len(names))):
        shares = share_columns(dice)
        rows.append({
            "product_id": name, "label": "", "share_pct": part, "pool_id": dice.choice(["", *pool_ids]), **shares,
            "take_up_pct": dice.some("100", dice.pct(0, 100), "0", often=0.85),
            "open_from_month": dice.some(1, dice.randint(1, horizon), often=0.9),
            "open_to_month": dice.some(0, dice.randint(1, horizon), often=0.9),
            "loan_cap_wan": dice.some(0, dice.randint(50, 800)), "loan_cap_micro_wan": dice.some(0, dice.randint(1, 300)),
            "over_cap": dice.choice(["refuse", "trim"]), "firm_cap_wan": dice.some(0, dice.pct(1, 400, 4)),
            "firm_cap_micro_wan": dice.some(0, dice.pct(1, 90, 6)), **terms(dice, blank=True),
            "guarantee_fee_pct": dice.some(dice.pct(0, 3, 3), "0", "20"), "premium_pct": dice.some(dice.pct(0, 4, 4), "0", "20"),
            "insurer_excess": dice.choice(["bank", "pool"]), "insurer_yearly_times": dice.some("0", dice.pct(0, 9), "1"),
            "insurer_firm_rule": dice.choice(["none", "min", "max"]), "insurer_firm_times": dice.some("3", dice.pct(0, 30), "0"),
            "insurer_firm_limit_wan": dice.some(dice.pct(0, 300), "0", "300")})
        if int(rows[-1]["open_to_month"]) and int(rows[-1]["open_to_month"]) < int(rows[-1]["open_from_month"]):
            rows[-1]["open_to_month"] = 0
    return rows


def schemes(dice, rows):
    """Some products take the terms of a scheme; of their own cells a few are left, but no shares."""
    named = [name for name in sorted({row["product_id"] for row in rows}) if dice.chance(0.25)]
    for row in rows:
        if row["product_id"] in named:
            row["scheme"] = dice.choice(sorted(SCHEMES))
            for column in [column for column in row if column in TERMS]:
                if column.endswith("_share_pct") or dice.chance(0.7):
                    row[column] = ""


def overrides(dice, rows, names):
    """Cells of products that a scenario sets."""
    name, cells = dice.choice(names), {}
    if dice.chance(0.3):
        cells[f"products.{name}.trigger_months"] = dice.choice(TRIGGERS)
    if all("scheme" in row for row in rows if row["product_id"] == name) and dice.chance(0.7):
        cells[f"products.{name}.scheme"] = dice.choice(sorted(SCHEMES))
    return cells


def share_columns(dice):
    """Hundredths of a percent of each party; the bank takes the rest, said or not."""
    names = ["pool", "bank", "guarantor", "reguarantor", "insurer", "appraiser"]
    if dice.chance(0.2):
        names = dice.sample(names, 2) if dice.chance(0.7) else ["pool"]
    left, shares = 10_000, dict.fromkeys(("pool", "guarantor", "reguarantor", "insurer", "appraiser"), 0)
    for name in ["pool"] * dice.chance(0.5) + dice.sample(names, len(names)):
        part = left if dice.chance(0.05) else dice.randint(0, left)
        if name != "bank" and shares[name] == 0 and dice.chance(0.9):
            shares[name], left = part, left - part
    columns = {f"{name}_share_pct": f"{part / 100:.2f}" for name, part in shares.items()}
    return {**columns, "bank_share_pct": dice.choice(["", f"{left / 100:.2f}"])}


def terms(dice, blank):
    """Columns that a product may leave to the scenario."""
    def value(*choices):
        return "" if blank and dice.chance(0.4) else dice.choice(choices)
    return {"trigger_months": value(*TRIGGERS), "pay_mode": value("prepay", "net_loss"),
            "claim_basis": value("principal", "principal_interest"),
            "recovery_order": value("pro_rata", "bank_first", "pool_first")}


def pools(dice, ids):
    rows = []
    for name in ids:
        money = money_of_pool(dice)
        own = {"initial_wan": money["pool_initial_wan"], "interest_pct": money["pool_interest_pct"], "leverage": money["leverage"]}
        rule = dice.choice([topup_rule(dice), {"topup": "", "topup_yearly_wan": "", "topup_target_wan": ""}])
        rows.append({"pool_id": name, "label": "", **{column: dice.some(value, "", often=0.8) for column, value in own.items()}, **rule})
    support(dice, rows)
    return rows


def support(dice, rows):
    """A pool may name one that stands before it in some order, so that support never goes in a circle."""
    order = dice.sample(rows, len(rows))
    for i, row in enumerate(order):
        helper = dice.choice(order[:i])["pool_id"] if i > 0 and dice.chance(0.7) else ""
        row.update(support_pool_id=helper, support_limit_wan=dice.some(dice.pct(0, 300, 6), "0", "10000"))
        if helper and dice.chance(0.8):  # little money, much lending: it will need help
            row.update(initial_wan=dice.pct(0, 30, 6), leverage="1000")


def money_of_pool(dice):
    return {"pool_initial_wan": dice.some(dice.pct(1, 600, 6), "0", "5000", "100", often=0.8),
            "pool_interest_pct": dice.some(dice.pct(0, 5, 4), "0", "20"),
            "leverage": dice.some(dice.pct(0.5, 12, 6), "10", "0", "1000", "1000", often=0.6)}


def topup_rule(dice):
    rule = dice.choice(["none", "fixed", "target"])
    return {"topup": rule, "topup_yearly_wan": "0" if rule == "none" else dice.some(dice.pct(0, 200, 6), "0"),
            "topup_target_wan": dice.pct(1, 900, 2) if rule == "target" else "0"}


def topups(dice, pool_ids, months):
    return [{"topup_id": f"t{i}", "pool_id": dice.choice(["", *pool_ids]), "month": dice.randint(1, months),
             "amount_wan": dice.some(dice.pct(0, 100, 6), "0")} for i in range(dice.some(0, 1, 4))]


def banks(dice):
    names = [f"b{i}" for i in range(dice.some(1, 2, 3))]
    return [{"bank_id": name, "label": "", "share_pct": part} for name, part in zip(names, dice.parts(len(names)))]


def policy_part(dice):
    """The columns of scenarios.csv that share the worlds."""
    levels = sorted(dice.choice([0, 1, 3, 5, 8, 20, 60, 1000]) for _ in range(3))
    return {
        "firm_population_n": dice.some(939, 0, 3, 8, often=0.7), **money_of_pool(dice),
        "max_firm_liability_pct": dice.some("0", dice.pct(1, 100, 4), "100", often=0.7), **topup_rule(dice),
        "carry_unpaid": dice.randint(0, 1), "stop_loss_yearly_wan": dice.some("0", dice.pct(1, 400, 4)),
        "district_share_pct": dice.some("100", dice.pct(0, 100), "0"), "discount_rate_pct": dice.some("3", "0", "50"),
        "subsidy_pct": dice.some("0", dice.pct(0, 3, 4), "20"), **terms(dice, blank=False),
        "reguarantor_cap_pct": dice.some("0", dice.pct(0, 20), "100"), "reguarantor_other_book_wan": dice.some("0", dice.pct(0, 5000)),
        "breaker_metric": dice.choice(["npl", "compensation"]), "breaker_scope": dice.choice(["off", "pool", "pool", "bank", "bank"]),
        "breaker_resume_pct": dice.some(levels[0], 0), "breaker_warn_pct": levels[0], "breaker_suspend_pct": levels[1],
        "breaker_terminate_pct": levels[2], "review_months": dice.some(1, 2, 3, 6), "cooling_months": dice.some(0, 1, 3, 12),
        "min_live_loans_n": dice.some(0, 1, 2, 10), "min_npl_loans_n": dice.some(0, 1, 2), "suspend_blocks_renewals": dice.randint(0, 1),
        "writeoff_months": dice.some(12, 1, 3, 240), "registered_before_wan": dice.some("0", dice.pct(0, 9000, 4)),
        "target_wan": dice.some(dice.pct(0, 20000), "0"), "target_basis": dice.choice(["cumulative", "annual"]),
        "registered_ratio": dice.some("1", dice.pct(1, 6, 6)), "renewal_registration_share_pct": dice.some("100", dice.pct(0, 100, 4), "0"),
    }


def write_book(folder, seed, policies=POLICIES):
    """One book from one number; gives the folder back."""
    dice, folder = Dice(seed), Path(folder)
    folder.mkdir(parents=True)
    segment_rows, longest, kinds = segments(dice)
    world = world_part(dice)
    bank_rows = banks(dice)
    pool_ids = [f"pool{i}" for i in range(dice.some(2, 1, 3))] if dice.chance(0.6) else []
    product_rows = [products(dice, pool_ids, world["horizon_months"]) for _ in range(2)]
    named = sorted(set.intersection(*({row["product_id"] for row in rows} for rows in product_rows)))
    tape = loans(dice, segment_rows, named, [row["bank_id"] for row in bank_rows])
    beyond = max((row["months_left"] for row in tape), default=0) - world["horizon_months"]
    world["runoff_months"] = max(longest, beyond) + world["npl_months"] + max(TRIGGERS) + dice.some(0, 5)
    months = world["horizon_months"] + world["runoff_months"]

    clusters = sorted({row["cluster_id"] for row in segment_rows})
    tables = {"segments": segment_rows, "ip_kinds": ip_kinds(dice, kinds), "banks": bank_rows, "loans": tape,
              "products": product_rows[0], "products_b": product_rows[1], "shocks": shocks(dice, clusters, months),
              "demand": demand(dice, world["start_year"], world["horizon_months"]), "topups": topups(dice, pool_ids, months),
              "correlations": correlations(dice, clusters) if dice.chance(0.5) else [],
              "anchors": anchors(dice, clusters, tape),
              "sector_weights": sector_weights(dice, segment_rows, clusters) if world["dependence"] == "gamma" else [],
              "vehicles": vehicles(dice, segment_rows, world["horizon_months"], months)}
    tables["vehicles_b"] = other_tranches(dice, tables["vehicles"], world["horizon_months"])
    tables["funds"] = funds(dice, clusters, world["horizon_months"])
    tables["funds_b"] = other_money(dice, tables["funds"])
    caps_wan = [row["loan_cap_wan"] for row in sum(product_rows, []) if row["loan_cap_wan"]]
    tables["trusts"], tables["trusts_b"] = (trusts(dice, pool_ids, caps_wan, world["horizon_months"], months) for _ in range(2))
    schemes(dice, sum(product_rows, []))
    if pool_ids:
        tables.update(pools=pools(dice, pool_ids), pools_b=pools(dice, pool_ids))
    tables["scenarios"] = scenarios(dice, world, tables, named, policies)
    for name, table in tables.items():
        if table:
            write_table(folder, name, table)
    return folder


def scenarios(dice, world, tables, products_named, policies):
    usual, rows = policy_part(dice), []
    for i in range(policies):
        if dice.chance(0.5):
            usual = policy_part(dice)
        files = {f"{name}_file": dice.choice([f"{name}.csv", f"{name}_b.csv"])
                 for name in ("products", "pools", "vehicles", "funds", "trusts")
                 if tables.get(name) and tables.get(f"{name}_b")}
        cells = overrides(dice, tables["products"] + tables["products_b"], products_named)
        if "trusts_file" in files and dice.chance(0.6):  # what is refused for want of room, trusts may lend
            cells["leverage"] = dice.pct(0, 2, 6)
        rows.append({"scenario_id": f"r{i}", "label": "", "base": "", **world, **usual, **money_of_pool(dice), **files, **cells})
    return rows


if __name__ == "__main__":
    write_book(sys.argv[1], int(sys.argv[2]))
