// SPDX-License-Identifier: GPL-3.0-or-later
// The estimates after more and more worlds.
import { amount, chance, count, share, tick, valueOf } from '../numbers.js';
import { axis, band, base, BLUE, GREEN, PLACE, RED } from '../theme.js';
import { say } from '../words.js';

const TOP = [24, 174, 324];
const PART = 116;
const AXIS = 50; // below the lowest part

export function convergence({ data, scenario }) {
    const one = data.scenarios[scenario];
    const lines = one.convergence;
    if (lines.length < 2) {
        return { missing: say('NOT_HERE', 'pledgesim run -n 20000') };
    }
    const parts = [
        { word: 'DEPLETION', colour: RED, points: lines.map(([n, p]) => [n, valueOf(p), p[2], p[3]]), format: tick },
        ...(one.target ? [{ word: 'TARGET', colour: GREEN, points: lines.map(([n, , p]) => [n, valueOf(p), p[2], p[3]]), format: tick }] : []),
        { word: 'PAID', colour: BLUE, points: lines.map(([n, , , e]) => [n, ...e]), format: (x) => String(x) },
    ];
    const span = { min: lines[0][0], max: lines.at(-1)[0] };
    const place = (i) => ({ xAxisIndex: i, yAxisIndex: i });
    return {
        of: one.name,
        height: TOP[parts.length - 1] + PART + AXIS,
        option: {
            ...base(`${say('CONVERGENCE')}: ${one.name}`),
            grid: TOP.slice(0, parts.length).map((top) => ({ ...PLACE, top, height: PART })),
            xAxis: parts.map((_, i) => axis('log', i === parts.length - 1 ? say('WORLDS') : '', { ...span, gridIndex: i, lines: false, axisLabel: { show: i === parts.length - 1, formatter: count } })),
            yAxis: parts.map(({ word, format }, i) => axis('value', say(word), { gridIndex: i, gap: 60, scale: true, splitNumber: 3, axisLabel: { formatter: format } })),
            tooltip: {
                ...base('').tooltip,
                trigger: 'axis',
                formatter: (items) => {
                    const line = lines.find(([n]) => n === items[0].axisValue);
                    return line ? `${count(line[0])} ${say('WORLDS')}\n${say('DEPLETION')} ${chance(line[1])}\n${one.target ? `${say('TARGET')} ${chance(line[2])}\n` : ''}${say('PAID')} ${amount(line[3], line[0])}` : '';
                },
            },
            series: parts.flatMap(({ word, colour, points }, i) => [
                band(say('INTERVAL'), colour, 0.2, points.map(([n, , lo, hi]) => [n, lo, hi]), place(i)),
                { type: 'line', name: say(word), color: colour, symbolSize: 4, data: points.map(([n, y]) => [n, y]), ...place(i) },
            ]),
        },
        table: {
            head: [say('WORLDS'), ...parts.flatMap(({ word }) => [say(word), say('LO'), say('HI')])],
            rows: lines.map(([n, p, q, e]) => [n, ...[p, q].filter(Boolean).flatMap((one) => [share(valueOf(one)), share(one[2]), share(one[3])]), ...e]),
        },
    };
}
