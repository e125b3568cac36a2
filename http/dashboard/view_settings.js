/** The settings of the server: which are in force, where from, and which can change while it runs. */
import { get } from './api.js';
import { make, makeButton, setText } from './dom.js';
import { say } from './language.js';
import { badgeColumn, makeField, makeProblem } from './parts.js';
import { createTable } from './table.js';

const sourceKinds = { default: 'plain', file: 'accent', live: 'good' };
const textOf = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function makeSettings(context, state) {
  return createTable({
    caption: say('nav.settings'), keyOf: (row) => row.name, sort: state.sort,
    columns: [
      { key: 'name', label: say('settings.name'), isHead: true, class: 'code' },
      { key: 'value', label: say('settings.value'), class: 'code wrapping', value: (row) => textOf(row.value), text: (row) => textOf(row.value) },
      { key: 'default', label: say('settings.default'), class: 'code wrapping muted', value: (row) => textOf(row.default), text: (row) => textOf(row.default) },
      badgeColumn({ key: 'source', label: say('settings.source') },
        ({ source }) => [source in sourceKinds ? say(`settings.source.${source}`) : source, sourceKinds[source] ?? 'plain']),
      { key: 'help', label: say('settings.help'), class: 'wrapping' },
      { key: 'live', label: say('settings.change'), class: 'time', value: (row) => (row.live ? 0 : 1),
        make: (cell) => {
          const onClick = () => {
            const key = `settings.${button.row.name}`;
            context.beginWith = { [key]: button.row.value };
            context.go('config', key);
          };
          const button = makeButton(say('settings.edit'), onClick, { class: 'button is-small', 'data-act': 'change' });
          const text = make('span', { class: 'muted' }, say('settings.restart'));
          cell.append(button, text);
          return { button, text };
        },
        draw: ({ button, text }, row) => {
          button.row = row;
          button.hidden = !row.live;
          text.hidden = row.live;
        } },
    ],
  });
}

export function createSettings(context) {
  const state = context.keep('settings', () => ({ sort: { key: 'name', down: false }, filter: '', isLiveOnly: false }));
  const problem = makeProblem();
  const table = makeSettings(context, state);
  const filter = makeField(say('settings.filter'), make('input', { type: 'search', value: state.filter, autocomplete: 'off', spellcheck: 'false' }));
  const isLiveOnly = makeField(say('settings.liveonly'), make('input', { type: 'checkbox', checked: state.isLiveOnly }));
  isLiveOnly.element.classList.add('is-check');
  const total = make('span', { class: 'muted', role: 'status' });
  let settings = [];

  function draw() {
    const wanted = state.filter.toLowerCase();
    const rows = settings.filter((row) => (row.live || !state.isLiveOnly) && `${row.name} ${row.help}`.toLowerCase().includes(wanted));
    table.update(rows);
    setText(total, say('settings.shown', { count: rows.length, all: settings.length }));
  }

  async function load() {
    problem.clear();
    try {
      ({ settings } = await get('/settings'));
      draw();
    } catch (failed) {
      problem.show(failed);
    }
  }

  filter.input.addEventListener('input', () => {
    state.filter = filter.input.value;
    draw();
  });
  isLiveOnly.input.addEventListener('change', () => {
    state.isLiveOnly = isLiveOnly.input.checked;
    draw();
  });
  load();
  return {
    element: make('div', { class: 'stack' },
      make('div', { class: 'toolbar' }, filter.element, isLiveOnly.element, total, make('span', { class: 'spring' }), makeButton(say('refresh'), load)),
      problem.element, table.element),
  };
}
