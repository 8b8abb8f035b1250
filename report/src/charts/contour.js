// SPDX-License-Identifier: GPL-3.0-or-later
// Lines on which a figure of a grid has one value.

/**
 * Segments [x0, y0, x1, y1] in places of the grid (0 .. columns - 1, 0 .. rows - 1); each square is cut into two
 * triangles, in which the figure is taken as linear.
 * @param {(x: number, y: number) => number} valueAt
 */
export function contour(columns, rows, valueAt, level) {
    const segments = [];
    const cut = (a, b) => {
        const [va, vb] = [valueAt(...a) - level, valueAt(...b) - level];
        if (va < 0 === vb < 0) {
            return null;
        }
        const t = va / (va - vb);
        return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    };
    const triangle = (a, b, c) => {
        const [p, q] = [cut(a, b), cut(b, c), cut(c, a)].filter(Boolean);
        if (p && q) {
            segments.push([...p, ...q]);
        }
    };
    for (let x = 0; x + 1 < columns; x++) {
        for (let y = 0; y + 1 < rows; y++) {
            triangle([x, y], [x + 1, y], [x + 1, y + 1]);
            triangle([x, y], [x, y + 1], [x + 1, y + 1]);
        }
    }
    return segments;
}
