// SPDX-License-Identifier: GPL-3.0-or-later
// test_kernel.mjs KERNEL.wasm PANEL_NATIVE: the panel in WebAssembly has the figures of the engine, bit for bit, in every
// kind of book, for policies and seeds at random, whatever threads and instruction set the program used.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KernelBlocked, createKernel } from '../../report/src/kernel.js';

const [wasmFile, native] = process.argv.slice(2);
const wasm = readFileSync(wasmFile);
const folder = mkdtempSync(join(tmpdir(), 'pledgesim-kernel-'));
const SEED = 20220708;
const RANDOM_CASES = 20;

function program(...args) {
    return execFileSync(native, args.map(String), { encoding: 'utf8' });
}

async function open(book, scenario) {
    const file = join(folder, 'pack');
    const worlds = program('pack', book, scenario, file).trim().split(' ');
    const pack = readFileSync(file);
    return { kernel: await createKernel(wasm, pack), pack, worlds };
}

function bits(x) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    return view.getBigUint64(0).toString(16).padStart(16, '0');
}

let compared = 0;

/** Runs one case on both sides. */
async function compare({ kernel, worlds }, book, policy, { stress = 0, n = 200, seed = SEED, isa = 'best', threads = 2 } = {}) {
    const figures = await kernel.run(policy, { stress, worlds: n, seed });
    const sets = kernel.settings(policy);
    const expected = JSON.parse(program('run', book, worlds[stress], n, seed, isa, threads, ...sets));
    assert.deepEqual(Object.keys(figures), Object.keys(expected));
    for (const [name, { value, lo, hi }] of Object.entries(figures)) {
        const what = `${name} of ${book} ${worlds[stress]} ${sets.join(' ')}, seed ${seed}`;
        assert.deepEqual([bits(value), bits(lo), bits(hi)], expected[name], what);
        compared += 3;
    }
    return figures;
}

// Numbers for inputs: SplitMix64.
let state = 7n;
function dice(n) {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return Number((z ^ (z >> 31n)) % BigInt(n));
}

function randomPolicy() {
    const suspend = dice(120) / 10;
    return {
        pool_initial_wan: dice(30000) / 10,
        topup_yearly_wan: dice(2) * dice(3000) / 10,
        leverage: dice(200) / 10,
        pool_share_pct: dice(51),
        breaker: dice(3) > 0 ? 1 : 0,
        breaker_warn_pct: suspend / 2,
        breaker_suspend_pct: suspend,
        breaker_terminate_pct: suspend + dice(100) / 10,
        breaker_resume_pct: suspend * dice(11) / 10,
    };
}

const bishan = await open('scenarios/bishan', 'baseline');
assert.equal(
    bishan.worlds.join(' '),
    'baseline macro_down cars_down valuation_down disposal_frozen pd_low pd_high half_demand',
);
const base = await compare(bishan, 'scenarios/bishan', {}, { n: 2000 });
assert.ok(base.depletion.value > 0 && base.target_cumulative.value > 0.5);

const ISAS = process.arch === 'x64' ? ['base', 'best'] : ['best'];
for (let i = 0; i < RANDOM_CASES; i++) {
    const stress = dice(bishan.worlds.length);
    const figures = await compare(bishan, 'scenarios/bishan', randomPolicy(), {
        stress,
        n: 2 + dice(300),
        seed: BigInt(dice(2 ** 40)) * 2097169n,
        isa: ISAS[dice(ISAS.length)],
        threads: 1 + dice(3),
    });
    assert.ok(figures.registered_total.value > 0);
}

// Every other book: all of its scenarios as they are, and each panel with another pool.
for (const name of readdirSync('scenarios').filter((f) => !f.endsWith('.md') && f !== 'bishan')) {
    const book = join('scenarios', name);
    const rows = readFileSync(join(book, 'scenarios.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
    const seen = new Set();
    for (const id of rows.map((row) => row.split(',')[0])) {
        if (seen.has(id)) continue;
        const panel = await open(book, id);
        for (const [stress, scenario] of panel.worlds.entries()) {
            seen.add(scenario);
            await compare(panel, book, {}, { stress, n: 64 });
        }
        if (panel.kernel.levers[0].highest > 0) {
            await compare(panel, book, { pool_initial_wan: 250, leverage: 7 }, { n: 33 });
        }
    }
}

// What is refused, and what ends what.
await assert.rejects(bishan.kernel.run({ pool_share_pct: 50.1 }), RangeError);
await assert.rejects(bishan.kernel.run({ breaker_suspend_pct: 2 }), RangeError);
await assert.rejects(bishan.kernel.run({}, { stress: 8 }), Error);
await assert.rejects(createKernel(wasm, bishan.pack.subarray(1)), /one version/);
await assert.rejects(createKernel(new Uint8Array(8), bishan.pack), KernelBlocked);
const [first, second] = await Promise.all([
    bishan.kernel.run({}, { worlds: 2000 }),
    bishan.kernel.run({}, { worlds: 2000 }),
]);
assert.equal(first, null);
assert.deepEqual(second, base);
assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(wasm)), []);
assert.ok(wasm.length < 400000);

rmSync(folder, { recursive: true });
console.log(`${compared} numbers are the same`);
