/** Whether it is well: what it serves, how fast, with how much of the machine. */
import { makeChart } from './charts.js';
import { make, setText } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { drawBadge, makeBadge, makeSection } from './parts.js';
import { createTable } from './table.js';
import { busyColumn } from './view_lanes.js';

const cards = [
  { name: 'requests', read: ({ overview }) => overview.requests_per_second, format: format.rate, unit: '/s' },
  { name: 'errors', read: ({ overview }) => overview.errors_per_second, format: format.rate, unit: '/s' },
  { name: 'p99', read: ({ overview }) => overview.latency.p99_us, format: format.micros },
  { name: 'cpu', read: ({ overview }) => overview.cpu_percent, format: format.percent, scale: { least: 10 } },
  { name: 'memory', read: ({ overview }) => overview.memory_bytes, format: format.bytes, scale: { unit: 1024 * 1024 } },
  { name: 'connections', read: ({ overview }) => overview.connections, format: format.count, scale: { least: 10 } },
];

const details = {
  requests: ({ overview }) => say('overview.inflight', { count: format.count(overview.in_flight) }),
  errors: ({ overview }) => say('overview.errorshare', {
    share: format.percent(format.share(overview.errors_per_second, overview.requests_per_second)),
  }),
  p99: ({ overview: { latency } }) => say('overview.latency', {
    p50: format.micros(latency.p50_us), p95: format.micros(latency.p95_us), max: format.micros(latency.max_us),
  }),
  cpu: () => say('overview.cpu'),
  memory: () => say('overview.memory'),
  connections: ({ overview }) => say('overview.inflight', { count: format.count(overview.in_flight) }),
};

function makeCard({ name, read, format: textOf, unit = '', scale }) {
  const number = make('span', { class: 'card-number' });
  const detail = make('div', { class: 'card-detail' });
  const withUnit = (value) => `${textOf(value)}${unit}`;
  const chart = makeChart({
    format: withUnit, ...scale,
    describe: ({ values }, seconds) =>
      say('overview.span', { span: format.seconds(seconds), most: withUnit(Math.max(...values)) }),
  });
  const element = make('article', { class: `card card-${name}`, 'data-card': name },
    make('h2', {}, say(`card.${name}`)),
    make('div', { class: 'card-head' }, number, unit ? make('span', { class: 'card-unit' }, unit) : null), detail,
    chart.element);
  return {
    element,
    update(sample, history) {
      setText(number, textOf(read(sample)));
      setText(detail, details[name](sample));
      chart.draw(history.overview.of('', name));
    },
  };
}

const readyKinds = { ok: 'good', simulator: 'plain', unchecked: 'plain', unavailable: 'bad' };

/** What is ready, and what has been lost. */
function makeStates() {
  const badges = { database: makeBadge(''), wechat: makeBadge(''), log: makeBadge(''), uptime: makeBadge('') };
  return {
    element: make('div', { class: 'states', 'aria-label': say('overview.states'), role: 'group' }, Object.values(badges)),
    update({ overview }) {
      for (const part of ['database', 'wechat']) {
        const state = overview.ready[part];
        const text = state in readyKinds ? say(`ready.${state}`) : state;
        drawBadge(badges[part], `${say(`nav.${part}`)}: ${text}`, readyKinds[state] ?? 'warn');
      }
      const lost = overview.log_dropped;
      drawBadge(badges.log, say('overview.dropped', { count: format.count(lost) }), lost > 0 ? 'warn' : 'plain');
      drawBadge(badges.uptime, say('overview.uptime', { time: format.seconds(overview.uptime_seconds) }), 'plain');
    },
  };
}

const first = (rows, weigh) => rows.filter((row) => weigh(row) > 0)
  .sort((one, other) => weigh(other) - weigh(one)).slice(0, 8);

function makeBusiest() {
  const table = createTable({
    caption: say('overview.busiest'), empty: say('overview.quiet'), keyOf: (row) => `${row.type} ${row.lane}`,
    columns: [
      { key: 'type', label: say('actor'), isHead: true },
      { key: 'lane', label: say('lane'), numeric: true, text: (row) => format.count(row.lane) },
      { key: 'per_second', label: say('persecond'), numeric: true, text: (row) => format.rate(row.per_second) },
      { key: 'mailbox', label: say('mailbox'), numeric: true, text: (row) => format.count(row.mailbox) },
      { key: 'working', label: say('working.p99'), numeric: true, text: (row) => format.micros(row.working.p99_us) },
    ],
  });
  return {
    element: makeSection(say('overview.busiest'), table.element, make('a', { class: 'more', href: '#/actors' }, say('overview.all'))),
    update: (sample) => table.update(first(sample.actors, (row) => row.per_second)),
  };
}

function makeSlowest() {
  const table = createTable({
    caption: say('overview.slowest'), empty: say('overview.noroutes'), keyOf: (row) => `${row.method} ${row.route}`,
    columns: [
      { key: 'route', label: say('route'), isHead: true, class: 'name', text: (row) => `${row.method} ${row.route}` },
      { key: 'per_second', label: say('persecond'), numeric: true, text: (row) => format.rate(row.per_second) },
      { key: 'p50', label: 'p50', numeric: true, text: (row) => format.micros(row.latency.p50_us) },
      { key: 'p99', label: 'p99', numeric: true, text: (row) => format.micros(row.latency.p99_us) },
      { key: '5xx', label: '5xx', numeric: true, text: (row) => format.count(row.statuses['5xx']) },
    ],
  });
  return {
    element: makeSection(say('overview.slowest'), table.element, make('a', { class: 'more', href: '#/routes' }, say('overview.all'))),
    update: (sample) => table.update(first(sample.routes, (row) => row.latency.p99_us)),
  };
}

function makeLanes() {
  const table = createTable({
    caption: say('nav.lanes'), keyOf: (row) => row.lane,
    columns: [
      { key: 'lane', label: say('lane'), numeric: true, isHead: true, text: (row) => format.count(row.lane) },
      { ...busyColumn, label: say('lanes.busy') },
      { key: 'per_second', label: say('persecond'), numeric: true, text: (row) => format.rate(row.per_second) },
      { key: 'connections', label: say('lanes.connections'), numeric: true, text: (row) => format.count(row.connections) },
      { key: 'turn', label: say('lanes.longest_turn_us'), numeric: true, text: (row) => format.micros(row.longest_turn_us) },
    ],
  });
  return {
    element: makeSection(say('nav.lanes'), table.element, make('a', { class: 'more', href: '#/lanes' }, say('overview.all'))),
    update: (sample) => table.update(first(sample.lanes, (row) => row.busy || 1e-9)),
  };
}

export function createOverview({ history }) {
  const all = cards.map(makeCard);
  const states = makeStates();
  const tables = [makeBusiest(), makeSlowest(), makeLanes()];
  return {
    element: make('div', { class: 'stack' }, states.element,
      make('div', { class: 'cards' }, all.map(({ element }) => element)),
      make('div', { class: 'columns' }, tables.map(({ element }) => element))),
    update(sample) {
      states.update(sample);
      for (const card of all) card.update(sample, history);
      for (const table of tables) table.update(sample);
    },
  };
}
