// SPDX-License-Identifier: GPL-3.0-or-later
// Variants of a sweep, and those that a search looked at.
import { amount, chance, count, tick, valueOf } from '../numbers.js';
import { axis, band, base, BLUE, GREEN, GREY, legend, ORANGE, PLACE, RED, threshold } from '../theme.js';
import { language, say } from '../words.js';

const JUDGED = [
    ['MET', GREEN],
    ['MET_OPEN', ORANGE],
    ['MISSED', GREY],
];

const label = (one) => one.label[language()];
const name = (axes, { at }) => axes.map((one, i) => `${label(one)} ${at[i]}`).join('\n');

/** As in the static table: by judgement, then by cost. */
const inOrder = (points) => [...points].sort((a, b) => a.judgement - b.judgement || a.cost[0] - b.cost[0]);

/** Safety against the target, a point a variant. */
export function variants({ data }) {
    const { axes, points, judged } = data.study;
    const groups = judged
        ? JUDGED.map(([word, colour], i) => ({ word, colour, points: points.filter(({ judgement }) => judgement === i) }))
        : [
              { word: 'ON_FRONTIER', colour: BLUE, points: points.filter(({ frontier }) => frontier) },
              { word: 'VARIANT', colour: GREY, points: points.filter(({ frontier }) => !frontier) },
          ];
    const shown = ([hits, worlds, , hi]) => (hits === 0 ? hi : hits / worlds);
    return {
        height: 420,
        option: {
            ...base(say('GRID')),
            legend: legend({ data: groups.map(({ word }) => say(word)) }),
            grid: { ...PLACE, top: 36, bottom: 48 },
            xAxis: axis('log', say('DEPLETION'), { line: true, axisLabel: { formatter: tick } }),
            yAxis: axis('value', say('TARGET'), { gap: 60, min: 0, max: 1, axisLabel: { formatter: tick } }),
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ seriesIndex, dataIndex }) => {
                    const point = groups[seriesIndex].points[dataIndex];
                    return `${name(axes, point)}\n${say('DEPLETION')} ${chance(point.depletion)}\n${say('TARGET')} ${chance(point.target)}\n${say('COST')} ${amount(point.cost, point.depletion[1])}`;
                },
            },
            series: groups.map(({ word, colour, points: some }) => ({
                type: 'scatter',
                name: say(word),
                color: colour,
                symbolSize: 8,
                data: some.map(({ depletion, target }) => [shown(depletion), valueOf(target)]),
                ...(word === groups[0].word && { markLine: threshold({ xAxis: data.depletionAtMost }, '', { label: { formatter: say('THRESHOLD', tick(data.depletionAtMost)), color: RED, fontSize: 12, position: 'end' } }) }),
            })),
        },
        table: {
            head: [...axes.map(label), say('DEPLETION'), say('TARGET'), say('REGISTERED'), say('COST'), say('ON_FRONTIER'), ...(judged ? [say('MET')] : [])],
            rows: inOrder(points).map((one) => [
                ...one.at,
                chance(one.depletion),
                chance(one.target),
                amount(one.registered, one.depletion[1]),
                amount(one.cost, one.depletion[1]),
                one.frontier ? '✓' : '',
                ...(judged ? [say(JUDGED[one.judgement][0])] : []),
            ]),
        },
    };
}

/** A search: each constraint along the first axis, its limit dashed. */
export function search({ data }) {
    const { axes, points, constraints } = data.study;
    const single = axes.length === 1;
    const xOf = (point, i) => (single ? Number(point.at[0]) : i + 1);
    const sorted = points.map((point, i) => ({ point, x: xOf(point, i) })).sort((a, b) => a.x - b.x);
    const format = (c) => (constraints[c].chance ? tick : (x) => String(x));
    const height = 150;
    return {
        height: 80 + (height + 50) * constraints.length,
        option: {
            ...base(say('TRIED')),
            grid: constraints.map((_, c) => ({ ...PLACE, top: 20 + c * (height + 50), height })),
            xAxis: constraints.map((_, c) => axis('value', c === constraints.length - 1 ? (single ? label(axes[0]) : say('VARIANT')) : '', { gridIndex: c, scale: true, lines: false, line: true })),
            yAxis: constraints.map((one, c) => axis('value', label(one), { gridIndex: c, gap: 60, scale: true, splitNumber: 3, axisLabel: { formatter: format(c) } })),
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ dataIndex }) => {
                    const { point } = sorted[dataIndex];
                    return [name(axes, point), ...constraints.map((one, c) => `${label(one)}: ${point.text[c]}`), `${count(point.worlds)} ${say('WORLDS')}`].join('\n');
                },
            },
            series: constraints.flatMap((one, c) => {
                const place = { xAxisIndex: c, yAxisIndex: c };
                const [, , limit] = points[0].judged[c];
                return [
                    band('', BLUE, 0.15, sorted.map(({ point, x }) => [x, ...point.judged[c].slice(0, 2).sort((a, b) => a - b)]), place),
                    {
                        type: 'scatter',
                        name: label(one),
                        symbolSize: 7,
                        data: sorted.map(({ point, x }) => ({ value: [x, point.judged[c][0]], itemStyle: { color: JUDGED[point.judgement][1] } })),
                        markLine: threshold({ yAxis: limit }, format(c)(limit), { label: { formatter: format(c)(limit), color: RED, fontSize: 12, position: 'end' } }),
                        ...place,
                    },
                ];
            }),
        },
        table: {
            head: [...axes.map(label), say('WORLDS'), ...constraints.map(label), say('MET')],
            rows: points.map((one) => [...one.at, one.worlds, ...one.text, say(JUDGED[one.judgement][0])]),
        },
    };
}
