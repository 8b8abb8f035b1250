// SPDX-License-Identifier: GPL-3.0-or-later
// One parameter at a time over its plausible range: how far the figures of the first scenario move.
import { count, wan } from '../numbers.js';
import { axis, base, INK, legend, NAMES, ORANGE, SKY } from '../theme.js';
import { language, say } from '../words.js';

const ENDS = [
    ['AT_LOW', SKY],
    ['AT_HIGH', ORANGE],
];

/** Percentage points, or 万元. */
const points = (x) => `${x > 0 ? '+' : ''}${(100 * x).toFixed(2)}`;
const money = (x) => `${x > 0 ? '+' : ''}${wan(x)}`;

/** A difference [value, lo, hi, more than chance]. */
function told([value, lo, hi, real], text) {
    if (value === null) {
        return '–';
    }
    const interval = `[${text(lo)}, ${text(hi)}]`;
    return real ? `${text(value)} ${interval}` : lo === hi ? say('NO_DIFFERENCE') : `${say('CHANCE')} ${interval}`;
}

const swing = (ends) => Math.abs(ends[1][0] - ends[0][0]);

/** The bars of one end, with whiskers, in one of the two charts. */
function bars(shown, figure, end, place) {
    const data = shown.map((bar, i) => [i, ...bar[figure][end].slice(0, 3)]);
    return {
        type: 'custom',
        name: say(ENDS[end][0]),
        color: ENDS[end][1],
        xAxisIndex: place,
        yAxisIndex: place,
        data,
        encode: { y: 0, x: [1, 2, 3] },
        renderItem(params, api) {
            const [at, value, lo, hi] = data[params.dataIndex];
            const [zero, middle] = api.coord([0, at]);
            const height = api.size([0, 1])[1] * 0.36;
            const y = middle + (end === 0 ? -0.5 : 0.5) * height;
            const x = (v) => api.coord([v, at])[0];
            const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: INK, lineWidth: 1.1 } });
            return {
                type: 'group',
                children: [
                    { type: 'rect', shape: { x: Math.min(zero, x(value)), y: y - height / 2, width: Math.abs(x(value) - zero), height }, style: { fill: ENDS[end][1] } },
                    line(x(lo), y, x(hi), y),
                    line(x(lo), y - 3, x(lo), y + 3),
                    line(x(hi), y - 3, x(hi), y + 3),
                ],
            };
        },
    };
}

export function tornado({ data, narrow }) {
    if (!data.tornado) {
        return { missing: say('TORNADO_NONE') };
    }
    const name = (bar) => bar.label[language()];
    const value = (bar, end) => `${bar.ends[end]}${bar.unit[language()] && ` ${bar.unit[language()]}`}`;
    const all = data.tornado.bars;
    const still = all.filter((bar) => ['depletion', 'target', 'cost'].every((figure) => bar[figure].every(([x, lo, hi]) => x === 0 && lo === hi)));
    const moved = all.filter((bar) => !still.includes(bar)).sort((a, b) => Math.max(swing(b.depletion), swing(b.target)) - Math.max(swing(a.depletion), swing(a.target)));
    const shown = moved.filter((bar) => swing(bar.depletion) > 0 || swing(bar.target) > 0);
    const label = (bar) => (narrow ? name(bar) : `${name(bar)} ${bar.ends.join('–')}${bar.unit[language()]}`);
    const title = (word) => (narrow ? say(word).split(/[（,]/)[0] : say(word));
    const names = { ...NAMES, width: narrow ? 115 : 240, overflow: narrow ? 'truncate' : 'break', interval: 0, hideOverlap: false };
    const left = narrow ? 125 : 250;
    const figures = ['depletion', 'target'];
    const room = narrow ? '31%' : '34%';
    const panels = figures.map((figure, i) => ({ top: 50, bottom: 44, outerBoundsMode: 'none', width: room, ...(i === 0 ? { left } : { right: 16 }) }));
    const category = (i) => ({ ...axis('category', '', { inverse: true, lines: false, data: shown.map(label), axisLabel: i === 0 ? names : { show: false } }), gridIndex: i });
    const tell = (bar) =>
        [`${name(bar)}`, ...[0, 1].map((end) => `${value(bar, end)}: ${say('DEPLETION')} ${told(bar.depletion[end], points)}; ${say('TARGET')} ${told(bar.target[end], points)}; ${say('COST')} ${told(bar.cost[end], money)}`)].join('\n');
    return {
        height: 100 + 30 * shown.length,
        note: say('TORNADO_NOTE', count(data.tornado.worlds)) + (still.length > 0 ? say('TORNADO_STILL', still.map(name).join(language() === 0 ? '、' : '; ')) : ''),
        option: {
            ...base(say('TORNADO')),
            legend: legend({ data: ENDS.map(([word]) => say(word)) }),
            grid: panels,
            xAxis: figures.map((figure, i) => ({ ...axis('value', title(figure === 'depletion' ? 'DEPLETION_POINTS' : 'TARGET_POINTS'), { axisLabel: { formatter: (x) => points(x).replace(/\.?0+$/, '') } }), gridIndex: i })),
            yAxis: figures.map((figure, i) => category(i)),
            tooltip: { ...base('').tooltip, trigger: 'item', formatter: ({ dataIndex }) => tell(shown[dataIndex]) },
            series: figures.flatMap((figure, i) => [0, 1].map((end) => bars(shown, figure, end, i))),
        },
        table: {
            head: [
                say('PARAMETER'),
                say('AT_LOW'),
                say('AT_HIGH'),
                say('BASIS_OF_RANGE'),
                ...['DEPLETION_POINTS', 'TARGET_POINTS', 'COST'].flatMap((word) => [`${say(word)}: ${say('AT_LOW')}`, `${say(word)}: ${say('AT_HIGH')}`]),
            ],
            rows: [...moved, ...still].map((bar) => [
                name(bar),
                value(bar, 0),
                value(bar, 1),
                `${bar.mark} ${bar.reason[language()]}`,
                ...[0, 1].map((end) => told(bar.depletion[end], points)),
                ...[0, 1].map((end) => told(bar.target[end], points)),
                ...[0, 1].map((end) => told(bar.cost[end], money)),
            ]),
        },
    };
}
