// SPDX-License-Identifier: GPL-3.0-or-later
// All scenarios: both probabilities with their intervals.
import { chance, tick, valueOf } from '../numbers.js';
import { axis, base, BLUE, GREEN, NAMES, RED, threshold, whiskers } from '../theme.js';
import { say } from '../words.js';

const SHOWN = 60;

/** Side by side, or on a narrow screen one below the other. */
function places(narrow, rows) {
    const height = 26 * rows;
    const names = { ...NAMES, ...(narrow && { width: 115, overflow: 'truncate' }), interval: 0, hideOverlap: false };
    return narrow
        ? { grid: [34, 124 + height].map((top) => ({ left: 130, right: 30, top, height, outerBoundsMode: 'none' })), total: 2 * height + 190, names, second: names }
        : {
              grid: [
                  { left: 10, right: '43%', top: 34, bottom: 44 },
                  { left: '61%', right: 36, top: 34, bottom: 44 },
              ],
              total: height + 90,
              names,
              second: { show: false },
          };
}

/** No scenario has a target: one chart. */
function alone(narrow, rows) {
    const { names } = places(narrow, rows);
    return { grid: [{ left: 10, right: 36, top: 34, bottom: 44 }], total: 26 * rows + 90, names };
}

export function compare({ data, narrow }) {
    const all = data.scenarios;
    const shown = all.slice(0, SHOWN);
    const names = shown.map(({ name }) => name);
    const targets = all.some(({ target }) => target);
    const known = (key) => shown.map((one, i) => ({ p: one[key], i })).filter(({ p }) => p);
    const points = (key) => known(key).map(({ p, i }) => [valueOf(p), i]);
    const lying = (key) => whiskers(known(key).map(({ p, i }) => [i, p[2], p[3]]), {}, true);
    const side = (key, colour, at) => [
        { type: 'scatter', name: say(key.toUpperCase()), color: colour, symbolSize: 8, data: points(key), markLine: threshold({ xAxis: at }, say('THRESHOLD', tick(at)), { label: { position: 'start', distance: 6, color: RED, fontSize: 12, formatter: say('THRESHOLD', tick(at)) } }) },
        lying(key),
    ];
    const second = (list) => list.map((one) => ({ ...one, xAxisIndex: 1, yAxisIndex: 1 }));
    const place = targets ? places(narrow, shown.length) : alone(narrow, shown.length);
    return {
        height: place.total,
        note: all.length > SHOWN ? say('SHOWN_FIRST', SHOWN, all.length) : undefined,
        option: {
            ...base(say('COMPARE')),
            grid: place.grid,
            xAxis: [
                axis('value', say('DEPLETION'), { min: 0, axisLabel: { formatter: tick } }),
                axis('value', say('TARGET'), { gridIndex: 1, min: 0, max: 1, axisLabel: { formatter: tick } }),
            ].slice(0, place.grid.length),
            yAxis: [
                axis('category', '', { inverse: true, lines: true, data: names, axisLabel: place.names }),
                axis('category', '', { gridIndex: 1, inverse: true, lines: true, data: names, axisLabel: place.second }),
            ].slice(0, place.grid.length),
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ data: point }) => {
                    const one = shown[point[1]];
                    return `${one.name}\n${say('DEPLETION')} ${chance(one.depletion)}${one.target ? `\n${say('TARGET')} ${chance(one.target)}` : ''}`;
                },
            },
            series: [...side('depletion', BLUE, data.depletionAtMost), ...(targets ? second(side('target', GREEN, data.targetAtLeast)) : [])],
        },
        table: {
            head: [say('SCENARIO'), say('DEPLETION'), ...(targets ? [say('TARGET')] : [])],
            rows: all.map((one) => [one.name, chance(one.depletion), ...(targets ? [chance(one.target)] : [])]),
        },
    };
}
