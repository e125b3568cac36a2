/** The versions of a configuration key: who published what and why; compare two, roll back to one. */
import { ask, get, withQuery } from './api.js';
import { make, makeButton, setChildren } from './dom.js';
import { announce, confirmAction } from './dialogs.js';
import * as format from './format.js';
import { makeDiff } from './json_diff.js';
import { say } from './language.js';
import { makeField, makePager, makeSection, textOfError } from './parts.js';
import { createTable } from './table.js';

const contentOf = (version) => (version && version.value !== undefined ? version : null);

/** @param {function} onRolledBack gets the item as it is now */
async function rollBack(item, version, newest, onRolledBack) {
  const answer = await confirmAction({
    title: say('history.rollback.title', { version: version.version }), action: say('history.rollback'), danger: true, note: true,
    content: makeDiff(contentOf(newest), contentOf(version)),
  });
  if (!answer) return;
  try {
    const body = { version: version.version, base_version: item.version, note: answer.note };
    const now = await ask('POST', `/config/${encodeURIComponent(item.key)}/rollback`, body);
    announce(say('history.rolledback', { version: version.version }), 'good');
    onRolledBack(now);
  } catch (failed) {
    const text = failed.status === 409 && failed.data
      ? say('history.conflict', { who: failed.data.published_by || format.unknown, version: failed.data.version })
      : textOfError(failed);
    announce(text, 'bad');
  }
}

const makeChoice = (label, name) => makeField(label, make('select', { name }));

/** Two versions to choose, and what differs between them. */
function makeComparison() {
  const from = makeChoice(say('history.from'), 'from');
  const to = makeChoice(say('history.to'), 'to');
  const place = make('div');
  let versions = [];
  const find = ({ input }) => versions.find(({ version }) => String(version) === input.value);

  function draw() {
    setChildren(place, versions.length > 0 ? makeDiff(contentOf(find(from)), contentOf(find(to))) : null);
  }

  for (const { input } of [from, to]) input.addEventListener('change', draw);
  return {
    element: makeSection(say('history.compare'), [make('div', { class: 'toolbar' }, from.element, to.element), place]),
    setVersions(all) {
      versions = all;
      for (const [choice, place_of] of [[from, 1], [to, 0]]) {
        const { value } = choice.input;
        setChildren(choice.input, all.map(({ version, at, who }) => make('option', { value: version },
          [version, format.time(at), who].filter(Boolean).join(' · '))));
        choice.input.value = all.some(({ version }) => String(version) === value) ? value
          : String(all[Math.min(place_of, all.length - 1)]?.version ?? '');
      }
      draw();
    },
    compare(version) {
      from.input.value = String(version);
      to.input.value = String(versions[0].version);
      draw();
      from.input.focus();
    },
  };
}

/** @returns `element`, `load()` */
export function makeHistory(item, onRolledBack) {
  const comparison = makeComparison();
  let versions = [];
  const table = createTable({
    caption: say('config.history'), keyOf: (row) => row.version, empty: say('history.none'),
    columns: [
      { key: 'version', label: say('config.version'), numeric: true, isHead: true, text: (row) => String(row.version) },
      { key: 'at', label: say('time'), class: 'time', text: (row) => format.time(row.at) },
      { key: 'who', label: say('who'), text: (row) => row.who || format.unknown },
      { key: 'note', label: say('note'), class: 'wrapping', text: (row) => row.note || (row.value === undefined ? say('history.removed') : format.unknown) },
      { key: 'actions', label: say('actions'), make: (cell) => {
        const part = {};
        const compare = makeButton(say('history.compare'), () => comparison.compare(part.row.version), { class: 'button is-small', 'data-act': 'compare' });
        part.back = makeButton(say('history.rollback'), () => rollBack(item, part.row, versions[0], onRolledBack), { class: 'button is-small', 'data-act': 'rollback' });
        cell.append(make('div', { class: 'actions' }, compare, part.back));
        return part;
      }, draw: (part, row) => {
        part.row = row;
        part.back.disabled = row === versions[0];
        part.back.setAttribute('data-version', row.version);
      } },
    ],
  });
  const pager = makePager(
    (cursor) => get(withQuery(`/config/${encodeURIComponent(item.key)}/history`, { limit: 50, cursor })),
    (items) => {
      versions = items;
      table.update(items);
      comparison.setVersions(items);
    });
  return {
    element: make('div', { class: 'stack' }, table.element, pager.element, comparison.element),
    load: pager.reload,
  };
}
