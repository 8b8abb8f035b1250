// SPDX-License-Identifier: GPL-3.0-or-later
// Histogram of what the pool pays out, with a line to drag.
import { Chart } from '../chart.js';
import { element } from '../dom.js';
import { chance, share, wan } from '../numbers.js';
import { axis, base, boxes, ORANGE, PLACE, RED, SKY } from '../theme.js';
import { say } from '../words.js';

const edgesOf = ({ first, width, counts }) => [...counts.map((_, i) => first + i * width), first + counts.length * width];

/** Place of the edge nearest to an amount. */
function nearest(edges, x) {
    return edges.reduce((best, edge, i) => (Math.abs(edge - x) < Math.abs(edges[best] - x) ? i : best), 0);
}

export function distribution({ data, scenario, line }) {
    const one = data.scenarios[scenario];
    const d = one.distribution;
    const edges = edgesOf(d);
    const worlds = one.depletion[1];
    const at = line?.scenario === scenario ? line.edge : nearest(edges, one.pool);
    const bars = d.counts.map((n, i) => [edges[i], 0, edges[i + 1], n / worlds]);
    const mark = (x, text, colour) => ({
        xAxis: x,
        lineStyle: { color: colour, width: colour === RED ? 2 : 1.4, type: colour === RED ? 'solid' : 'dashed' },
        label: { formatter: text, color: colour, fontSize: 12, position: colour === RED ? 'end' : 'insideEndTop' },
    });
    const last = edges[edges.length - 1];
    const sizes = one.pool <= last && one.pool !== edges[at] ? [mark(one.pool, say('POOL_START'), ORANGE)] : [];
    return {
        of: one.name,
        height: 340,
        edges,
        at,
        reading: say('LINE_ABOVE', chance(d.reach[at])),
        option: {
            ...base(`${say('DISTRIBUTION')}: ${one.name}. ${say('LINE_AT', wan(edges[at]))}; ${say('LINE_ABOVE', chance(d.reach[at]))}`),
            grid: { ...PLACE, top: 34, bottom: 44 },
            xAxis: axis('value', say('PAID_OUT'), { min: edges[0], max: last, lines: false, line: true }),
            yAxis: axis('value', say('SHARE'), { gap: 46, axisLabel: { formatter: (x) => share(x).replace('.0', '') } }),
            tooltip: {
                ...base('').tooltip,
                trigger: 'item',
                formatter: ({ data: bar, seriesIndex }) =>
                    seriesIndex === 0 ? `${wan(bar[0])} – ${wan(bar[2])}\n${say('SHARE')} ${share(bar[3])}` : '',
            },
            series: [
                boxes(say('SHARE'), bars, (i) => (edges[i] >= edges[at] ? ORANGE : SKY), {
                    markLine: { symbol: 'none', silent: true, data: [mark(edges[at], say('LINE_AT', wan(edges[at])), RED), ...sizes] },
                }),
            ],
        },
        table: {
            head: [say('FROM'), say('TO'), say('WORLDS'), say('SHARE')],
            rows: [
                ...(d.below ? [['', edges[0], d.below, share(d.below / worlds)]] : []),
                ...d.counts.map((n, i) => [edges[i], edges[i + 1], n, share(n / worlds)]),
                ...(d.over ? [[last, '', d.over, share(d.over / worlds)]] : []),
            ],
        },
    };
}

/** The line follows a slider, for keys, and the pointer on the chart itself. */
export class DistributionChart extends Chart {
    constructor(...args) {
        super(...args);
        this.slider = element('input', { type: 'range', min: 0, step: 1, id: 'line' });
        this.label = element('label', { for: 'line' });
        this.reading = element('output', { for: 'line' });
        this.slider.addEventListener('input', () => this.move(Number(this.slider.value)));
        this.label.textContent = say('LINE_ABOVE', '').replace(/: ?$|：$/, '');
        this.canvas.after(element('div', { class: 'line' }, this.label, this.slider, this.reading));
    }

    move(edge) {
        this.state.line = { scenario: this.state.scenario, edge };
        this.show();
    }

    drawn({ edges, at, reading }) {
        this.slider.max = edges.length - 1;
        this.slider.value = at;
        this.label.textContent = say('LINE_AT', wan(edges[at]));
        this.slider.setAttribute('aria-valuetext', `${wan(edges[at])}; ${reading}`);
        this.reading.textContent = reading;
        if (!this.listening) {
            this.listening = true;
            this.listen();
        }
    }

    listen() {
        const surface = this.instance.getZr();
        let held = false;
        const follow = ({ offsetX, offsetY }) => {
            if (held && this.instance.containPixel('grid', [offsetX, offsetY])) {
                const [x] = this.instance.convertFromPixel('grid', [offsetX, offsetY]);
                this.move(nearest(this.drawing.edges, x));
            }
        };
        surface.on('mousedown', (event) => {
            held = true;
            follow(event);
        });
        surface.on('mousemove', follow);
        surface.on('mouseup', () => (held = false));
        surface.on('globalout', () => (held = false));
    }
}
