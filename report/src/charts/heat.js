// SPDX-License-Identifier: GPL-3.0-or-later
// Pool by leverage: the risk as colour, the thresholds as lines.
import { chance, share, tick, valueOf, wan } from '../numbers.js';
import { axis, base, GREEN, INK, legend, RED } from '../theme.js';
import { say } from '../words.js';
import { contour } from './contour.js';

/** From pale to dark with the logarithm of the probability, 0.03 % to 30 %. */
const SHADES = ['#f4f8fb', '#dfeaf3', '#c3d9ea', '#9fc3de', '#74a8ce', '#4a8bbb', '#2a6ca0', '#154e80', '#0a3560'];

function shade(p) {
    const part = (Math.log10(Math.max(p, 3e-4)) - Math.log10(3e-4)) / 3;
    return Math.min(Math.floor(part * SHADES.length), SHADES.length - 1);
}

/** A probability in a cell, in percent. */
function short(p) {
    if (p[0] === 0) {
        return `<${share(p[3]).replace(' %', '')}`;
    }
    const percent = 100 * valueOf(p);
    return percent.toFixed(percent < 0.095 ? 2 : percent < 9.95 ? 1 : 0);
}

/** Segments as one series. */
function isoline(name, colour, segments) {
    return {
        type: 'custom',
        name,
        color: colour,
        data: segments,
        encode: { x: [0, 2], y: [1, 3] },
        silent: true,
        z: 6,
        renderItem(params, api) {
            const [x0, y0, x1, y1] = segments[params.dataIndex];
            const [a, b] = [api.coord([x0, y0]), api.coord([x1, y1])];
            return { type: 'line', shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: colour, lineWidth: 2.5, lineCap: 'round' } };
        },
    };
}

/** Below this the pool's sizes do not fit beside each other, on paper neither. */
const BESIDE = 800;

export function heat({ data, width }) {
    const narrow = width < BESIDE;
    const { hasTarget } = data;
    const { pools, leverages, points } = data.outlook;
    if (leverages.length < 2) {
        return { missing: say(data.noOutlook ?? 'HEAT_NONE') };
    }
    const at = (x, y) => points[0][x * leverages.length + y];
    // Between points the logarithm of the risk is nearer to linear than the risk itself.
    const risk = (x, y) => Math.log((at(x, y)[0][0] + 0.5) / (at(x, y)[0][1] + 1));
    const target = (x, y) => valueOf(at(x, y)[1]);
    // On a narrow place the pool's size runs upwards.
    const turn = (point) => (narrow ? [point[1], point[0], ...(point.length > 2 ? [point[3], point[2]] : [])] : point);
    const cells = pools.flatMap((_, x) => leverages.map((__, y) => [x, y]));
    const names = [say('ISO_DEPLETION', tick(data.depletionAtMost)), ...(hasTarget ? [say('ISO_TARGET', tick(data.targetAtLeast))] : [])];
    const places = (n, values) => ({
        min: -0.5,
        max: n - 0.5,
        lines: false,
        axisLabel: { customValues: Array.from({ length: n }, (_, i) => i), formatter: (i) => (Number.isInteger(i) ? String(values[i] ?? '') : '') },
    });
    const poolAxis = axis('value', say('POOL_SIZE'), { ...places(pools.length, pools), gap: narrow ? 50 : 30 });
    const leverageAxis = axis('value', say('LEVERAGE'), { ...places(leverages.length, leverages), gap: narrow ? 30 : 40 });
    return {
        height: narrow ? 120 + 24 * pools.length : 120 + 46 * leverages.length,
        option: {
            ...base(say('HEAT')),
            legend: legend({ data: names }),
            grid: { left: 10, right: 10, top: 36, bottom: 44 },
            xAxis: narrow ? leverageAxis : poolAxis,
            yAxis: narrow ? poolAxis : leverageAxis,
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ dataIndex, seriesIndex }) => {
                    if (seriesIndex !== 0) {
                        return '';
                    }
                    const cell = cells[dataIndex];
                    const [depletion, reached] = at(...cell);
                    return `${wan(pools[cell[0]])} 万元, ${say('LEVERAGE_OF', leverages[cell[1]])}\n${say('DEPLETION')} ${chance(depletion)}${hasTarget ? `\n${say('TARGET')} ${chance(reached)}` : ''}`;
                },
            },
            series: [
                {
                    type: 'custom',
                    data: cells.map(turn),
                    encode: { x: 0, y: 1 },
                    renderItem(params, api) {
                        const [x, y] = cells[params.dataIndex];
                        const [left, bottom] = api.coord(turn([x - 0.5, y - 0.5]));
                        const [right, top] = api.coord(turn([x + 0.5, y + 0.5]));
                        const p = valueOf(at(x, y)[0]);
                        const dark = shade(p) > 4;
                        const rect = { type: 'rect', shape: { x: left + 0.5, y: top + 0.5, width: right - left - 1, height: bottom - top - 1 }, style: { fill: SHADES[shade(p)] } };
                        const label = {
                            type: 'text',
                            style: { text: short(at(x, y)[0]), x: (left + right) / 2, y: (top + bottom) / 2, align: 'center', verticalAlign: 'middle', fill: dark ? '#fff' : INK, fontSize: 11 },
                        };
                        return { type: 'group', children: right - left > 6.5 * label.style.text.length ? [rect, label] : [rect] };
                    },
                },
                isoline(names[0], RED, contour(pools.length, leverages.length, risk, Math.log(data.depletionAtMost)).map(turn)),
                ...(hasTarget ? [isoline(names[1], GREEN, contour(pools.length, leverages.length, target, data.targetAtLeast).map(turn))] : []),
            ],
        },
        table: {
            head: [say('POOL_SIZE'), ...leverages.map((lever) => say('LEVERAGE_OF', lever))],
            rows: pools.map((pool, x) => [pool, ...leverages.map((_, y) => chance(at(x, y)[0]))]),
        },
    };
}
