// SPDX-License-Identifier: GPL-3.0-or-later
// The pool's account as a waterfall, and who bears the loss as another.
import { amount, wan } from '../numbers.js';
import { axis, base, BLUE, boxes, GREEN, GREY, INK, legend, ORANGE } from '../theme.js';
import { say } from '../words.js';

const ACCOUNT = { FLOW_INITIAL: 1, FLOW_TOPUPS: 1, FLOW_INTEREST: 1, FLOW_RETURNED: 1, FLOW_PAID: -1, FLOW_END: 0 };
const LOSS = { FLOW_EXPOSURE: 1, FLOW_RECOVERED: -1, FLOW_POOL: -1, FLOW_GUARANTOR: -1, FLOW_REGUARANTOR: -1, FLOW_INSURER: -1, FLOW_APPRAISER: -1, FLOW_BANK: -1 };

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

function waterfall(list, grid, title, colours) {
    const colour = (i) => colours[String(list[i].sign)];
    return {
        grid: { ...grid, top: 40, bottom: 24 },
        xAxis: axis('category', title, {
            lines: false,
            line: true,
            gap: 64,
            data: list.map(({ key }) => say(key)),
            axisLabel: { interval: 0, hideOverlap: false, width: 62, overflow: 'break', lineHeight: 14 },
        }),
        yAxis: axis('value', '', {}),
        series: [
            boxes(say('MEAN'), list.map(({ from, to }, i) => [i - 0.32, from, i + 0.32, to]), colour),
            {
                type: 'scatter',
                name: say('Q95'),
                color: INK,
                symbolSize: 7,
                data: list.map(({ figure, sign, from }, i) => [i, figure[3] === null ? null : sign < 0 ? from - figure[3] : sign === 0 ? figure[3] : from + figure[3]]),
            },
        ],
    };
}

export function flows({ data, scenario }) {
    const one = data.scenarios[scenario];
    const account = steps(one.flows, ACCOUNT);
    const loss = steps(one.flows, LOSS);
    const left = waterfall(account, { left: 10, right: '53%' }, say('POOL_ACCOUNT'), { 1: GREEN, '-1': ORANGE, 0: BLUE });
    const right = waterfall(loss, { left: '52%', right: 10 }, say('LOSS_BORNE'), { 1: GREY, '-1': ORANGE, 0: BLUE });
    const second = (part) => ({ ...part, gridIndex: 1 });
    return {
        height: 400,
        option: {
            ...base(`${say('FLOWS')}: ${one.name}`),
            legend: legend({ data: [say('MEAN'), say('Q95')] }),
            grid: [left.grid, right.grid],
            xAxis: [left.xAxis, second(right.xAxis)],
            yAxis: [left.yAxis, second(right.yAxis)],
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ seriesIndex, dataIndex }) => {
                    const { key, figure } = (seriesIndex < 2 ? account : loss)[dataIndex];
                    return `${say(key)}\n${say('MEAN')} ${amount(figure)}\n${say('Q95')} ${wan(figure[3])}`;
                },
            },
            series: [...left.series, ...right.series.map((one) => ({ ...one, xAxisIndex: 1, yAxisIndex: 1 }))],
        },
        table: {
            head: [say('ITEM'), say('MEAN'), say('LO'), say('HI'), say('Q95')],
            rows: [...account, ...loss].map(({ key, figure }) => [say(key), ...figure]),
        },
    };
}
