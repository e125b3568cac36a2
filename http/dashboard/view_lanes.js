/** Every lane: a thread with its connections. */
import { makeMeter, makeSparkline } from './charts.js';
import { make } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { chartColumn, createTable } from './table.js';

const number = (key, text = format.count) => ({ key, label: say(`lanes.${key}`), numeric: true, text: (row) => text(row[key]) });

/** How busy a lane is, as a bar and a number. */
export const busyColumn = {
  key: 'busy', numeric: true,
  make: (cell) => {
    const meter = makeMeter();
    const text = make('span', { class: 'number' });
    cell.append(make('div', { class: 'with-chart' }, meter.element, text));
    return { meter, text };
  },
  draw: ({ meter, text }, row) => {
    meter.draw(100 * row.busy);
    text.textContent = format.percent(100 * row.busy);
  },
};

export function createLanes(context) {
  const state = context.keep('lanes', () => ({ sort: { key: 'lane', down: false } }));
  const line = () => makeSparkline({ width: 120, least: 1 });
  const table = createTable({
    caption: say('nav.lanes'), keyOf: (row) => row.lane, sort: state.sort,
    columns: [
      { key: 'lane', label: say('lane'), numeric: true, isHead: true, text: (row) => format.count(row.lane) },
      { ...busyColumn, label: say('lanes.busy') },
      chartColumn({ key: 'trend', label: say('lanes.trend'), fixed: true, text: () => '' },
        () => makeSparkline({ width: 120, least: 100 }), (row) => context.history.lanes.of(row.lane, 'busy')),
      chartColumn({ key: 'per_second', label: say('persecond'), text: (row) => format.rate(row.per_second) }, line,
        (row) => context.history.lanes.of(row.lane, 'per_second')),
      number('connections'), number('in_flight'), number('requests'),
      number('longest_turn_us', format.micros),
    ],
  });
  return {
    element: make('div', { class: 'stack' }, table.element, make('p', { class: 'note' }, say('lanes.help'))),
    update: (sample) => table.update(sample.lanes),
  };
}
