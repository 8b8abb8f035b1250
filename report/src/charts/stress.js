// SPDX-License-Identifier: GPL-3.0-or-later
// The first scenario under stress, the worst first.
import { chance, tick, valueOf } from '../numbers.js';
import { axis, base, BLUE, NAMES, ORANGE, RED, SKY, threshold, whiskers } from '../theme.js';
import { language, say } from '../words.js';

const SHOWN = 25;

/** Twists of the outlook and scenarios of the book that are the first one's policy in other worlds. */
function stresses({ outlook, scenarios }) {
    const at = outlook.size * outlook.leverages.length + outlook.leverage;
    const twists = outlook.points
        .map((points, twist) => ({ points, twist }))
        .filter(({ points, twist }) => points && twist > 0)
        .map(({ points, twist }) => ({ name: outlook.twists[twist][language()], depletion: points[at][0], target: points[at][1], colour: ORANGE }));
    const own = scenarios.filter(({ stress }) => stress).map((one) => ({ ...one, name: say('OF_BOOK', one.name), colour: SKY }));
    const first = { ...scenarios[0], name: `${scenarios[0].name} (${say('OWN')})`, colour: BLUE };
    return [...twists, ...own, first].sort((a, b) => valueOf(b.depletion) - valueOf(a.depletion));
}

export function stress({ data, narrow }) {
    const { hasTarget } = data;
    const all = stresses(data);
    const shown = all.slice(0, SHOWN);
    const at = data.depletionAtMost;
    return {
        height: 80 + 32 * shown.length,
        note: all.length > SHOWN ? say('SHOWN_FIRST', SHOWN, all.length) : undefined,
        option: {
            ...base(say('STRESS')),
            grid: { left: 10, right: 40, top: 30, bottom: 44 },
            xAxis: axis('value', say('DEPLETION'), { min: 0, axisLabel: { formatter: tick } }),
            yAxis: axis('category', '', { inverse: true, lines: false, data: shown.map(({ name }) => name), axisLabel: { ...NAMES, width: narrow ? 115 : 240, overflow: narrow ? 'truncate' : 'break', interval: 0, hideOverlap: false } }),
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ dataIndex }) => `${shown[dataIndex].name}\n${say('DEPLETION')} ${chance(shown[dataIndex].depletion)}${hasTarget ? `\n${say('TARGET')} ${chance(shown[dataIndex].target)}` : ''}`,
            },
            series: [
                {
                    type: 'bar',
                    name: say('DEPLETION'),
                    barWidth: '60%',
                    data: shown.map(({ depletion, colour }) => ({ value: valueOf(depletion), itemStyle: { color: colour } })),
                    markLine: threshold({ xAxis: at }, say('THRESHOLD', tick(at)), { label: { position: 'start', distance: 6, color: RED, fontSize: 12, formatter: say('THRESHOLD', tick(at)) } }),
                },
                whiskers(shown.map(({ depletion }, i) => [i, depletion[2], depletion[3]]), {}, true),
            ],
        },
        table: {
            head: [say('SCENARIO'), say('DEPLETION'), ...(hasTarget ? [say('TARGET')] : [])],
            rows: all.map((one) => [one.name, chance(one.depletion), ...(hasTarget ? [chance(one.target)] : [])]),
        },
    };
}
