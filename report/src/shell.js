// SPDX-License-Identifier: GPL-3.0-or-later

/** A word of a command line, in quotes where a shell would read more than the word; as in sim/report/page_command.c. */
const shellWord = (word) => (/^[A-Za-z0-9_./@:,=-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

/**
 * The command that runs the first scenario with these settings behind those of this run, with the page's seed.
 * @typedef {{ command: string } | { row: string }} Recipe  row: of shocks.csv, where no setting can say it
 * @param {object} data @param {string[]} settings those that begin with # name a row of a table @param {number} worlds
 * @returns {Recipe}
 */
export function recipe(data, settings, worlds) {
    const row = settings.find((set) => set.startsWith('#'));
    if (row) {
        return { row: row.replace(/^# *shocks.csv: */, '') };
    }
    const sets = [...data.sets, ...settings.filter(Boolean)].map((set) => `--set ${shellWord(set)}`);
    return { command: ['pledgesim run', shellWord(data.path), '--only', shellWord(data.scenarios[0].id), ...sets, '-n', worlds, '-s', data.seed].join(' ') };
}
