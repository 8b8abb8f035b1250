// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

/* What a row of the full tier takes from each world at once: the parts of its members. */

enum { PART_BITS = 5 };

int ps_row_part_bin(int64_t total_fen)
{
    const uint64_t x = total_fen > 0 ? (uint64_t)total_fen : 0;
    const int octave = 63 - __builtin_clzll(x | ((uint64_t)1 << PART_BITS));
    const int shift = octave - PART_BITS;
    const int bin = (shift << PART_BITS) + (int)(x >> shift);
    return bin < PS_PART_BINS ? bin : PS_PART_BINS - 1;
}

/* Where the parts of a world are kept: by bin of its total, so that the parts of a tail can be read
 * off without drawing the worlds again (Euler allocation of expected shortfall). */
static size_t part_at(const struct ps_ledger_work *work, int part, int lane)
{
    static const enum ps_measure TOTAL[PS_PART_N] = {PS_M_COMPENSATION, PS_M_LOSS};
    return (size_t)(part * PS_PART_BINS +
                    ps_row_part_bin(ps_measure_read(work, TOTAL[part], lane)));
}

void ps_row_members_fetch(const struct ps_row *row, const struct ps_ledger_work *work, int lane)
{
    enum { SUMS_A_LINE = 8, SQUARES_A_LINE = 4 };
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    for (int part = 0; part < PS_PART_N; part++) {
        const size_t bin = part_at(work, part, lane);
        __builtin_prefetch(&row->part_n[bin], 1);
        for (size_t i = 0; i < members; i += SUMS_A_LINE)
            __builtin_prefetch(&row->part_sum[bin * members + i], 1);
        for (size_t i = 0; i < members; i += SQUARES_A_LINE)
            __builtin_prefetch(&row->part_square[bin * members + i], 1);
    }
}

/* The members that a default counts for. */
struct membership {
    int at[PS_DIM_N], n;
};

static struct membership membership_of(const struct ps_row *row, const struct ps_schedule *schedule,
                                       const struct ps_world_plan *plan, int fate)
{
    const int i = schedule->world->fates[fate].app;
    const struct ps_app *app = &schedule->world->apps[i];
    const struct ps_segment_plan *segment = &plan->segments[app->segment];
    const int group = app->tape == PS_NONE ? 0 : plan->tape[app->tape].group;
    const int grouped = row->member_first[PS_DIM_N] > row->member_first[PS_DIM_GROUP];
    return (struct membership){.at = {row->member_first[PS_DIM_CLUSTER] + segment->cluster,
                                      row->member_first[PS_DIM_IP_KIND] + segment->ip_kind,
                                      row->member_first[PS_DIM_BANK] + schedule->bank[i],
                                      row->member_first[PS_DIM_PRODUCT] + schedule->product[i],
                                      row->member_first[PS_DIM_GROUP] + group},
                               .n = grouped ? PS_DIM_N : PS_DIM_GROUP};
}

/* Adds up one default for its members. */
static void member_note(struct ps_row *row, const struct membership *m, int64_t exposure,
                        const int64_t part_fen[PS_PART_N])
{
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    for (int d = 0; d < m->n; d++) {
        struct ps_member *member = &row->members[m->at[d]];
        member->defaults_n++;
        member->exposure_fen += exposure;
        for (size_t part = 0; part < PS_PART_N; part++)
            row->part_now[part * members + (size_t)m->at[d]] += part_fen[part];
    }
}

/* Hands what a member has in this world to its sums, once. */
static void member_close(struct ps_row *row, size_t member, const size_t bin[PS_PART_N])
{
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    for (size_t part = 0; part < PS_PART_N; part++) {
        int64_t *now = &row->part_now[part * members + member];
        row->members[member].sum_fen[part] += *now;
        row->part_sum[bin[part] * members + member] += *now;
        row->part_square[bin[part] * members + member] += (ps_int128)*now * *now;
        *now = 0;
    }
}

void ps_row_members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule, const struct ps_world_plan *plan,
                        int lane)
{
    const size_t width = (size_t)work->width;
    size_t bin[PS_PART_N];
    for (int part = 0; part < PS_PART_N; part++) {
        bin[part] = part_at(work, part, lane);
        row->part_n[bin[part]]++;
    }
    for (int f = 0; f < schedule->world->fates_n; f++) {
        const size_t at = (size_t)f * width + (size_t)lane;
        const int64_t exposure = (int64_t)work->exposure[at];
        if (exposure == 0)
            continue;
        const struct membership m = membership_of(row, schedule, plan, f);
        const int64_t part_fen[PS_PART_N] = {
            (int64_t)work->paid[(size_t)f * PS_PARTY_BANK * width + (size_t)lane],
            (int64_t)work->loss[at]};
        member_note(row, &m, exposure, part_fen);
    }
    for (int f = 0; f < schedule->world->fates_n; f++) {
        const struct membership m = membership_of(row, schedule, plan, f);
        for (int d = 0; d < m.n; d++)
            member_close(row, (size_t)m.at[d], bin);
    }
}
