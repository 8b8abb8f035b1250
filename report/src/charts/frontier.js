// SPDX-License-Identifier: GPL-3.0-or-later
// What a larger pool buys: both probabilities against its size, a line a leverage.
import { amount, chance, tick, valueOf, wan } from '../numbers.js';
import { axis, band, base, BLUE, GREEN, legend, ORANGE, PLACE, PURPLE, SKY, threshold } from '../theme.js';
import { say } from '../words.js';

const COLOURS = [PURPLE, SKY, BLUE, ORANGE, GREEN];

export function frontier({ data }) {
    const { hasTarget } = data;
    const { pools, leverages, leverage, points, safe } = data.outlook;
    if (pools.length === 0) {
        return { missing: say(data.noOutlook) };
    }
    const at = (size, k) => points[0][size * leverages.length + k];
    const name = (k) => say('LEVERAGE_OF', wan(leverages[k]).replace('.0', ''));
    // A logarithmic axis has no zero: what never happened stands at its bound, as an open circle.
    const shown = (p) => (p[0] === 0 ? p[3] : valueOf(p));
    const floor = 10 ** Math.floor(Math.log10(Math.min(...points[0].map(([p]) => shown(p)))));
    const lines = (figure, place) =>
        leverages.map((_, k) => ({
            type: 'line',
            name: name(k),
            color: COLOURS[k % COLOURS.length],
            symbol: 'circle',
            symbolSize: k === leverage ? 6 : 3,
            lineStyle: { width: k === leverage ? 3 : 1.4 },
            z: k === leverage ? 4 : 3,
            // A bound is no point of the curve.
            data: pools.map((pool, size) => [pool, at(size, k)[figure][0] === 0 ? null : valueOf(at(size, k)[figure])]),
            ...place,
        }));
    const never = (figure, place) =>
        leverages.map((_, k) => ({
            type: 'scatter',
            name: name(k),
            color: COLOURS[k % COLOURS.length],
            symbol: 'emptyCircle',
            symbolSize: k === leverage ? 7 : 5,
            data: pools.map((pool, size) => [pool, at(size, k)[figure]]).filter(([, p]) => p[0] === 0).map(([pool, p]) => [pool, p[3]]),
            ...place,
        }));
    const bands = (figure, place) =>
        band('', BLUE, 0.18, pools.map((pool, size) => [pool, Math.max(at(size, leverage)[figure][2], figure === 0 ? floor : 0), at(size, leverage)[figure][3]]), place);
    const mark = (series, where, text, more) => ({ ...series, markLine: threshold(where, text, more) });
    const upper = lines(0, {});
    const below = { xAxisIndex: 1, yAxisIndex: 1 };
    const lower = hasTarget ? lines(1, below) : [];
    upper[leverage] = mark(upper[leverage], { yAxis: data.depletionAtMost }, say('THRESHOLD', tick(data.depletionAtMost)));
    if (hasTarget) {
        lower[leverage] = mark(lower[leverage], { yAxis: data.targetAtLeast }, say('THRESHOLD', tick(data.targetAtLeast)));
    }
    const span = { min: pools[0], max: pools.at(-1) };
    const head = ([depletion, target]) => `${say('DEPLETION')} ${chance(depletion)}${hasTarget ? `\n${say('TARGET')} ${chance(target)}` : ''}`;
    const parts = hasTarget ? 2 : 1;
    return {
        height: hasTarget ? 560 : 320,
        note: safe >= 0 ? `${say('SAFE')}: ${wan(pools[safe])} 万元` : undefined,
        option: {
            ...base(say('FRONTIER')),
            legend: legend({ data: leverages.map((_, k) => name(k)) }),
            grid: [
                { ...PLACE, top: 36, height: 220 },
                { ...PLACE, top: 290, bottom: 44 },
            ].slice(0, parts),
            xAxis: [
                axis('value', hasTarget ? '' : say('POOL_SIZE'), { ...span, lines: false, line: true, axisLabel: { show: !hasTarget } }),
                axis('value', say('POOL_SIZE'), { ...span, gridIndex: 1, lines: false, line: true }),
            ].slice(0, parts),
            yAxis: [
                axis('log', say('DEPLETION'), { gap: 60, min: floor, axisLabel: { formatter: tick } }),
                axis('value', say('TARGET'), { gridIndex: 1, gap: 60, min: 0, max: 1, axisLabel: { formatter: tick } }),
            ].slice(0, parts),
            tooltip: {
                ...base('').tooltip,
                trigger: 'axis',
                formatter: (items) => {
                    const size = pools.indexOf(items.find(({ seriesType }) => seriesType === 'line')?.data[0]);
                    return size < 0 ? '' : `${wan(pools[size])} 万元, ${name(leverage)}\n${head(at(size, leverage))}`;
                },
            },
            series: [bands(0, {}), ...upper, ...never(0, {}), ...(hasTarget ? [bands(1, below), ...lower, ...never(1, below)] : [])],
        },
        table: {
            head: [say('POOL_SIZE'), say('LEVERAGE'), say('DEPLETION'), ...(hasTarget ? [say('TARGET')] : []), say('REGISTERED'), say('COST'), say('SHORTFALL')],
            rows: pools.flatMap((pool, size) =>
                leverages.map((lever, k) => {
                    const [depletion, target, registered, cost, shortfall] = at(size, k);
                    const money = [registered, cost, shortfall].map((one) => amount(one, depletion[1]));
                    return [pool, lever, chance(depletion), ...(hasTarget ? [chance(target)] : []), ...money];
                }),
            ),
        },
    };
}
