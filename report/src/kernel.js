// SPDX-License-Identifier: GPL-3.0-or-later
// The live panel's kernel: the program's own C (sim/panel, sim/kernel) as WebAssembly, run with the bytes that the program
// packed into the page. Equal policy, worlds, seed and number of worlds give the figures of `pledgesim run`, bit for bit.
// Needs no network, no worker and of the page's policy only 'wasm-unsafe-eval'.

/**
 * @typedef {{name: string, cell: string, also: string, value: number, lowest: number, highest: number}} Lever
 *   What can be moved. name: its key in a policy; cell: how --set calls it; value: the book's own; also: what is set with it
 *   when it is moved ("topup=fixed"); of `breaker` (1 on, 0 off) the word for on, of the pool's share the cell of the bank's,
 *   which is highest less the pool's. Money in 万元, shares and thresholds in %. Where lowest and highest are equal nothing
 *   may be moved.
 * @typedef {Object<string, number>} Policy  Values by name of lever; those that are missing are the book's.
 * @typedef {{value: number, lo: number, hi: number}} Figure  An estimate with its confidence interval.
 * @typedef {Object<string, Figure>} Figures  By the names of kernel.figures; shares as fractions, money in 万元.
 */

/** The browser does not let WebAssembly run: the page falls back to what was computed before. */
export class KernelBlocked extends Error {}

const PAUSE_WORLDS = 256; // between two looks at the rest of the page

/** Lets the page answer to what happened meanwhile. */
function pause() {
    return new Promise((resolve) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
            channel.port1.close();
            resolve();
        };
        channel.port2.postMessage(null);
    });
}

async function instantiate(wasm) {
    try {
        return (await WebAssembly.instantiate(wasm, {})).instance;
    } catch (cause) {
        throw new KernelBlocked('WebAssembly cannot run here', { cause });
    }
}

/** A number as --set takes it, at most nine digits behind the point. */
function written(value) {
    return String(Number(value.toFixed(9)));
}

class Kernel {
    #c; // the exports of exports.c
    #turn = 0; // number of the latest run

    constructor(exports) {
        this.#c = exports;
    }

    /** Hands the pack over; everything else needs it. */
    open(pack) {
        const at = this.#c.take(pack.length);
        if (!at) throw new Error('no memory for the pack');
        new Uint8Array(this.#c.memory.buffer, at, pack.length).set(pack);
        const status = this.#c.open(at, pack.length);
        if (status !== 0) throw new Error(`the pack and the kernel are not of one version (${status})`);
        /** @type {Lever[]} */
        this.levers = Array.from({ length: this.#c.levers_n() }, (_, i) => this.#lever(i));
        /** How many sets of worlds there are: 0 is the scenario's own, then its stresses. */
        this.worldsN = this.#c.worlds_n();
        /** @type {string[]} names of the figures */
        this.figures = Array.from({ length: this.#c.figures_n() }, (_, i) => this.#text(this.#c.figure_name(i)));
    }

    #text(at) {
        const bytes = new Uint8Array(this.#c.memory.buffer, at);
        return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
    }

    #numbers(at, n) {
        return new Float64Array(this.#c.memory.buffer, at, n);
    }

    #lever(i) {
        const [value, lowest, highest] = this.#numbers(this.#c.lever_numbers(i), 3);
        return {
            name: this.#text(this.#c.lever_name(i)),
            cell: this.#text(this.#c.lever_cell(i)),
            also: this.#text(this.#c.lever_also(i)),
            value,
            lowest,
            highest,
        };
    }

    /** The policy with all its levers. @param {Policy} policy */
    complete(policy) {
        return Object.fromEntries(this.levers.map((l) => [l.name, policy[l.name] ?? l.value]));
    }

    /** Name of the first lever whose value cannot be, or null. @param {Policy} policy */
    problem(policy) {
        const p = this.complete(policy);
        for (const l of this.levers) {
            if (!(p[l.name] >= l.lowest && p[l.name] <= l.highest)) return l.name;
        }
        if (p.breaker === 0) return null;
        if (p.breaker_warn_pct > p.breaker_suspend_pct) return 'breaker_warn_pct';
        if (p.breaker_resume_pct > p.breaker_suspend_pct) return 'breaker_resume_pct';
        return p.breaker_suspend_pct > p.breaker_terminate_pct ? 'breaker_terminate_pct' : null;
    }

    /** What --set would have to say for this policy: of what differs from the book. @param {Policy} policy */
    settings(policy) {
        const p = this.complete(policy);
        return this.levers
            .filter((l) => p[l.name] !== l.value)
            .flatMap((l) => {
                if (l.name === 'breaker') return [`${l.cell}=${p.breaker ? l.also : 'off'}`];
                if (l.name === 'pool_share_pct') {
                    const bank = written(l.highest - p.pool_share_pct);
                    return [`${l.cell}=${written(p.pool_share_pct)}`, `${l.also}=${bank}`];
                }
                return [l.also, `${l.cell}=${written(p[l.name])}`].filter(Boolean);
            });
    }

    /** The figures of the worlds run so far. @param {number} confidence two-sided @returns {Figures} */
    read(confidence) {
        return Object.fromEntries(
            this.figures.map((name, i) => {
                const [value, lo, hi] = this.#numbers(this.#c.figure(i, confidence), 3);
                return [name, { value, lo, hi }];
            }),
        );
    }

    /**
     * Runs worlds 0 .. worlds - 1, pausing now and then so that the page stays alive. A later call ends this one, whose
     * promise then gives null. A RangeError when problem(policy) names a lever.
     * @param {Policy} policy
     * @param {{stress?: number, worlds?: number, seed?: number | bigint, confidence?: number,
     *     onProgress?: (figures: Figures, done: number) => void}} [options]  stress: number of the set of worlds
     * @returns {Promise<Figures | null>}
     */
    async run(policy, { stress = 0, worlds = 2000, seed = 20220708, confidence = 0.95, onProgress } = {}) {
        const turn = ++this.#turn;
        const problem = this.problem(policy);
        if (problem) throw new RangeError(problem);
        const values = this.#numbers(this.#c.values(), this.levers.length);
        const complete = this.complete(policy);
        this.levers.forEach((l, i) => {
            values[i] = complete[l.name];
        });
        const seed64 = BigInt(seed);
        this.#check(this.#c.start(stress, Number(seed64 >> 32n), Number(seed64 & 0xffffffffn)));
        for (let done = 0; done < worlds; ) {
            const n = Math.min(PAUSE_WORLDS, worlds - done);
            this.#check(this.#c.run(n));
            done += n;
            if (done < worlds) {
                onProgress?.(this.read(confidence), done);
                await pause();
                if (turn !== this.#turn) return null;
            }
        }
        return this.read(confidence);
    }

    #check(status) {
        if (status !== 0) throw new Error(`the kernel failed (${status})`);
    }
}

/**
 * @param {BufferSource} wasm  the module that the target report_kernel makes
 * @param {Uint8Array} pack  the bytes of ps_panel_pack
 * @returns {Promise<Kernel>}  KernelBlocked when WebAssembly may not run
 */
export async function createKernel(wasm, pack) {
    if (typeof WebAssembly === 'undefined') throw new KernelBlocked('there is no WebAssembly here');
    const kernel = new Kernel((await instantiate(wasm)).exports);
    kernel.open(pack);
    return kernel;
}
