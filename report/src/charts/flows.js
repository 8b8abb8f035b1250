// SPDX-License-Identifier: GPL-3.0-or-later
// The pool's account as a waterfall, and who bears the loss as another.
import { amount, wan } from '../numbers.js';
import { axis, base, BLUE, GREEN, GREY, INK, ORANGE, SOFT } from '../theme.js';
import { say } from '../words.js';

const ACCOUNT = { FLOW_INITIAL: 1, FLOW_TOPUPS: 1, FLOW_INTEREST: 1, FLOW_RETURNED: 1, FLOW_PAID: -1, FLOW_TRUST: -1, FLOW_END: 0 };
const LOSS = { FLOW_EXPOSURE: 1, FLOW_RECOVERED: -1, FLOW_LOSS: 0, FLOW_POOL: -1, FLOW_GUARANTOR: -1, FLOW_REGUARANTOR: -1, FLOW_INSURER: -1, FLOW_APPRAISER: -1, FLOW_BANK: -1 };

/** "95 %": how bad the bad case is. */
const level = (figure) => `${Math.round(100 * figure[4])}%`;

/** Items that are nothing are left out; each bar begins where the one before ended. */
function steps(flowsOf, signs) {
    let level = 0;
    return Object.entries(signs)
        .filter(([key]) => flowsOf[key][0] !== 0 || signs[key] === 0)
        .map(([key, sign]) => {
            const figure = flowsOf[key];
            const from = sign === 0 ? 0 : level;
            level = sign === 0 ? figure[0] : level + sign * figure[0];
            return { key, sign, figure, from, to: level };
        });
}

/** A bar of the waterfall with its mean above it, and below that its bad case. */
function column(api, { sign, figure, from, to }, i, colours) {
    const width = api.size([1, 0])[0] * 0.62;
    const [x, top] = api.coord([i, Math.max(from, to)]);
    const [, bottom] = api.coord([i, Math.min(from, to)]);
    const text = (words, y, style) => ({ type: 'text', style: { text: words, x, y, align: 'center', verticalAlign: 'bottom', fontSize: 12, fill: INK, ...style } });
    const bad = figure[3] === null || width < 34 ? [] : [text(`${level(figure)}: ${wan(figure[3])}`, top - 3, { fontSize: 11, fill: SOFT })];
    return {
        type: 'group',
        children: [
            { type: 'rect', shape: { x: x - width / 2, y: top, width, height: Math.max(bottom - top, 1) }, style: { fill: colours[String(sign)] } },
            text(wan(figure[0]), top - (bad.length ? 17 : 3), { fontWeight: 600 }),
            ...bad,
        ],
    };
}

function waterfall(list, grid, title, colours, narrow) {
    return {
        grid,
        xAxis: axis('category', title, {
            lines: false,
            line: true,
            gap: 64,
            data: list.map(({ key }) => say(key)),
            axisLabel: { interval: 0, hideOverlap: false, width: narrow ? 44 : 62, overflow: 'break', lineHeight: 14 },
        }),
        yAxis: axis('value', '', { min: 0, boundaryGap: [0, '12%'] }),
        series: [
            {
                type: 'custom',
                data: list.map(({ from, to }, i) => [i, from, to]),
                encode: { x: 0, y: [1, 2] },
                renderItem: (params, api) => column(api, list[params.dataIndex], params.dataIndex, colours),
            },
        ],
    };
}

/** Below this the two charts stand one below the other, on paper too. */
const BESIDE = 800;

export function flows({ data, scenario, narrow, width }) {
    const stacked = width < BESIDE;
    const one = data.scenarios[scenario];
    const account = steps(one.flows, ACCOUNT);
    const loss = steps(one.flows, LOSS);
    const left = waterfall(account, stacked ? { left: 10, right: 10, top: 34, height: 230 } : { left: 10, right: '53%', top: 34, bottom: 24 }, say('POOL_ACCOUNT'), { 1: GREEN, '-1': ORANGE, 0: BLUE }, narrow);
    const right = waterfall(loss, stacked ? { left: 10, right: 10, top: 400, height: 230 } : { left: '52%', right: 10, top: 34, bottom: 24 }, say('LOSS_BORNE'), { 1: GREY, '-1': ORANGE, 0: BLUE }, narrow);
    const second = (part) => ({ ...part, gridIndex: 1 });
    return {
        of: one.name,
        height: stacked ? 740 : 400,
        option: {
            ...base(`${say('FLOWS')}: ${one.name}`),
            grid: [left.grid, right.grid],
            xAxis: [left.xAxis, second(right.xAxis)],
            yAxis: [left.yAxis, second(right.yAxis)],
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ seriesIndex, dataIndex }) => {
                    const { key, figure } = (seriesIndex === 0 ? account : loss)[dataIndex];
                    return `${say(key)}\n${say('MEAN')} ${amount(figure, one.depletion[1])}\n${say('BAD_CASE')} ${figure[3] === null ? '–' : `${level(figure)} ${wan(figure[3])}`}`;
                },
            },
            series: [...left.series, ...right.series.map((one) => ({ ...one, xAxisIndex: 1, yAxisIndex: 1 }))],
        },
        table: {
            head: [say('ITEM'), say('MEAN'), say('LO'), say('HI'), say('BAD_CASE'), say('BAD_LEVEL')],
            rows: [...account, ...loss].map(({ key, figure }) => [say(key), ...figure.slice(0, 4), figure[3] === null ? null : level(figure)]),
        },
    };
}
