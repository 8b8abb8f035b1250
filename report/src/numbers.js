// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them; the rules are those of sim/results/numtext.c.
import { say } from './words.js';

/** 1,234.5: groups of three digits. @param {string} plain */
function grouped(plain) {
    const [whole, rest] = plain.split('.');
    const marked = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return rest === undefined ? marked : `${marked}.${rest}`;
}

/** A whole number. @param {number} n */
export const count = (n) => grouped(String(n));

/** 万元 with at most one digit; a dash when not known. @param {number | null} x */
export function wan(x) {
    if (x === null || !Number.isFinite(x)) {
        return '–';
    }
    const plain = x.toFixed(Math.abs(x) < 999.95 ? 1 : 0);
    return grouped(plain === '-0.0' ? '0.0' : plain);
}

/** A fraction as percent with two digits that count. @param {number} fraction */
export function share(fraction) {
    const percent = 100 * fraction;
    const room = percent < 50 ? percent : 100 - percent;
    let digits = 1;
    for (let limit = 1; room > 0 && room < limit && digits < 8; limit /= 10) {
        digits++;
    }
    return `${percent.toFixed(digits)} %`;
}

/** Digits of a percentage: the last is worth at most half of what the interval leaves open. */
function digitsOf(lo, hi) {
    const half = 50 * (hi - lo);
    let digits = 0;
    for (let step = 1; step > half / 2 && digits < 8; step /= 10) {
        digits++;
    }
    return digits;
}

/**
 * A probability with its 95 % interval; an event that never or always happened is a bound, and that of a target that is not
 * there a dash.
 * @typedef {[hits: number, worlds: number, lo: number, hi: number]} Chance
 * @param {Chance | null} chance
 */
export function chance(figure) {
    if (figure === null) {
        return '–';
    }
    const [hits, worlds, lo, hi] = figure;
    if (hits === 0) {
        return `< ${share(hi)}`;
    }
    if (hits === worlds) {
        return `> ${share(lo)}`;
    }
    return between(hits / worlds, lo, hi);
}

/** The same from an estimate that is no count. */
export function between(value, lo, hi) {
    const digits = digitsOf(lo, hi);
    const text = (x) => (100 * x).toFixed(digits);
    return `${text(value)} % [${text(lo)}, ${text(hi)}]`;
}

/** The estimate of a chance. @param {Chance} chance */
export const valueOf = ([hits, worlds]) => hits / worlds;

/**
 * A mean with its interval; what is 0 in every world was not seen.
 * @param {[mean: number, lo: number, hi: number]} estimate @param {number} worlds
 */
export const amount = ([mean, lo, hi], worlds) => (lo === 0 && hi === 0 ? say('IN_NONE', count(worlds)) : `${wan(mean)} [${wan(lo)}, ${wan(hi)}]`);

/** A fraction on an axis: 10 %, 0.5 %. @param {number} fraction */
export const tick = (fraction) => `${Number((100 * fraction).toPrecision(3))} %`;
