// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the page, in the language that its switch shows.

const LANGUAGES = ['zh', 'en'];
const listeners = [];
let words = {};
let current = 0;

/** Place of the language in pairs of texts: 0 Chinese, 1 English. */
export const language = () => current;

/** A word with its arguments. @param {string} key @param {...(string | number)} args */
export function say(key, ...args) {
    return words[key][current].replace(/\{(\d)\}/g, (_, digit) => String(args[Number(digit)] ?? ''));
}

/** Calls `listener` when another language is chosen. @param {() => void} listener */
export const onLanguage = (listener) => listeners.push(listener);

function choose(index) {
    current = index;
    document.documentElement.lang = index === 0 ? 'zh-CN' : 'en';
    document.title = words.TITLE_BOOK[index].replace('{0}', words.book);
    for (const listener of listeners) {
        listener();
    }
}

/** The language lives in the address, "#en" or "#en/fan", so that nothing is stored. */
function address() {
    const match = /^#(en)?\/?(.*)$/.exec(location.hash);
    return { index: match?.[1] ? 1 : 0, section: match?.[2] ?? '' };
}

function show(index, section) {
    const hash = index === 1 ? `#en${section ? `/${section}` : ''}` : section ? `#${section}` : '#';
    history.replaceState(null, '', hash);
}

/** Starts the switch. @param {Record<string, [string, string]>} table @param {string} book */
export function startWords(table, book) {
    words = { ...table, book };
    const boxes = LANGUAGES.map((name) => document.getElementById(`lang-${name}`));
    boxes.forEach((box, index) =>
        box.addEventListener('change', () => {
            show(index, address().section);
            choose(index);
        }),
    );
    const { index, section } = address();
    boxes[index].checked = true;
    choose(index);
    if (index === 1 && section) {
        document.getElementById(section)?.scrollIntoView();
    }
    // A link of the contents leaves the language out; put it back.
    addEventListener('hashchange', () => {
        if (current === 1 && address().index === 0) {
            show(1, location.hash.slice(1));
        }
    });
}
