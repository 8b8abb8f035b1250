// SPDX-License-Identifier: GPL-3.0-or-later
// Puts a chart into its place on the page: made when it comes into view, remade when the language or the scenario
// changes, with the table of its figures below it.
import { csv, download, element, tableElement } from './dom.js';
import { language, onLanguage, say } from './words.js';
import { echarts } from './theme.js';

/**
 * What a chart is made from.
 * @typedef {object} Drawing
 * @property {object} option of ECharts
 * @property {number} height in pixels
 * @property {import('./dom.js').Table} table the same figures
 * @property {string} [note] below the chart
 * @property {string} [of] name of the scenario that the reader chose
 *
 * What a chart module gives: the drawing for the page's state, or a reason why there is none.
 * @typedef {(state: object) => Drawing | { missing: string }} Draw
 */

const PRINT_WIDTH = 680;
const NARROW = 600;
const mounted = [];

export class Chart {
    /** @param {HTMLElement} host @param {string} name @param {Draw} draw @param {object} state */
    constructor(host, name, draw, state) {
        Object.assign(this, { host, name, draw, state, instance: null, drawing: null });
        this.canvas = element('div', { class: 'canvas', role: 'img', tabindex: 0 });
        this.of = element('p', { class: 'note of' });
        this.note = element('p', { class: 'note', hidden: true });
        this.summary = element('summary');
        this.twin = element('div');
        this.save = element('button', { type: 'button' });
        this.details = element('details', { class: 'twin' }, this.summary, this.save, this.twin);
        this.details.addEventListener('toggle', () => this.fillTable());
        this.save.addEventListener('click', () => download(`${name}.csv`, 'text/csv', csv(this.table())));
        host.replaceChildren(this.of, this.canvas, this.note, this.details);
        mounted.push(this);
        onLanguage(() => this.refresh());
        this.watch();
        this.words();
    }

    watch() {
        if (!('IntersectionObserver' in window)) {
            this.show();
            return;
        }
        const observer = new IntersectionObserver(
            (entries) => {
                if (entries.some((entry) => entry.isIntersecting)) {
                    observer.disconnect();
                    this.show();
                }
            },
            { rootMargin: '300px' },
        );
        observer.observe(this.host);
    }

    words() {
        this.summary.textContent = say('SHOW_TABLE');
        this.save.textContent = say('DOWNLOAD');
        // Of a chart that is not drawn yet, its title.
        if (!this.drawing) {
            this.canvas.setAttribute('aria-label', this.host.closest('section').querySelectorAll('h2 span')[language()].textContent);
        }
    }

    table() {
        return this.draw(this.state).table ?? { head: [], rows: [] };
    }

    /** Draws now, whether in view or not; `width` in pixels, by default that of its place. */
    show(width) {
        const place = width ?? this.host.clientWidth;
        const drawing = this.draw({ ...this.state, narrow: place < NARROW, width: place });
        this.drawing = drawing;
        this.words();
        this.note.hidden = !(drawing.note || drawing.missing);
        this.note.textContent = drawing.note ?? drawing.missing ?? '';
        this.of.hidden = !drawing.of;
        this.of.replaceChildren(`${say('SCENARIO')}: `, element('bdi', {}, drawing.of ?? ''));
        this.canvas.hidden = this.details.hidden = 'missing' in drawing;
        if ('missing' in drawing) {
            return;
        }
        this.canvas.style.height = `${drawing.height}px`;
        this.canvas.setAttribute('aria-label', drawing.option.aria.label.description);
        this.instance ??= echarts.init(this.canvas, null, { renderer: 'svg' });
        this.instance.resize({ width: width ?? 'auto' });
        this.instance.setOption(drawing.option, { notMerge: true });
        this.fillTable();
        this.drawn?.(drawing);
    }

    refresh() {
        this.words();
        if (this.drawing) {
            this.show();
        }
    }

    fillTable() {
        if (this.details.open && this.drawing?.table) {
            this.twin.replaceChildren(tableElement(this.drawing.table));
        }
    }
}

/** Charts that are not in view are drawn for paper too, at its width; the parameters stand on it unfolded. */
function startPrinting() {
    const folded = () => document.querySelectorAll('#parameters details:not([open])');
    let opened = [];
    addEventListener('beforeprint', () => {
        opened = [...folded()];
        opened.forEach((one) => (one.open = true));
        for (const chart of mounted) {
            chart.show(PRINT_WIDTH);
            chart.instance?.getZr().flush(); // paper does not wait for the next frame
        }
    });
    addEventListener('afterprint', () => {
        opened.forEach((one) => (one.open = false));
        mounted.forEach((chart) => chart.show());
    });
}

function startResizing() {
    let waiting = 0;
    addEventListener('resize', () => {
        cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(() => mounted.forEach((chart) => chart.refresh()));
    });
}

/** Begins to follow the window. */
export function startCharts() {
    startPrinting();
    startResizing();
}

/** Every chart of the page, for the downloads. */
export const charts = () => mounted;
