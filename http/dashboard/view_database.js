/** The database: its connections, and what waits for one. */
import { makeSparkline } from './charts.js';
import { make, setText } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { makeFacts, makeSection } from './parts.js';
import { chartColumn, createTable } from './table.js';

const number = (key, label = say(`database.${key}`)) => ({ key, label, numeric: true, text: (row) => format.count(row[key]) });

const batchText = (batches) => (batches
  ? say('database.batch', { size: format.rate(batches.mean_size), count: format.count(batches.count) })
  : format.unknown);

function makeTimes() {
  const table = createTable({
    caption: say('database.times'), keyOf: (row) => row.name,
    columns: [
      { key: 'name', label: say('database.what'), isHead: true, text: (row) => say(`database.time.${row.name}`) },
      { key: 'count', label: say('count'), numeric: true, text: (row) => format.count(row.latency.count) },
      ...['mean_us', 'p50_us', 'p95_us', 'p99_us', 'max_us'].map((which) => ({
        key: which, label: say(`latency.${which}`), numeric: true, text: (row) => format.micros(row.latency[which]),
      })),
    ],
  });
  return {
    element: makeSection(say('database.times'), table.element),
    update: (db) => table.update(['waiting', 'working'].filter((name) => db[name])
      .map((name) => ({ name, latency: db[name] }))),
  };
}

export function createDatabase(context) {
  const state = context.keep('database', () => ({ sort: { key: 'lane', down: false } }));
  const place = make('p', { class: 'lead' });
  const facts = makeFacts();
  const times = makeTimes();
  const of = (name) => (row) => context.history.pools.of(row.lane, name);
  const line = () => makeSparkline({ width: 72, least: 2 });
  const pools = createTable({
    caption: say('database.pools'), keyOf: (row) => row.lane, sort: state.sort,
    columns: [
      { ...number('lane', say('lane')), isHead: true },
      number('workers'), number('idle'),
      chartColumn(number('busy'), line, of('busy')),
      chartColumn(number('waiting'), line, of('waiting')),
      number('waiting_max'), number('lost'), number('reads'), number('writes'), number('failed'),
    ],
  });
  const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
  return {
    element: make('div', { class: 'stack' }, place, facts.element,
      makeSection(say('database.pools'), pools.element), times.element),
    update({ db }) {
      setText(place, db.description || db.engine);
      facts.update([
        [say('database.workers'), format.count(sum(db.pools, 'workers'))],
        [say('database.busy'), format.count(sum(db.pools, 'busy'))],
        [say('database.waiting'), format.count(sum(db.pools, 'waiting'))],
        [say('database.lost'), format.count(sum(db.pools, 'lost'))],
        [say('database.readbatches'), batchText(db.read_batches)],
        [say('database.writebatches'), batchText(db.write_batches)],
      ]);
      pools.update(db.pools);
      times.update(db);
    },
  };
}
