// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of the live panel by the program's own kernel, in this page.
import { createKernel } from './kernel.js';
import { roundStep } from './grid.js';
import { count } from './numbers.js';
import { recipe } from './shell.js';
import { say } from './words.js';

const WORLDS = 10000;
/** Worlds after which the first figures are shown; the intervals then shrink. */
const FIRST = 1024;

const WORDS = {
    pool_initial_wan: 'LIVE_POOL',
    topup_yearly_wan: 'LIVE_TOPUP',
    leverage: 'LIVE_LEVERAGE',
    pool_share_pct: 'LIVE_POOL_SHARE',
    breaker: 'LIVE_BREAKER',
    breaker_suspend_pct: 'LIVE_SUSPEND',
};

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** The shares among the figures. What never or always happened has a bound alone, the one-sided one, as everywhere else. */
const SHARES = ['depletion', 'target'];
const CONFIDENCE = 0.95;

function told(key, { value, lo, hi }, onesided) {
    return SHARES.includes(key) && (value === 0 || value === 1) ? [value, onesided.lo, onesided.hi] : [value, lo, hi];
}

/** How far a slider goes: some way about the value of the book, within what may be. */
function rangeOf({ name, value, lowest, highest }, pool) {
    const far = { pool_initial_wan: 4 * pool, topup_yearly_wan: Math.max(3 * value, pool / 2), leverage: Math.max(2 * value, 10), breaker_suspend_pct: Math.max(3 * value, 20) };
    const most = Math.min(highest, far[name] ?? highest);
    return { lowest, highest: most, step: name === 'leverage' ? 0.5 : roundStep(most - lowest) };
}

/** The other thresholds of the breaker go out of the way of the one that is moved. */
function withThresholds(policy, own) {
    const suspend = policy.breaker_suspend_pct;
    return suspend === undefined
        ? policy
        : {
              ...policy,
              breaker_warn_pct: Math.min(own.breaker_warn_pct, suspend),
              breaker_resume_pct: Math.min(own.breaker_resume_pct, suspend),
              breaker_terminate_pct: Math.max(own.breaker_terminate_pct, suspend),
          };
}

/** The product whose share a lever moves. */
const productOf = ({ name, cell }) => (name === 'pool_share_pct' ? /^products\.(.*)\.\w+$/.exec(cell)?.[1] : undefined);

/** The pool that a lever moves, where there are others. */
const poolOf = (data, { cell }) => (data.panel.pools.length > 1 ? /^pools\.(.*)\.\w+$/.exec(cell)?.[1] : undefined);

/** @returns {Promise<import('./live.js').Engine | null>} null where the page has no kernel */
export async function kernelEngine(data) {
    const module = document.getElementById('kernel');
    if (!module || !data.pack) {
        return null;
    }
    const kernel = await createKernel(bytesOf(module.textContent), bytesOf(data.pack.bytes));
    const own = kernel.complete({});
    // A pool that is far too small says little about the sizes that matter.
    const pool = Math.max(own.pool_initial_wan, data.outlook.pools.at(-1) / 4);
    const annual = data.annual ? 'target_annual' : 'target_cumulative';
    const names = { depletion: 'depletion', ...(data.hasTarget && { target: annual }), registered: 'registered_total', cost: 'fiscal_net_cost', shortfall: 'shortfall' };
    const moved = kernel.levers.filter(({ name, lowest, highest }) => WORDS[name] && lowest < highest);
    return {
        levers: moved.map((lever) => ({ name: lever.name, word: WORDS[lever.name], pool: poolOf(data, lever), product: productOf(lever), value: lever.value, choice: lever.name === 'breaker', ...rangeOf(lever, pool) })),
        stresses: data.pack.twists.map((twist) => data.outlook.twists[twist]),
        async run(policy, stress, show) {
            const began = performance.now();
            const tell = (figures, done) => {
                const onesided = kernel.read(2 * CONFIDENCE - 1);
                show({
                    figures: Object.fromEntries(Object.entries(names).map(([key, name]) => [key, told(key, figures[name], onesided[name])])),
                    worlds: done,
                    note: say('LIVE_KERNEL', count(done), count(Math.round(performance.now() - began)), data.seed),
                });
            };
            let shown = 0;
            const figures = await kernel.run(withThresholds(policy, own), {
                stress,
                worlds: WORLDS,
                seed: data.seed,
                confidence: CONFIDENCE,
                onProgress: (early, done) => {
                    if (done >= Math.max(FIRST, 2 * shown)) {
                        shown = done;
                        tell(early, done);
                    }
                },
            });
            if (figures) {
                tell(figures, WORLDS);
            }
        },
        recipe: (policy, stress) => recipe(data, [...kernel.settings(withThresholds(policy, own)), data.panel.settings[data.pack.twists[stress]]], WORLDS),
    };
}
