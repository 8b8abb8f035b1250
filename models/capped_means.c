// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/calibration.h"
#include "pledgesim/capped_grid.h"
#include "pledgesim/curve.h"

/* Eq. (4.16b): d(x) = 1 - exp(-H(x)) jumps where the cap is reached and rises like the root of a
 * power just beyond. Along a line it is integrated against sinc((x - x_m) / h), by Gauss and
 * Legendre in pieces that end at the cap and shrink towards it. */

enum { NODES = 12, PARTS_MAX = 12 };

#define HAZARD_MAX 27.631021115928547 /* -log(1e-12): p is clamped at 1 - 1e-12 */
#define PIECE_STEPS 4.0               /* of a piece away from the cap, in steps of the grid */
#define SHRINK 0.15                   /* of pieces towards the cap */
enum { SHRINKS = 6 };                 /* down to 1e-5 of a piece */

struct line {
    const struct ps_capped_grid *grid;
    const struct ps_calibration *c;
    const double *const *curves;
    const struct ps_capped_part *parts;
    int parts_n;
    double rate, own;              /* PD' and w_0 */
    double across[PS_SECTORS_MAX]; /* part of Y_k that stands still along the line */
    double all_capped;             /* below it no part is free, and the chance is `most` */
    double most;
    double *d, *d2;
};

/* PD' X at a place of the line. */
static double exposure(const struct line *line, const struct ps_capped_part *part, double x)
{
    double sum = line->own;
    for (int k = 0; k < line->c->sectors_n; k++) {
        const double y = line->across[k] + part->shift[k] + line->grid->load[k][0] * x;
        sum += line->c->sectors[k].weight * ps_exp(ps_curve_at(line->curves[k], -y));
    }
    return line->rate * sum;
}

static double default_chance(const struct line *line, double x)
{
    double hazard = 0;
    for (int i = 0; i < line->parts_n; i++) {
        const double p = exposure(line, &line->parts[i], x);
        const double of_year = p < 1 ? -ps_log1p(-p) : HAZARD_MAX;
        hazard += line->parts[i].months / 12 * (of_year < HAZARD_MAX ? of_year : HAZARD_MAX);
    }
    return ps_one_minus_exp(hazard);
}

/* sin(pi x) / pi for |x| <= 1/2, by its series. */
static double sine_over_pi(double x)
{
    const double square = 9.8696044010893586188 * x * x;
    double sum = 1;
    for (int k = 20; k >= 2; k -= 2) {
        sum = 1 - square / (k * (k + 1)) * sum;
    }
    return x * sum;
}

/* Adds weight times sinc to each point, but for the sign (-1)^m. */
static void add_node(const struct line *line, double x, double weight)
{
    const int n = line->grid->along.n;
    const double chance = x < line->all_capped ? line->most : default_chance(line, x);
    const double place = x / line->grid->along.step + n / 2;
    const double nearest = ps_floor(place + 0.5);
    double off = place - nearest;
    off = ps_abs(off) < 1e-7 ? 1e-7 : off; /* at a point: 1 there, as good as 0 elsewhere */
    const double sine = sine_over_pi(off);
    const double sign = (int)nearest % 2 == 0 ? 1 : -1;
    const double once = sign * weight * chance * sine, twice = once * chance;
    const double at = nearest + off;
    for (int m = 0; m < n; m++) {
        const double inverse = 1 / (at - m);
        line->d[m] += once * inverse;
        line->d2[m] += twice * inverse;
    }
}

static void add_piece(const struct line *line, double from, double to)
{
    static const double node[NODES / 2] = {0.12523340851146891547, 0.36783149899818019375,
                                           0.58731795428661744730, 0.76990267419430468704,
                                           0.90411725637047485668, 0.98156063424671925069};
    static const double weight[NODES / 2] = {0.24914704581340278500, 0.23349253653835480876,
                                             0.20316742672306592175, 0.16007832854334622633,
                                             0.10693932599531843096, 0.04717533638651182719};
    const double middle = 0.5 * (from + to), half = 0.5 * (to - from);
    for (int i = 0; i < NODES / 2; i++) {
        add_node(line, middle - half * node[i], half * weight[i] / line->grid->along.step);
        add_node(line, middle + half * node[i], half * weight[i] / line->grid->along.step);
    }
}

static void add_smooth(const struct line *line, double from, double to)
{
    if (to <= from) {
        return;
    }
    const int pieces = (int)ps_floor((to - from) / (PIECE_STEPS * line->grid->along.step)) + 1;
    for (int i = 0; i < pieces; i++) {
        add_piece(line, from + (to - from) * i / pieces, from + (to - from) * (i + 1) / pieces);
    }
}

/* From a cap upwards, where d is not smooth at `from`. */
static void add_beyond_cap(const struct line *line, double from, double to)
{
    const double most = PIECE_STEPS * line->grid->along.step;
    double width = to - from < most ? to - from : most;
    add_smooth(line, from + width, to);
    for (int i = 0; i < SHRINKS; i++, width *= SHRINK) {
        add_piece(line, from + SHRINK * width, from + width);
    }
    add_piece(line, from, from + width);
}

static int all_at_cap(const struct line *line, double x)
{
    int all = 1;
    for (int i = 0; i < line->parts_n; i++) {
        all &= exposure(line, &line->parts[i], x) >= 1;
    }
    return all;
}

/* Where the exposure, which falls along the line, comes below 1; `end` where it does not. */
static double cap_of(const struct line *line, const struct ps_capped_part *part, double end)
{
    double capped = -end, below = end;
    if (exposure(line, part, capped) < 1 || exposure(line, part, below) >= 1) {
        return end;
    }
    for (double x = 0; x > capped && x < below; x = 0.5 * (capped + below)) {
        *(exposure(line, part, x) >= 1 ? &capped : &below) = x;
    }
    return below;
}

static void fill_line(struct line *line)
{
    const int n = line->grid->along.n;
    const double end = line->grid->along.step * (n / 2);
    double caps[PARTS_MAX + 1];
    int caps_n = 0;
    for (int i = 0; i < line->parts_n; i++) {
        const double cap = cap_of(line, &line->parts[i], end);
        int at = caps_n++;
        for (; at > 0 && caps[at - 1] > cap; at--) {
            caps[at] = caps[at - 1];
        }
        caps[at] = cap;
    }
    caps[caps_n] = end;
    line->most = default_chance(line, -end);
    line->all_capped = all_at_cap(line, -end) ? caps[0] : -end;
    for (int m = 0; m < n; m++) {
        line->d[m] = line->d2[m] = 0;
    }
    add_smooth(line, -end, caps[0]);
    for (int i = 0; i < caps_n; i++) {
        if (caps[i + 1] > caps[i]) {
            add_beyond_cap(line, caps[i], caps[i + 1]);
        }
    }
    for (int m = 1; m < n; m += 2) {
        line->d[m] = -line->d[m];
        line->d2[m] = -line->d2[m];
    }
}

static double own_weight(const struct ps_calibration *c)
{
    double own = 1;
    for (int k = 0; k < c->sectors_n; k++) {
        own -= c->sectors[k].weight;
    }
    return own > 0 ? own : 0;
}

static struct line line_of(const struct ps_capped_grid *grid, const struct ps_calibration *c,
                           const double *const curves[], double rate,
                           const struct ps_capped_part *parts, int parts_n)
{
    return (struct line){.grid = grid,
                         .c = c,
                         .curves = curves,
                         .parts = parts,
                         .parts_n = parts_n,
                         .rate = rate,
                         .own = own_weight(c)};
}

void ps_capped_means(const struct ps_capped_grid *grid, const struct ps_calibration *c,
                     const double *const curves[], double rate, const struct ps_capped_part *parts,
                     int parts_n, double *d, double *d2)
{
    struct line line = line_of(grid, c, curves, rate, parts, parts_n);
    for (int i = 0; i < grid->across_n; i++) {
        for (int k = 0; k < c->sectors_n; k++) {
            line.across[k] = 0;
            for (int a = 1, rest = i; a < grid->dims; a++, rest /= grid->across.n) {
                line.across[k] += grid->load[k][a] * grid->across.step *
                                  (rest % grid->across.n - grid->across.n / 2);
            }
        }
        line.d = d + (size_t)i * (size_t)grid->along.n;
        line.d2 = d2 + (size_t)i * (size_t)grid->along.n;
        fill_line(&line);
    }
}

double ps_capped_chance_at_zero(const struct ps_capped_grid *grid, const struct ps_calibration *c,
                                const double *const curves[], double rate,
                                const struct ps_capped_part *parts, int parts_n)
{
    const struct line line = line_of(grid, c, curves, rate, parts, parts_n);
    return default_chance(&line, 0);
}
