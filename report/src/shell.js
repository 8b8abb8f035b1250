// SPDX-License-Identifier: GPL-3.0-or-later

/** A word of a command line, in quotes where a shell would read more than the word. */
const shellWord = (word) => (/^[\w./@=-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

/** The command that runs the first scenario with these settings, then `rest`; settings that begin with # are remarks. */
export function command(data, settings, rest = '') {
    const sets = settings.filter((set) => set && !set.startsWith('#')).map((set) => `--set ${shellWord(set)}`);
    const remarks = settings.filter((set) => set.startsWith('#'));
    return ['pledgesim run', shellWord(data.book), '--only', shellWord(data.scenarios[0].id), ...sets, rest, ...remarks].filter(Boolean).join(' ');
}
