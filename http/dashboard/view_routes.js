/** Every route: how often, how it was answered, how long it took and with what. */
import { makeSparkline, makeStageBar, stageNames, stagesOf } from './charts.js';
import { make } from './dom.js';
import { showDialog } from './dialogs.js';
import * as format from './format.js';
import { routeKey } from './history.js';
import { say } from './language.js';
import { makeFacts, makeSection } from './parts.js';
import { chartColumn, createTable, openingColumn } from './table.js';

const stageText = (stages) => stages.filter(({ time }) => time > 0)
  .map(({ name, time }) => `${say(`stage.${name}`)} ${format.micros(time)}`).join(', ');

function makeLegend() {
  return make('ul', { class: 'legend', 'aria-label': say('routes.legend') }, stageNames.map((name) =>
    make('li', { title: say(`stage.${name}.help`) }, make('span', { class: `swatch stage-${name}` }), say(`stage.${name}`))));
}

const statusColumn = (status) => ({
  key: status, label: status, numeric: true,
  value: (row) => row.statuses[status] ?? 0, text: (row) => format.count(row.statuses[status] ?? 0),
});

const latencyColumn = (which) => ({
  key: which, label: say(`latency.${which}`), numeric: true,
  value: (row) => row.latency[which], text: (row) => format.micros(row.latency[which]),
});

const barColumn = {
  key: 'stages', class: 'bar-cell',
  value: (row) => row.latency.mean_us,
  make: (cell) => {
    const bar = makeStageBar();
    cell.append(bar.element);
    return bar;
  },
  draw: (bar, row) => bar.draw(row, stageText),
};

function makeStages(route) {
  const times = stagesOf(route);
  const all = times.reduce((sum, { time }) => sum + time, 0);
  const latency = (which) => ({
    key: which, label: say(`latency.${which}`), numeric: true,
    value: (row) => row.latency?.[which], text: (row) => format.micros(row.latency?.[which]),
  });
  const table = createTable({
    caption: say('routes.stages'), keyOf: (row) => row.name,
    columns: [
      { key: 'name', label: say('routes.stage'), isHead: true,
        make: (cell) => {
          const swatch = make('span', { class: 'swatch' });
          const text = make('span');
          cell.append(swatch, text);
          return { swatch, text };
        },
        draw: ({ swatch, text }, row) => {
          swatch.className = `swatch stage-${row.name}`;
          text.textContent = say(`stage.${row.name}`);
        } },
      { key: 'count', label: say('count'), numeric: true, text: (row) => format.count(row.latency?.count) },
      { key: 'time', label: say('routes.perrequest'), numeric: true, text: (row) => format.micros(row.time) },
      { key: 'share', label: say('share'), numeric: true, text: (row) => format.percent(format.share(row.time, all)) },
      ...['p50_us', 'p95_us', 'p99_us', 'max_us'].map(latency),
    ],
  });
  table.update(times.map(({ name, time }) => ({ name, time, latency: route.stages?.[name] })));
  return table.element;
}

function showRoute(route) {
  const facts = makeFacts();
  facts.update([
    [say('count'), format.count(route.count)], [say('persecond'), format.rate(route.per_second)],
    ...Object.entries(route.statuses).map(([status, count]) => [status, format.count(count)]),
    ...['mean_us', 'p50_us', 'p95_us', 'p99_us', 'max_us'].map((which) => [say(`latency.${which}`), format.micros(route.latency[which])]),
  ]);
  const bar = makeStageBar();
  bar.draw(route, stageText);
  showDialog(routeKey(route), make('div', { class: 'stack' }, facts.element,
    makeSection(say('routes.stages'), [bar.element, makeStages(route)])));
}

export function createRoutes(context) {
  const state = context.keep('routes', () => ({ sort: { key: 'per_second', down: true } }));
  const table = createTable({
    caption: say('nav.routes'), keyOf: routeKey, sort: state.sort, empty: say('overview.noroutes'),
    columns: [
      openingColumn({ key: 'route', label: say('route'), class: 'name', text: routeKey, value: (row) => row.route }, showRoute),
      chartColumn({ key: 'per_second', label: say('persecond'), text: (row) => format.rate(row.per_second) },
        () => makeSparkline({ width: 72, least: 1 }), (row) => context.history.routes.of(routeKey(row), 'per_second')),
      { ...barColumn, label: say('routes.stages'), fixed: true },
      ...['mean_us', 'p50_us', 'p95_us', 'p99_us', 'max_us'].map(latencyColumn),
      { key: 'count', label: say('count'), numeric: true, text: (row) => format.count(row.count) },
      ...['2xx', '3xx', '4xx', '5xx'].map(statusColumn),
    ],
  });
  return {
    element: make('div', { class: 'stack' }, make('div', { class: 'toolbar' }, makeLegend()), table.element),
    update: (sample) => table.update(sample.routes),
  };
}
