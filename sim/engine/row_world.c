// SPDX-License-Identifier: GPL-3.0-or-later
#include "row.h"

/* What a row takes from each world at once: the parts of the full tier, and the few figures of the
 * decision tier. */

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
    const size_t members = (size_t)row->member_first[PS_DIM_N];
    for (int part = 0; part < PS_PART_N; part++) {
        const size_t bin = part_at(work, part, lane);
        __builtin_prefetch(&row->part_n[bin], 1);
        for (size_t i = 0; i < members; i += 8)
            __builtin_prefetch(&row->part_sum[bin * members + i], 1);
    }
}

void ps_row_members_add(struct ps_row *row, const struct ps_ledger_work *work,
                        const struct ps_schedule *schedule, const struct ps_segment_plan *segments,
                        int lane)
{
    const size_t width = (size_t)work->width, members = (size_t)row->member_first[PS_DIM_N];
    int64_t *sum[PS_PART_N];
    for (int part = 0; part < PS_PART_N; part++) {
        const size_t bin = part_at(work, part, lane);
        row->part_n[bin]++;
        sum[part] = row->part_sum + bin * members;
    }
    const struct ps_world *w = schedule->world;
    for (int f = 0; f < w->fates_n; f++) {
        const size_t at = (size_t)f * width + (size_t)lane;
        const int64_t exposure = (int64_t)work->exposure[at];
        if (exposure == 0)
            continue;
        const int app = w->fates[f].app;
        const struct ps_segment_plan *segment = &segments[w->apps[app].segment];
        const int member[PS_DIM_N] = {segment->cluster, segment->ip_kind, schedule->bank[app],
                                      schedule->product[app]};
        const int64_t part_fen[PS_PART_N] = {
            (int64_t)work->paid[(size_t)f * PS_PARTY_BANK * width + (size_t)lane],
            (int64_t)work->loss[at]};
        for (int d = 0; d < PS_DIM_N; d++) {
            const int i = row->member_first[d] + member[d];
            struct ps_member *m = &row->members[i];
            m->defaults_n++;
            m->exposure_fen += exposure;
            for (int part = 0; part < PS_PART_N; part++) {
                m->sum_fen[part] += part_fen[part];
                sum[part][i] += part_fen[part];
            }
        }
    }
}

/* The measures marked DECISION, none of which can be missing. */
/* What the request asks for beyond the measures of tier DECISION. */
static void asked_add(struct ps_row *row, const struct ps_engine_request *request,
                      const struct ps_ledger_work *work, int lane)
{
    for (int k = 0; k < request->kept_n; k++) {
        const int64_t x = ps_measure_read(work, request->kept[k], lane);
        if (x != PS_NOT_GIVEN && ps_measure_desc(request->kept[k])->tier != PS_MT_DECISION)
            ps_moments_add(&row->moments[request->kept[k]], x);
    }
    for (int k = 0; k < request->watches_n; k++) {
        const struct ps_watch *watch = &request->watches[k];
        const int64_t x = ps_measure_read(work, watch->measure, lane);
        const int beyond = watch->below ? x < watch->threshold : x > watch->threshold;
        row->watched_n[k] += x != PS_NOT_GIVEN && beyond;
    }
}

void ps_row_decision_add(struct ps_row *row, const struct ps_engine_request *request,
                         const struct ps_ledger_work *work, int lane)
{
#define PS_KEEP_DECISION(symbol) PS_M_##symbol,
#define PS_KEEP_FULL(symbol)
#define PS_KEEP_HIST(symbol)
#define PS_MEASURE(symbol, name, unit, tier, en, zh) PS_KEEP_##tier(symbol)
    static const int KEPT[] = {
#include "pledgesim/measures.def"
    };
#undef PS_MEASURE
    const double *at = work->measure + lane;
    row->worlds_n++;
    for (size_t k = 0; k < sizeof KEPT / sizeof *KEPT; k++)
        ps_moments_add(&row->moments[KEPT[k]], (int64_t)at[(size_t)KEPT[k] * (size_t)work->width]);
    if (request->kept_n + request->watches_n > 0)
        asked_add(row, request, work, lane);
}
