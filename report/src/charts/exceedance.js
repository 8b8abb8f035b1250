// SPDX-License-Identifier: GPL-3.0-or-later
// How often the payout exceeds an amount.
import { chance, share, tick, valueOf, wan } from '../numbers.js';
import { axis, band, base, BLUE, PLACE, SKY } from '../theme.js';
import { say } from '../words.js';

export function exceedance({ data, scenario }) {
    const one = data.scenarios[scenario];
    // A logarithmic axis has no zero.
    const points = one.exceedance.map(([x, ...p]) => ({ x, p, y: valueOf(p) })).filter(({ y }) => y > 0);
    const least = Math.min(...points.map(({ p }) => Math.max(p[2], 1e-6)));
    const floor = 10 ** Math.floor(Math.log10(least));
    return {
        of: one.name,
        height: 340,
        option: {
            ...base(`${say('EXCEEDANCE')}: ${one.name}`),
            grid: { ...PLACE, top: 16, bottom: 44 },
            xAxis: axis('value', say('PAID_OUT'), { line: true, scale: true }),
            yAxis: axis('log', say('PROBABILITY'), { gap: 56, min: floor, max: 1, axisLabel: { formatter: tick } }),
            tooltip: {
                ...base('').tooltip,
                trigger: 'axis',
                formatter: (items) => {
                    const at = items.find(({ seriesType }) => seriesType === 'line');
                    return at ? `> ${wan(at.data[0])}\n${chance(points[at.dataIndex].p)}` : '';
                },
            },
            series: [
                band(say('INTERVAL'), SKY, 0.4, points.map(({ x, p }) => [x, Math.max(p[2], floor), p[3]])),
                { type: 'line', name: say('PROBABILITY'), data: points.map(({ x, y }) => [x, y]), color: BLUE, lineStyle: { width: 2 }, symbolSize: 5 },
            ],
        },
        table: {
            head: [say('PAID_OUT'), say('ESTIMATE'), say('LO'), say('HI')],
            rows: one.exceedance.map(([x, ...p]) => [x, share(valueOf(p)), share(p[2]), share(p[3])]),
        },
    };
}
