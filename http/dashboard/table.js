/** Tables that are updated in place, so that focus, selection and scroll position stay. */
import { make, setAttribute, setText } from './dom.js';
import { say } from './language.js';

/** The value of a column is the row's member of its key, unless it says otherwise. */
const valueOf = (column, row) => (column.value ? column.value(row) : row[column.key]);

function compare(one, other) {
  if (typeof one === 'string' || typeof other === 'string')
    return String(one ?? '').localeCompare(String(other ?? ''), 'en', { numeric: true });
  return (one ?? -Infinity) - (other ?? -Infinity);
}

function makeCell(column) {
  const cell = make(column.isHead ? 'th' : 'td', {
    class: column.numeric ? 'numeric' : column.class, scope: column.isHead ? 'row' : undefined,
  });
  return { cell, part: column.make ? column.make(cell) : null };
}

function makeRow(columns) {
  const cells = columns.map(makeCell);
  return { element: make('tr', {}, cells.map(({ cell }) => cell)), cells, row: null };
}

function drawRow(shown, columns, row) {
  shown.row = row;
  shown.cells.forEach(({ cell, part }, index) => {
    const column = columns[index];
    if (part) column.draw(part, row, cell);
    else setText(cell, column.text ? column.text(row) : String(valueOf(column, row) ?? ''));
  });
}

/**
 * @param {string} caption what the table has, for who can't see what is above it
 * @param {object[]} columns `key`, `label`; optional: `numeric` (right-aligned, and largest first),
 *   `value(row)` to sort by, `text(row)`, or `make(cell)` → part and `draw(part, row, cell)`;
 *   `isHead`: the row's name; `fixed`: not to be sorted by
 * @param {function} keyOf what tells rows apart
 * @param {object} sort `{ key, down }`; is changed when the operator sorts, so that it can be kept. Without
 *   it the rows stay in the order in which they are given.
 * @returns `element`, `update(rows)`
 */
export function createTable({ caption, columns, keyOf, sort, empty }) {
  const shown = new Map();
  let last = [];
  let isHeld = false;
  const body = make('tbody');
  const heads = columns.map(makeHead);
  const nothing = make('p', { class: 'empty', hidden: true }, empty || say('table.empty'));
  const table = make('table', {}, make('caption', { class: 'unseen' }, caption),
    make('thead', {}, make('tr', {}, heads)), body);
  const scroller = make('div', { class: 'table', role: 'region', tabindex: '0', 'aria-label': caption }, table);

  function makeHead(column) {
    const kind = column.numeric ? 'numeric' : undefined;
    const title = column.help;
    if (!sort || column.fixed) return make('th', { scope: 'col', class: kind, title }, column.label);
    const onClick = () => {
      sort.down = sort.key === column.key ? !sort.down : Boolean(column.numeric);
      sort.key = column.key;
      order(last, true);
    };
    return make('th', { scope: 'col', class: kind, title, 'data-key': column.key },
      make('button', { type: 'button', class: 'sorter', on: { click: onClick } },
        column.label, make('span', { class: 'arrow', 'aria-hidden': 'true' })));
  }

  function sorted(rows) {
    const column = columns.find(({ key }) => key === sort?.key);
    if (!column) return rows;
    const sign = sort.down ? -1 : 1;
    return rows.map((row, index) => ({ row, index, value: valueOf(column, row) }))
      .sort((one, other) => sign * compare(one.value, other.value) || one.index - other.index)
      .map(({ row }) => row);
  }

  function order(rows, byHand = false) {
    if (sort) {
      for (const head of heads.filter((one) => one.dataset.key)) {
        const isIt = head.dataset.key === sort.key;
        setAttribute(head, 'aria-sort', !isIt ? 'none' : sort.down ? 'descending' : 'ascending');
      }
    }
    if (isHeld && !byHand && body.children.length === rows.length) return;
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    sorted(rows).forEach((row, index) => {
      const { element } = shown.get(keyOf(row));
      if (body.children[index] !== element) body.insertBefore(element, body.children[index] ?? null);
    });
    if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  // Rows don't run away from who points at them.
  body.addEventListener('pointerenter', () => { isHeld = true; });
  body.addEventListener('pointerleave', () => { isHeld = false; });
  body.addEventListener('focusin', () => { isHeld = true; });
  body.addEventListener('focusout', () => { isHeld = false; });

  return {
    element: make('div', { class: 'table-box' }, scroller, nothing),
    update(rows) {
      last = rows;
      const keys = new Set(rows.map(keyOf));
      for (const [key, { element }] of shown) {
        if (keys.has(key)) continue;
        element.remove();
        shown.delete(key);
      }
      for (const row of rows) {
        const key = keyOf(row);
        if (!shown.has(key)) {
          const made = makeRow(columns);
          shown.set(key, made);
          body.append(made.element);
        }
        drawRow(shown.get(key), columns, row);
      }
      order(rows);
      scroller.hidden = rows.length === 0;
      nothing.hidden = rows.length > 0;
    },
  };
}

/** A column whose cells are a button that opens the row. `onOpen` gets the row as it is then. */
export const openingColumn = (column, onOpen) => ({
  isHead: true, ...column,
  make: (cell) => {
    const button = make('button', { type: 'button', class: 'link', on: { click: () => onOpen(button.row) } });
    cell.append(button);
    return button;
  },
  draw: (button, row) => {
    button.row = row;
    setText(button, column.text ? column.text(row) : String(row[column.key]));
  },
});

/** A column with a line in front of its number. */
export const chartColumn = (column, makeLine, seriesOf) => ({
  numeric: true, ...column,
  make: (cell) => {
    const line = makeLine();
    const number = make('span', { class: 'number' });
    cell.append(make('div', { class: 'with-chart' }, line.element, number));
    return { line, number };
  },
  draw: (part, row) => {
    setText(part.number, column.text(row));
    part.line.draw(seriesOf(row));
  },
});
