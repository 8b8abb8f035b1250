// SPDX-License-Identifier: GPL-3.0-or-later
// node build.mjs NODE_MODULES OUTPUT [KERNEL]: bundles src/ into one HTML template (sim/report/page.c fills it); KERNEL is the
// live panel's WebAssembly (report/kernel/), which the page does without where it could not be built.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, output, kernel] = process.argv.slice(2).map((path) => resolve(path));
const esbuild = createRequire(join(modules, 'x.js'))('esbuild');
const src = join(dirname(fileURLToPath(import.meta.url)), 'src');

/** One file from an entry point, without comments, for browsers of 2020 on. */
async function bundle(entry, format) {
    const result = await esbuild.build({
        entryPoints: [join(src, entry)],
        bundle: true,
        minify: true,
        write: false,
        format,
        charset: 'utf8',
        legalComments: 'none',
        target: ['chrome80', 'firefox78', 'safari15'],
        nodePaths: [modules],
        define: { 'process.env.NODE_ENV': '"production"' },
        logLevel: 'warning',
    });
    return result.outputFiles[0].text.trim();
}

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The licence texts of what the bundle holds. */
function licences() {
    const parts = [
        ['Apache ECharts', ['echarts/LICENSE', 'echarts/NOTICE', 'echarts/licenses/LICENSE-d3']],
        ['ZRender', ['zrender/LICENSE']],
        ['tslib', ['tslib/LICENSE.txt']],
    ];
    return parts
        .map(([name, files]) => {
            const version = JSON.parse(readFileSync(join(modules, name === 'Apache ECharts' ? 'echarts' : name.toLowerCase(), 'package.json'))).version;
            const text = files.map((file) => readFileSync(join(modules, file), 'utf8').trim()).join('\n\n');
            return `<details class="licence"><summary>${name} ${version}</summary><pre lang="en">${escaped(text)}</pre></details>`;
        })
        .join('\n');
}

const style = await bundle('style.css');
// A script element must not hold its own end.
const script = (await bundle('main.js', 'iife')).replace(/<\/script/gi, '<\\/script').replace(/<!--/g, '<\\!--');
const policy = [
    "default-src 'none'",
    `script-src ${hash(script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(style)}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
].join('; ');

// The places to fill are looked for in this order, and each in the rest of the text alone.
writeFileSync(
    output,
    `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title><!--pledgesim:title--></title>
<style>${style}</style>
</head>
<body>
<!--pledgesim:body-->
<section id="licences" aria-labelledby="title-licences">
${licences()}
</section>
<script type="application/json" id="figures"><!--pledgesim:data--></script>
${kernel ? `<script type="application/octet-stream" id="kernel">${readFileSync(kernel).toString('base64')}</script>\n` : ''}<script>${script}</script>
</body>
</html>
`,
);
