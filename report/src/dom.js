// SPDX-License-Identifier: GPL-3.0-or-later
// Elements made of text, never of markup: names from a book stay text.

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean>} attributes
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === true) {
            node.setAttribute(name, '');
        } else if (value !== false) {
            node.setAttribute(name, String(value));
        }
    }
    node.append(...children);
    return node;
}

/**
 * A table; cells that are numbers are aligned as such.
 * @typedef {{ head: string[], rows: (string | number | null)[][] }} Table
 * @param {Table} table
 */
export function tableElement({ head, rows }) {
    const cell = (value, place) => {
        const text = value === null ? '' : String(value);
        const numeric = typeof value === 'number' || /^[<>–\d-]/.test(text);
        return place === 0
            ? element('th', { scope: 'row' }, text)
            : element('td', numeric ? { class: 'n' } : {}, text);
    };
    return element(
        'div',
        { class: 'wide', tabindex: 0 },
        element(
            'table',
            {},
            element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
            element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell)))),
        ),
    );
}

/** CSV as the program writes it: BOM, CRLF, quotes where needed, no cell that a spreadsheet would run. */
export function csv({ head, rows }) {
    const cell = (value) => {
        const raw = value === null ? '' : String(value);
        const safe = typeof value !== 'number' && /^[=+\-@\t\r＝＋－＠]/.test(raw) ? `'${raw}` : raw;
        return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
    };
    return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Hands a text to the reader as a file. */
export function download(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = element('a', { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
}
