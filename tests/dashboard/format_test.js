/** Numbers and times as the dashboard shows them. */
'use strict';
const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const { load } = require('./support/modules.js');

process.env.TZ = 'UTC';
let format;
let charts;
before(async () => {
  format = await load('format.js');
  charts = await load('charts.js');
});

const plain = (text) => text.replaceAll('\u00a0', ' ');

test('A number has the unit and the digits that people can read', () => {
  const cases = [
    ['micros', 0, '0'], ['micros', 0.5, '0.50 µs'], ['micros', 12, '12 µs'], ['micros', 999.4, '999 µs'],
    ['micros', 999.6, '1.00 ms'], ['micros', 1240, '1.24 ms'], ['micros', 999499, '999 ms'], ['micros', 2.3e6, '2.30 s'],
    ['bytes', 0, '0 B'], ['bytes', 1023, '1,023 B'], ['bytes', 1024, '1.00 KiB'], ['bytes', 19e6, '18.1 MiB'],
    ['bytes', 3 * 2 ** 40, '3.00 TiB'], ['rate', 0, '0'], ['rate', 0.123, '0.12'], ['rate', 9.999, '10.0'],
    ['rate', 12.34, '12.3'], ['rate', 192000.4, '192,000'], ['count', 1234567, '1,234,567'],
    ['percent', 0, '0.0 %'], ['percent', 12.5, '13 %'], ['percent', 0.04, '0.0 %'],
    ['time', '2026-11-24T13:45:54.123Z', '2026-11-24 13:45:54'],
  ];
  for (const [name, value, wanted] of cases) assert.equal(plain(format[name](value)), wanted, `${name}(${value})`);
});

test('What is not known is a dash', () => {
  for (const name of ['count', 'rate', 'micros', 'bytes', 'percent', 'seconds', 'time'])
    for (const value of [undefined, null, NaN, 'x']) assert.equal(format[name](value), '–', `${name}(${value})`);
});

test('A time has its two largest units, in the language', () => {
  // Which plurals are short depends on the browser's edition of Unicode's tables.
  const cases = [[0, /^0 secs?$/], [-3, /^0 secs?$/], [65, /^1 min 5 secs?$/], [3600, /^1 hr$/], [93784, /^1 day 2 hrs?$/]];
  for (const [value, wanted] of cases) assert.match(plain(format.seconds(value)), wanted);
  format.setLocale('zh-CN');
  assert.equal(plain(format.seconds(93784)), '1天 2小时');
  format.setLocale('en-GB');
});

test('A chart’s top is a round number that nothing goes over', () => {
  const cases = [[[0], {}, 1], [[3, 1], {}, 5], [[5], {}, 5], [[5.1], {}, 10], [[0.03], {}, 0.05], [[1, 2], { least: 10 }, 10],
    [[19e6], { unit: 1048576 }, 20 * 1048576]];
  for (const [values, scale, wanted] of cases)
    assert.ok(Math.abs(charts.topOf(values, scale) - wanted) < 1e-9, `${values}: ${charts.topOf(values, scale)}`);
});

test('A stage counts for what it adds to the average request', () => {
  const stages = { parse: { count: 100, mean_us: 10 }, database: { count: 5, mean_us: 2000 } };
  const times = Object.fromEntries(charts.stagesOf({ count: 100, stages }).map(({ name, time }) => [name, time]));
  assert.deepEqual(times, { parse: 10, queue: 0, logic: 0, database: 100, upstream: 0, serialise: 0 });
  assert.ok(charts.stagesOf({ count: 0, stages }).every(({ time }) => time === 0));
});
