// SPDX-License-Identifier: GPL-3.0-or-later
// The panel to play with: sliders, the figures they lead to, and the command that gives the same.
import { element } from './dom.js';
import { gridEngine } from './grid.js';
import { kernelEngine } from './panel.js';
import { amount, between, share } from './numbers.js';
import { language, onLanguage, say } from './words.js';

/**
 * Where the figures come from.
 * @typedef {object} Engine
 * @property {Lever[]} levers what can be moved
 * @property {[string, string][]} stresses names of the sets of worlds
 * @property {(policy: object, stress: number, show: (result: Result) => void) => void} run
 * @property {(policy: object, stress: number) => import('./shell.js').Recipe} recipe
 *
 * @typedef {{ name: string, word: string, pool?: string, product?: string, value: number, lowest: number, highest: number, step: number, choice?: boolean }} Lever
 *   pool: which one it moves, where there are several; product: whose share it moves; choice: on or off, 1 or 0
 * @typedef {{ figures: Record<string, [number, number, number]>, worlds: number, note: string }} Result
 */

const FIGURES = [
    ['depletion', 'DEPLETION', true],
    ['target', 'TARGET', true],
    ['registered', 'REGISTERED', false],
    ['cost', 'COST', false],
    ['shortfall', 'SHORTFALL', false],
];

/** A probability as text; never plain 0 or 100 %. */
function chanceText([value, lo, hi]) {
    if (value <= 0) {
        return `< ${share(hi)}`;
    }
    return value >= 1 ? `> ${share(lo)}` : between(value, lo, hi);
}

class Panel {
    constructor(host, engine) {
        Object.assign(this, { host, engine, stress: 0 });
        this.policy = Object.fromEntries(engine.levers.map(({ name, value }) => [name, value]));
        onLanguage(() => this.build());
        this.build();
    }

    build() {
        this.output = element('div', { class: 'live-figures', 'aria-live': 'polite' });
        this.note = element('p', { class: 'note' });
        this.how = element('p', { class: 'note' });
        this.command = element('code', { class: 'command' });
        const reset = element('button', { type: 'button' }, say('LIVE_RESET'));
        reset.addEventListener('click', () => this.reset());
        this.host.replaceChildren(
            element('div', { class: 'levers' }, ...this.engine.levers.map((lever) => this.lever(lever)), this.chooser()),
            reset,
            this.output,
            this.note,
            this.how,
            this.command,
        );
        this.run();
    }

    lever(lever) {
        return lever.choice ? this.box(lever) : this.slider(lever);
    }

    box({ name, word }) {
        const id = `lever-${name}`;
        const input = element('input', { id, type: 'checkbox', checked: this.policy[name] === 1 });
        input.addEventListener('change', () => {
            this.policy[name] = input.checked ? 1 : 0;
            this.run();
        });
        return element('div', { class: 'lever' }, element('label', { for: id }, say(word)), input);
    }

    slider({ name, word, pool, product, lowest, highest, step }) {
        const id = `lever-${name}`;
        const shown = element('output', { for: id }, String(this.policy[name]));
        const input = element('input', { id, type: 'range', min: lowest, max: highest, step, value: this.policy[name] });
        input.addEventListener('input', () => {
            this.policy[name] = Number(input.value);
            shown.textContent = input.value;
            this.run();
        });
        const text = pool ? say('LIVE_OF_POOL', pool, say(word)) : product ? say('LIVE_OF_PRODUCT', product, say(word)) : say(word);
        return element('div', { class: 'lever' }, element('label', { for: id }, text), shown, input);
    }

    chooser() {
        const names = this.engine.stresses.map((pair, i) => element('option', { value: i, selected: i === this.stress }, pair[language()]));
        const select = element('select', { id: 'lever-stress' }, ...names);
        select.addEventListener('change', () => {
            this.stress = Number(select.value);
            this.run();
        });
        return element('div', { class: 'lever' }, element('label', { for: 'lever-stress' }, say('LIVE_STRESS')), select);
    }

    reset() {
        this.engine.levers.forEach(({ name, value }) => (this.policy[name] = value));
        this.stress = 0;
        this.build();
    }

    run() {
        const { command, row } = this.engine.recipe(this.policy, this.stress);
        this.how.textContent = row ? say('LIVE_ROW', row) : say('LIVE_COMMAND');
        this.command.textContent = command ?? '';
        this.command.hidden = !command;
        this.engine.run(this.policy, this.stress, ({ figures, worlds, note }) => {
            this.note.textContent = note;
            this.output.replaceChildren(
                ...FIGURES.filter(([key]) => figures[key]).map(([key, word, isChance]) => {
                    const text = isChance ? chanceText(figures[key]) : amount(figures[key], worlds);
                    const [value, interval] = text.split(' [');
                    return element(
                        'div',
                        { class: 'card' },
                        element('h3', {}, say(word)),
                        element('p', { class: 'figure' }, value),
                        ...(interval ? [element('p', { class: 'interval' }, `[${interval}${isChance ? ' %' : ''}`)] : []),
                    );
                }),
            );
        });
    }
}

/** @param {HTMLElement} host @param {object} data */
export function startLive(host, data) {
    const none = () => {
        const words = () => host.replaceChildren(element('p', { class: 'note' }, say(data.noOutlook)));
        onLanguage(words);
        words();
    };
    const without = () => (data.outlook.pools.length === 0 ? none() : new Panel(host, gridEngine(data)));
    kernelEngine(data).then((engine) => (engine ? new Panel(host, engine) : without()), without);
}
