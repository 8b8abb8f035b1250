// SPDX-License-Identifier: GPL-3.0-or-later
// What all charts share: colours (Okabe and Ito, told apart by the colour-blind), axes, bands, whiskers.
import * as echarts from 'echarts/core';
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([
    AriaComponent,
    BarChart,
    CustomChart,
    GridComponent,
    LegendComponent,
    LineChart,
    MarkLineComponent,
    ScatterChart,
    SVGRenderer,
    TooltipComponent,
]);

export { echarts };

export const BLUE = '#0072B2';
export const SKY = '#56B4E9';
export const ORANGE = '#E69F00';
export const RED = '#D55E00';
export const GREEN = '#009E73';
export const PURPLE = '#CC79A7';
export const GREY = '#8a939b';
export const INK = '#1f2a33';
const PALE = '#e3e7ea';
export const SOFT = '#5b6770';

export const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

/** Names of scenarios on an axis. */
export const NAMES = { width: 190, overflow: 'break', lineHeight: 15, color: INK };

/** An axis of one kind, calm; `more` says the rest. */
export function axis(type, name, more = {}) {
    return {
        type,
        name,
        nameLocation: 'middle',
        nameGap: more.gap ?? 30,
        nameTextStyle: { color: SOFT, fontSize: 12 },
        axisLine: { show: type !== 'value' || more.line === true, lineStyle: { color: GREY } },
        axisTick: { show: false },
        splitLine: { show: more.lines !== false, lineStyle: { color: PALE } },
        ...more,
        axisLabel: { color: SOFT, fontSize: 12, hideOverlap: true, ...more.axisLabel },
    };
}

/** What every option begins with; `description` is what a screen reader says. */
export function base(description) {
    return {
        animation: false,
        aria: { enabled: true, label: { description } },
        textStyle: { fontFamily: FONT, color: INK },
        tooltip: {
            renderMode: 'richText',
            confine: true,
            backgroundColor: '#fff',
            borderColor: PALE,
            textStyle: { color: INK, fontSize: 12, fontFamily: FONT, lineHeight: 18 },
        },
    };
}

export const legend = (more = {}) => ({ top: 0, left: 0, itemWidth: 18, itemHeight: 8, itemGap: 16, textStyle: { color: SOFT, fontSize: 12 }, ...more });

/** A filled band between two curves; points are [x, lower, upper]. */
export function band(name, colour, opacity, points, more = {}) {
    return {
        type: 'custom',
        name,
        color: colour,
        itemStyle: { color: colour, opacity },
        encode: { x: 0, y: [1, 2] },
        data: points,
        silent: true,
        clip: true,
        renderItem(params, api) {
            if (params.dataIndexInside !== 0) {
                return null;
            }
            const upper = points.map(([x, , hi]) => api.coord([x, hi]));
            const lower = points.map(([x, lo]) => api.coord([x, lo])).reverse();
            return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: colour, opacity }, silent: true };
        },
        tooltip: { show: false },
        ...more,
    };
}

/** Intervals as whiskers; points are [x, lower, upper], or [y, ..] when they lie. */
export function whiskers(points, more = {}, lying = false) {
    return {
        type: 'custom',
        data: points,
        silent: true,
        z: 5,
        encode: lying ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
        renderItem(params, api) {
            const [at, lo, hi] = points[params.dataIndex];
            const from = api.coord(lying ? [lo, at] : [at, lo]);
            const to = api.coord(lying ? [hi, at] : [at, hi]);
            const style = { stroke: INK, lineWidth: 1.2 };
            const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
            const [dx, dy] = lying ? [0, 4] : [4, 0];
            return {
                type: 'group',
                children: [
                    line(from[0], from[1], to[0], to[1]),
                    line(from[0] - dx, from[1] - dy, from[0] + dx, from[1] + dy),
                    line(to[0] - dx, to[1] - dy, to[0] + dx, to[1] + dy),
                ],
            };
        },
        tooltip: { show: false },
        ...more,
    };
}

/** Rectangles between two value axes, from data [x0, y0, x1, y1], with a colour each. */
export function boxes(name, data, colourOf, more = {}) {
    return {
        type: 'custom',
        name,
        color: colourOf(0),
        data,
        encode: { x: [0, 2], y: [1, 3] },
        clip: true,
        renderItem(params, api) {
            const [x0, y0, x1, y1] = data[params.dataIndex];
            const a = api.coord([x0, y0]);
            const b = api.coord([x1, y1]);
            const left = Math.min(a[0], b[0]);
            const top = Math.min(a[1], b[1]);
            return {
                type: 'rect',
                shape: { x: left + 0.5, y: top, width: Math.max(Math.abs(b[0] - a[0]) - 1, 0.5), height: Math.abs(b[1] - a[1]) },
                style: { fill: colourOf(params.dataIndex) },
            };
        },
        ...more,
    };
}

/** Where charts of several parts keep their axes in line. */
export const PLACE = { left: 84, right: 36, outerBoundsMode: 'none' };

/** A dashed line across the chart with its text. */
export const threshold = (where, text, more = {}) => ({
    symbol: 'none',
    silent: true,
    lineStyle: { color: RED, type: 'dashed', width: 1.4 },
    label: { formatter: text, color: RED, fontSize: 12, position: 'insideEndTop' },
    data: [where],
    ...more,
});
