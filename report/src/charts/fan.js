// SPDX-License-Identifier: GPL-3.0-or-later
// The balance month by month, and by when the pool could not pay.
import { chance, share, tick, valueOf, wan } from '../numbers.js';
import { axis, band, base, BLUE, INK, legend, PLACE, RED, SKY } from '../theme.js';
import { say } from '../words.js';

/** "2023-04" for a month of the simulation. */
function monthName([year, month], t) {
    const months = month - 1 + t - 1;
    return `${year + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}

export function fan({ data, scenario }) {
    const one = data.scenarios[scenario];
    const name = (t) => monthName(one.start, t);
    const span = { min: 1, max: one.depletedBy.at(-1)[0] };
    const column = (k) => one.fan.map((row) => [row[0], row[k]]);
    const by = one.depletedBy.map(([t, ...p]) => ({ t, p, y: valueOf(p) }));
    const end = { xAxis: one.horizon };
    return {
        of: one.name,
        height: 480,
        option: {
            ...base(`${say('FAN')}: ${one.name}`),
            legend: legend({ data: [say('BAND_90'), say('BAND_50'), say('MEDIAN'), say('MEAN')] }),
            grid: [
                { ...PLACE, top: 40, height: 240 },
                { ...PLACE, top: 330, bottom: 30 },
            ],
            xAxis: [
                axis('value', '', { ...span, lines: false, line: true, axisLabel: { show: false } }),
                axis('value', '', { ...span, gridIndex: 1, lines: false, line: true, axisLabel: { formatter: name } }),
            ],
            yAxis: [
                axis('value', say('BALANCE'), { gap: 60 }),
                axis('value', say('DEPLETED_BY'), { gridIndex: 1, gap: 60, min: 0, splitNumber: 3, axisLabel: { formatter: tick } }),
            ],
            tooltip: {
                ...base('').tooltip,
                trigger: 'axis',
                formatter: (items) => {
                    const t = items[0].axisValue;
                    const row = one.fan.find((line) => line[0] === t);
                    const risk = by.find((line) => line.t === t);
                    return [
                        name(t),
                        ...(row ? [`${say('MEDIAN')} ${wan(row[4])}`, `${say('BAND_90')} ${wan(row[2])} – ${wan(row[6])}`] : []),
                        ...(risk ? [`${say('DEPLETED_BY')} ${chance(risk.p)}`] : []),
                    ].join('\n');
                },
            },
            series: [
                band(say('BAND_90'), SKY, 0.3, one.fan.map((row) => [row[0], row[2], row[6]])),
                band(say('BAND_50'), SKY, 0.6, one.fan.map((row) => [row[0], row[3], row[5]])),
                { type: 'line', name: say('MEDIAN'), data: column(4), color: BLUE, symbol: 'none', lineStyle: { width: 2 } },
                {
                    type: 'line',
                    name: say('MEAN'),
                    data: column(1),
                    color: INK,
                    symbol: 'none',
                    lineStyle: { width: 1.4, type: 'dashed' },
                    markLine: { symbol: 'none', silent: true, lineStyle: { color: INK, type: 'dotted' }, label: { formatter: say('PLAN_END'), fontSize: 12 }, data: [end] },
                },
                band('', RED, 0.2, by.map(({ t, p }) => [t, p[2], p[3]]), { xAxisIndex: 1, yAxisIndex: 1 }),
                { type: 'line', name: say('DEPLETED_BY'), xAxisIndex: 1, yAxisIndex: 1, data: by.map(({ t, y }) => [t, y]), color: RED, symbol: 'none', lineStyle: { width: 2 } },
            ],
        },
        table: {
            head: [say('MONTH'), say('MEAN'), '5 %', '25 %', say('MEDIAN'), '75 %', '95 %', say('DEPLETED_BY'), say('LO'), say('HI')],
            rows: [...new Set([...one.fan.map((row) => row[0]), ...by.map(({ t }) => t)])]
                .sort((a, b) => a - b)
                .map((t) => {
                    const row = one.fan.find((line) => line[0] === t);
                    const risk = by.find((line) => line.t === t);
                    return [name(t), ...(row ? row.slice(1) : Array(6).fill(null)), ...(risk ? [share(risk.y), share(risk.p[2]), share(risk.p[3])] : [null, null, null])];
                }),
        },
    };
}
