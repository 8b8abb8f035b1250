// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of the live panel without its kernel: between the variants that the program computed before.
import { count } from './numbers.js';
import { recipe } from './shell.js';
import { say } from './words.js';

const KEYS = ['depletion', 'target', 'registered', 'cost', 'shortfall'];

/** Place of x among ascending values: index below and the part of the way to the next. */
function placeOf(values, x) {
    let below = 0;
    while (below + 2 < values.length && values[below + 1] <= x) {
        below++;
    }
    const next = Math.min(below + 1, values.length - 1);
    const part = next === below ? 0 : (x - values[below]) / (values[next] - values[below]);
    return { below, next, part: Math.min(Math.max(part, 0), 1) };
}

/** [estimate, lower, upper] of a figure of the outlook. */
const triple = (figure) => (figure.length === 4 ? [figure[0] / figure[1], figure[2], figure[3]] : figure);

/** A step that divides a range into some two hundred, a round number. */
export function roundStep(range) {
    const raw = range / 200;
    const power = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 5, 10].map((k) => k * power).find((step) => step >= raw);
}

/** @returns {import('./live.js').Engine} */
export function gridEngine(data) {
    const { pools, leverages, size, leverage, points, twists, worlds } = data.outlook;
    const known = twists.map((_, i) => i).filter((i) => points[i]);
    const lever = (name, word, values, own) => ({ name, word, value: values[own], lowest: values[0], highest: values.at(-1) });
    const levers = [{ ...lever('pool', 'LIVE_POOL', pools, size), step: Math.max(1, roundStep(pools.at(-1) - pools[0])) }];
    if (leverages.length > 1) {
        levers.push({ ...lever('leverage', 'LIVE_LEVERAGE', leverages, leverage), step: 0.1 });
    }
    // Without a target there is no figure of it.
    const keys = KEYS.filter((key) => key !== 'target' || data.hasTarget);
    const figuresOf = (twist, p, l) => points[twist][p * leverages.length + l].filter(Boolean).map(triple);
    const mix = (a, b, part) => a.map((figure, i) => figure.map((x, k) => x + part * (b[i][k] - x)));
    return {
        levers,
        stresses: known.map((i) => twists[i]),
        run(policy, stress, show) {
            const twist = known[stress];
            const p = placeOf(pools, policy.pool);
            const l = placeOf(leverages, policy.leverage ?? leverages[leverage]);
            const along = (at) => mix(figuresOf(twist, p.below, at), figuresOf(twist, p.next, at), p.part);
            const figures = mix(along(l.below), along(l.next), l.part);
            show({ figures: Object.fromEntries(keys.map((key, i) => [key, figures[i]])), worlds: worlds[twist], note: say('LIVE_GRID', count(worlds[twist])) });
        },
        recipe(policy, stress) {
            const cells = (column, own, now, was) =>
                now === undefined || now === was ? [] : data.panel.pools.map((pool) => `pools.${pool[0]}.${column}=${Number((was === 0 ? now : (pool[own] * now) / was).toFixed(4))}`);
            return recipe(data, [
                ...cells('initial_wan', 1, policy.pool, pools[size]),
                ...cells('leverage', 2, policy.leverage, leverages[leverage]),
                data.panel.settings[known[stress]],
            ], worlds[known[stress]]);
        },
    };
}
