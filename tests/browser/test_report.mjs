// SPDX-License-Identifier: GPL-3.0-or-later
// node test_report.mjs NODE_MODULES CHROMIUM PLEDGESIM: report.html in a real browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';

const [modules, chromium, pledgesim] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(modules, 'x.js')));
const { chromium: browsers } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const HOSTILE = '<img src=x onerror=alert(1)></script><script>alert(2)</script>{a|b}';
const folder = mkdtempSync(join(tmpdir(), 'pledgesim-browser-'));
const CHARTS = ['distribution', 'frontier', 'heat', 'fan', 'exceedance', 'flows', 'stress', 'tornado', 'compare', 'convergence'];
let browser;

const run = (...args) => execFileSync(pledgesim, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** The page, and all that it says or asks for beyond itself. */
async function open(book, options = {}, hash = '') {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, offline: true, ...options });
    const page = await context.newPage();
    const heard = [];
    page.on('console', (message) => heard.push(message.text()));
    page.on('pageerror', (error) => heard.push(error.stack));
    page.on('dialog', (dialog) => heard.push(dialog.message()));
    page.on('request', (request) => request.isNavigationRequest() || heard.push(request.url()));
    await page.goto(`${pathToFileURL(join(folder, book, 'report.html'))}${hash}`);
    return { page, heard };
}

/** Until the panel has its figures from all worlds. */
const settled = (page) => page.waitForFunction(() => /10,000|插值/.test(document.querySelector('#live .chart').innerText));

const figures = (page) => page.locator('#live .card .figure, #live .card .interval').allInnerTexts();

async function showAll(page) {
    for (const name of CHARTS) {
        await page.locator(`#${name}`).scrollIntoViewIfNeeded();
        await page.waitForSelector(`#${name} svg`);
    }
}

before(async () => {
    run('init', 'book', '--template', 'bishan');
    run('run', 'book', '-n', '4096', '--only', 'baseline,pool_1500,pd_high', '-o', 'out');
    run('run', 'book', '-n', '4096', '--only', 'baseline', '--set', 'leverage=8', '--set', 'pool_initial_wan=6000', '-s', '9223372036854775807', '-o', 'out-set');
    run('run', join(process.cwd(), 'scenarios/schemes'), '-n', '1024', '--only', 'two_pools', '-o', 'out-two');
    run('init', 'static', '--template', 'static');
    run('run', 'static', '-n', '4096', '-o', 'out-static');
    run('init', 'hostile', '--template', 'minimal');
    writeFileSync(join(folder, 'hostile/scenarios.csv'), `scenario_id,label\nbaseline,"${HOSTILE}"\nb,"${HOSTILE}"\n`);
    run('run', 'hostile', '-n', '4096', '-o', 'out-hostile');
    browser = await browsers.launch({ executablePath: chromium, args: ['--no-sandbox'] });
});

after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
});

test('asks for nothing, complains of nothing, draws every chart as SVG', async () => {
    const { page, heard } = await open('out');
    await settled(page);
    await showAll(page);
    assert.deepEqual(heard, []);
    assert.equal(await page.locator('section > .chart svg').count(), CHARTS.length);
});

test('speaks both languages', async () => {
    const { page } = await open('out');
    assert.match(await page.locator('.question:visible').innerText(), /能否支撑/);
    await page.locator('label[for="lang-en"]').click();
    assert.match(await page.locator('.question:visible').innerText(), /Can a pool of 10 million yuan/);
    assert.match(page.url(), /#en$/);
    await showAll(page);
    assert.match(await page.locator('#fan svg').innerHTML(), /median/);
    const { page: again } = await open('out', {}, '#en/fan');
    assert.equal(await again.evaluate(() => document.documentElement.lang), 'en');
});

test('reads without JavaScript', async () => {
    const { page } = await open('out', { javaScriptEnabled: false });
    for (const text of ['能否支撑', '不能足额赔付', '资金池初始规模', '需要启用 JavaScript']) {
        assert.ok((await page.getByText(text).first().count()) > 0, text);
    }
    await page.locator('label[for="lang-en"]').click();
    assert.ok(await page.getByText('Can a pool of').first().isVisible());
});

test('sliders move the figures, and the command gives the same', async () => {
    const { page, heard } = await open('out');
    await settled(page);
    const own = await figures(page);
    await page.locator('#lever-pool_initial_wan, #lever-pool').first().fill('1500');
    await page.waitForFunction((text) => document.querySelector('#live .figure').innerText !== text, own[0]);
    await settled(page);
    const moved = await figures(page);
    assert.notDeepEqual(moved, own);
    if (await page.locator('#kernel').count()) {
        const command = await page.locator('#live .command').innerText();
        run(...command.split(' ').slice(1), '-o', 'again');
        const data = JSON.parse(/id="figures">(.*?)<\/script>/s.exec(readFileSync(join(folder, 'again/report.html'), 'utf8'))[1]);
        const { page: native } = await open('again');
        const [hits, worlds] = data.scenarios[0].depletion;
        assert.equal(worlds, 10000);
        assert.equal((await native.locator('#conclusion .card:visible .figure').nth(1).innerText()), moved[0]);
        assert.equal(Number.parseFloat(moved[0]).toFixed(1), ((100 * hits) / worlds).toFixed(1));
    }
    assert.deepEqual(heard, []);
});

/** The command of the panel as a shell would read it. */
const words = (command) => command.split(' ').map((word) => word.replaceAll("'", ''));

test('the command repeats the settings and the seed of the run, and what never happened has one bound', async () => {
    const { page, heard } = await open('out-set');
    await settled(page);
    const shown = await figures(page);
    const command = await page.locator('#live .command').innerText();
    assert.match(command, /^pledgesim run book --only baseline --set leverage=8 --set pool_initial_wan=6000 -n \d+ -s 9223372036854775807$/);
    run(...words(command).slice(1), '-o', 'again-set');
    const { page: native } = await open('again-set');
    const cards = await native.locator('#conclusion .card:visible .figure').allInnerTexts();
    assert.match(cards[1], /^< /);
    if (await page.locator('#kernel').count()) {
        assert.equal(shown[0], cards[1]);
    }
    assert.deepEqual(heard, []);
});

test('a stress that no option gives has no command', async () => {
    const { page } = await open('out');
    await settled(page);
    const economy = await page.locator('#lever-stress option').evaluateAll((options) => options.findIndex(({ text }) => text.includes('景气')));
    await page.locator('#lever-stress').selectOption(String(economy));
    assert.ok(await page.locator('#live .command').isHidden());
    assert.match(await page.locator('#live').innerText(), /shocks\.csv.*all,25,36,-2/);
    await page.locator('#lever-stress').selectOption('0');
    assert.ok(await page.locator('#live .command').isVisible());
});

test('sliders name their pool where there are several', async () => {
    const { page, heard } = await open('out-two');
    await page.waitForSelector('#live .figure');
    if (await page.locator('#kernel').count()) {
        assert.match(await page.locator('label[for="lever-pool_initial_wan"]').innerText(), /资金池 \w+/);
        await page.locator('#lever-pool_initial_wan').fill('1500');
        assert.match(await page.locator('#live .command').innerText(), /--set pools\.\w+\.initial_wan=1500/);
    }
    assert.deepEqual(heard, []);
});

test('without a target no chart speaks of one', async () => {
    const { page, heard } = await open('out-static');
    await settled(page);
    for (const name of CHARTS.filter((one) => !['heat', 'tornado'].includes(one))) {
        await page.locator(`#${name}`).scrollIntoViewIfNeeded();
        await page.waitForSelector(`#${name} svg`);
        await page.locator(`#${name} details.twin summary`).click();
        assert.doesNotMatch(await page.locator(`#${name}`).innerText(), /达标/, name);
    }
    assert.doesNotMatch(await page.locator('#live').innerText(), /达标/);
    await page.locator('#heat').scrollIntoViewIfNeeded();
    assert.match(await page.locator('#heat').innerText(), /放大倍数不起作用/);
    assert.deepEqual(heard, []);
});

test('bounds of what never happened stand apart from the curve', async () => {
    const { page } = await open('out-set');
    await page.locator('#frontier').scrollIntoViewIfNeeded();
    await page.waitForSelector('#frontier svg');
    const never = await page.evaluate(() => {
        const { outlook } = JSON.parse(document.getElementById('figures').textContent);
        return outlook.points[0].filter(([depletion]) => depletion[0] === 0).length;
    });
    assert.ok(never > 0);
    // Open circles are filled with white; no dot of a line is.
    assert.ok((await page.locator('#frontier svg path[fill="#fff"]').count()) >= never);
});

test('without WebAssembly it interpolates and says so', async () => {
    const { page, heard } = await open('out');
    await page.addInitScript(() => delete globalThis.WebAssembly);
    await page.reload();
    await page.waitForSelector('#live .figure');
    assert.match(await page.locator('#live').innerText(), /插值/);
    const own = await figures(page);
    await page.locator('#lever-pool').fill('1400');
    assert.notDeepEqual(await figures(page), own);
    assert.match(await page.locator('#live .command').innerText(), /--set pools\.pool\.initial_wan=1400/);
    assert.deepEqual(heard, []);
});

test('the line on the distribution follows keys', async () => {
    const { page } = await open('out');
    await page.locator('#distribution').scrollIntoViewIfNeeded();
    await page.waitForSelector('#distribution svg');
    const reading = page.locator('#distribution output');
    const own = await reading.innerText();
    await page.locator('#line').focus();
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await reading.innerText(), own);
    assert.match(await reading.innerText(), /% \[/);
});

test('every chart has its table', async () => {
    const { page } = await open('out');
    await showAll(page);
    for (const name of CHARTS) {
        await page.locator(`#${name} details.twin summary`).click();
        await page.locator(`#${name} details.twin tbody tr`).nth(2).waitFor(); // filled when the page has heard of the click
    }
    const waiting = page.waitForEvent('download');
    await page.locator('#frontier details.twin button').click();
    const text = readFileSync(await (await waiting).path(), 'utf8');
    assert.ok(text.startsWith('\uFEFF') && text.includes('\r\n'));
});

test('another scenario can be chosen', async () => {
    const { page } = await open('out');
    await showAll(page);
    const own = await page.locator('#fan svg').innerHTML();
    const answer = await page.locator('#conclusion').innerText();
    await page.locator('#scenario-exceedance').selectOption('1');
    await page.waitForFunction((html) => document.querySelector('#fan svg').innerHTML !== html, own);
    assert.equal(await page.locator('#scenario-fan').inputValue(), '1');
    assert.equal(await page.locator('#conclusion').innerText(), answer);
    assert.equal(await page.locator('nav select').count(), 0);
});

test('names of a book are text', async () => {
    const { page, heard } = await open('out-hostile');
    await settled(page);
    await showAll(page);
    for (const summary of await page.locator('details.twin summary').all()) {
        await summary.click();
    }
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.locator('body script').count(), (await page.locator('#kernel').count()) + 2);
    assert.match(await page.locator('.scenario:visible').innerText(), /<img src=x/);
    assert.deepEqual(heard, []);
});

/** What axe calls serious or critical. */
async function serious(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

for (const hash of ['', '#en']) {
    test(`axe finds nothing serious as the page opens, nor with every chart drawn ${hash}`, async () => {
        const { page } = await open('out', {}, hash);
        assert.deepEqual(await serious(page), []);
        await settled(page);
        await showAll(page);
        assert.deepEqual(await serious(page), []);
    });
}

test('axe finds nothing serious on the pages of a sweep and of a search', async () => {
    run('sweep', 'book', '--vary', 'pool_initial_wan=800:1600:400', '--st', 'p_depletion<=1%', '-n', '1024', '-o', 'grid');
    run('tune', 'book', '--vary', 'pool_initial_wan=500:3000', '--st', 'p_depletion<=1%', '--minimize', 'pool_initial_wan', '-n', '4096', '-o', 'tuned');
    for (const name of ['grid', 'tuned']) {
        const { page, heard } = await open(name);
        assert.deepEqual(await serious(page), []);
        assert.deepEqual(heard, []);
    }
});

test('no table needs scrolling sideways on a usual screen', async () => {
    for (const hash of ['', '#en']) {
        const { page } = await open('out', { viewport: { width: 1366, height: 768 } }, hash);
        assert.ok(await page.locator('#compare .wide:visible').last().evaluate((one) => one.scrollWidth <= one.clientWidth), hash);
    }
});

test('paper has every section', async () => {
    const { page } = await open('out');
    await settled(page);
    await page.emulateMedia({ media: 'print' });
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 50000);
    assert.equal(await page.locator('section > .chart svg').count(), CHARTS.length); // drawn although never in view
    // Charts and parameters are whole on it, and afterwards as they were.
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('#parameters details:not([open])').count(), 0);
    const pools = await page.evaluate(() => JSON.parse(document.getElementById('figures').textContent).outlook.pools);
    const labels = await page.locator('#heat svg text').allTextContents();
    assert.deepEqual(pools.filter((pool) => !labels.includes(String(pool))), []);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.equal(await page.locator('#parameters details[open]').count(), 0);
    for (const id of [...CHARTS, 'conclusion', 'live', 'parameters']) {
        assert.ok(await page.locator(`#${id} h2`).isVisible(), id);
    }
});

test('a narrow screen needs no scrolling sideways', async () => {
    const { page } = await open('out', { viewport: { width: 360, height: 740 } });
    await settled(page);
    await showAll(page);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
});
