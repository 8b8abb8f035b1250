// SPDX-License-Identifier: GPL-3.0-or-later
// The page's program: reads the figures that pledgesim left in it, and draws.
import { Chart, charts, startCharts } from './chart.js';
import { csv, download, element } from './dom.js';
import { language, onLanguage, say, startWords } from './words.js';
import { compare } from './charts/compare.js';
import { convergence } from './charts/convergence.js';
import { distribution, DistributionChart } from './charts/distribution.js';
import { exceedance } from './charts/exceedance.js';
import { fan } from './charts/fan.js';
import { flows } from './charts/flows.js';
import { frontier } from './charts/frontier.js';
import { heat } from './charts/heat.js';
import { startLive } from './live.js';
import { search, variants } from './charts/study.js';
import { stress } from './charts/stress.js';
import { tornado } from './charts/tornado.js';

const DRAW = { compare, convergence, distribution, exceedance, fan, flows, frontier, heat, search, stress, tornado, variants };
/** Those that show one scenario, which the reader chooses. */
const OF_SCENARIO = ['distribution', 'fan', 'exceedance', 'flows', 'convergence'];

const data = JSON.parse(document.getElementById('figures').textContent);
const state = { data, scenario: 0 };

/** A choice above each chart of one scenario; they go together, and nothing else of the page follows them. */
function startChoosers() {
    const shown = charts().filter((chart) => OF_SCENARIO.includes(chart.name));
    const selects = shown.map((chart) => {
        const id = `scenario-${chart.name}`;
        const label = element('label', { for: id });
        const select = element('select', { id }, ...data.scenarios.map((one, i) => element('option', { value: i }, one.name)));
        const words = () => (label.textContent = say('CHOOSE'));
        onLanguage(words);
        words();
        chart.host.before(element('div', { class: 'chooser' }, label, select));
        return select;
    });
    const choose = ({ target }) => {
        state.scenario = Number(target.value);
        selects.forEach((select) => (select.value = target.value));
        shown.forEach((chart) => chart.refresh());
    };
    selects.forEach((select) => select.addEventListener('change', choose));
}

function startDownloads(host) {
    const fill = () => {
        const button = (text, act) => {
            const node = element('button', { type: 'button' }, text);
            node.addEventListener('click', act);
            return node;
        };
        const tables = charts().filter((chart) => !chart.draw(state).missing);
        host.replaceChildren(
            ...tables.map((chart) =>
                button(`${chart.host.closest('section').querySelectorAll('h2 span')[language()].textContent} (CSV)`, () =>
                    download(`${chart.name}.csv`, 'text/csv', csv(chart.table())),
                ),
            ),
            button(say('ALL_DATA'), () => download('report.json', 'application/json', JSON.stringify(data))),
        );
    };
    onLanguage(fill);
    fill();
}

startWords(data.words, data.book);
document.documentElement.classList.add('script');
startCharts();
for (const host of document.querySelectorAll('.chart')) {
    const name = host.dataset.chart;
    if (name === 'live') {
        startLive(host, data);
    } else if (name === 'data') {
        startDownloads(host);
    } else if (name === 'distribution') {
        new DistributionChart(host, name, DRAW[name], state);
    } else {
        new Chart(host, name, DRAW[name], state);
    }
}
if (data.scenarios?.length > 1) {
    startChoosers();
}
