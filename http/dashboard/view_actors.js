/** Every actor type in every lane. */
import { get } from './api.js';
import { makeSparkline } from './charts.js';
import { make, setAttribute, setChildren, setText } from './dom.js';
import { showDialog } from './dialogs.js';
import * as format from './format.js';
import { actorKey } from './history.js';
import { say } from './language.js';
import { badgeColumn, makeField, makeProblem, makeSection } from './parts.js';
import { chartColumn, createTable, openingColumn } from './table.js';

const number = (key, label, text = format.count) => ({
  key, label, numeric: true, text: (row) => text(row[key]),
});

const latencyColumn = (key, label, which, help) => ({
  key: `${key}_${which}`, label, help, numeric: true,
  value: (row) => row[key][which], text: (row) => format.micros(row[key][which]),
});

const errorText = ({ last_error: last }) => (last ? `${format.time(last.at)}  ${last.message}` : format.unknown);

/** Two lines of it; all of it is in what the row opens, and under the pointer. */
const lastErrorColumn = {
  key: 'last_error', class: 'wrapping', value: (row) => row.last_error?.at ?? '',
  make: (cell) => {
    const text = make('span', { class: 'clamped' });
    cell.append(text);
    return text;
  },
  draw: (text, row) => {
    setText(text, errorText(row));
    setAttribute(text, 'title', row.last_error?.message ?? '');
  },
};

function columnsOf(history, onOpen) {
  const line = () => makeSparkline({ width: 72, least: 1 });
  return [
    openingColumn({ key: 'type', label: say('actor') }, onOpen),
    number('lane', say('lane')),
    badgeColumn({ key: 'alive', label: say('actors.alive'), numeric: true, value: (row) => row.alive },
      (row) => [format.count(row.alive), row.alive > 0 ? 'good' : 'bad']),
    chartColumn(number('per_second', say('persecond'), format.rate), line,
      (row) => history.actors.of(actorKey(row), 'per_second')),
    chartColumn(number('mailbox', say('mailbox')), line, (row) => history.actors.of(actorKey(row), 'mailbox')),
    number('mailbox_max', say('actors.mailboxmax')),
    number('received', say('actors.received')),
    number('processed', say('actors.processed')),
    number('failed', say('actors.failed')),
    latencyColumn('waiting', say('actors.waiting'), 'p99_us', say('actors.waiting.help')),
    latencyColumn('working', say('working.p99'), 'p99_us', say('actors.working.help')),
    number('restarts', say('actors.restarts')),
    { ...lastErrorColumn, label: say('actors.lasterror') },
  ];
}

function makeMessages(messages) {
  const all = messages.reduce((sum, { count }) => sum + count, 0);
  const table = createTable({
    caption: say('actors.messages'), keyOf: (row) => row.type, sort: { key: 'count', down: true },
    columns: [
      { key: 'type', label: say('actors.message'), isHead: true },
      number('count', say('count')),
      { key: 'share', label: say('share'), numeric: true, value: (row) => row.count,
        text: (row) => format.percent(format.share(row.count, all)) },
      ...['mean_us', 'p50_us', 'p99_us', 'max_us'].map((which) => latencyColumn('working', say(`latency.${which}`), which)),
    ],
  });
  table.update(messages);
  return makeSection(say('actors.messages'), table.element);
}

/** Waiting and working time of each lane's actor. */
function makeTimes(instances) {
  const table = createTable({
    caption: say('actors.times'), keyOf: actorKey, sort: { key: 'lane', down: false },
    columns: [
      { ...number('lane', say('lane')), isHead: true },
      ...['p50_us', 'p99_us', 'max_us'].map((which) =>
        latencyColumn('waiting', `${say('actors.waits')} ${say(`latency.${which}`)}`, which)),
      ...['p50_us', 'p99_us', 'max_us'].map((which) =>
        latencyColumn('working', `${say('actors.works')} ${say(`latency.${which}`)}`, which)),
    ],
  });
  table.update(instances);
  return makeSection(say('actors.times'), table.element);
}

/** The last error of each lane's actor that had one; nothing if none had. */
function makeErrors(instances) {
  const failed = instances.filter((row) => row.last_error);
  if (failed.length === 0) return null;
  const table = createTable({
    caption: say('actors.lasterror'), keyOf: actorKey,
    columns: [
      { ...number('lane', say('lane')), isHead: true },
      { key: 'at', label: say('time'), class: 'time', text: (row) => format.time(row.last_error.at) },
      { key: 'message', label: say('actors.lasterror'), class: 'wrapping', text: (row) => row.last_error.message },
    ],
  });
  table.update(failed);
  return makeSection(say('actors.lasterror'), table.element);
}

async function showActor({ type }) {
  const problem = makeProblem();
  const content = make('div', { class: 'stack' }, make('p', { class: 'muted' }, say('loading')));
  showDialog(type, make('div', {}, problem.element, content));
  try {
    const actor = await get(`/actors/${encodeURIComponent(type)}`);
    setChildren(content, makeMessages(actor.messages), makeTimes(actor.instances), makeErrors(actor.instances));
  } catch (failed) {
    setChildren(content);
    problem.show(failed);
  }
}

export function createActors(context) {
  const { history } = context;
  const state = context.keep('actors', () => ({ sort: { key: 'type', down: false }, type: '' }));
  const choice = makeField(say('actors.filter'), make('select', { on: { change: () => {
    state.type = choice.input.value;
    if (last) update(last);
  } } }));
  const total = make('span', { class: 'muted', role: 'status' });
  const table = createTable({
    caption: say('nav.actors'), keyOf: actorKey, sort: state.sort, columns: columnsOf(history, showActor),
  });
  let last = null;
  let types = '';

  function drawTypes(actors) {
    const all = [...new Set(actors.map(({ type }) => type))].sort();
    if (all.join() === types) return;
    types = all.join();
    setChildren(choice.input, make('option', { value: '' }, say('all')), all.map((type) => make('option', { value: type }, type)));
    choice.input.value = all.includes(state.type) ? state.type : '';
  }

  function update(sample) {
    last = sample;
    drawTypes(sample.actors);
    const rows = sample.actors.filter(({ type }) => !state.type || type === state.type);
    table.update(rows);
    setText(total, say('actors.shown', { count: format.count(rows.length), all: format.count(sample.actors.length) }));
  }

  return {
    element: make('div', { class: 'stack' }, make('div', { class: 'toolbar' }, choice.element, total), table.element),
    update,
  };
}
