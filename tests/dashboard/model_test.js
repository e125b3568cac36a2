/** What an operator edits, what is sent of it, and how two versions are compared. */
'use strict';
const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const { load } = require('./support/modules.js');

let api;
let diff;
let model;
let history;
before(async () => {
  [api, diff, model, history] = await Promise.all(['api.js', 'json_diff.js', 'config_model.js', 'history.js'].map(load));
});

const item = (more = {}) => ({
  key: 'theme', value: { color: 'blue' }, draft: null, version: 7, description: 'Colours', visibility: 'client',
  targeting: null, schema: null, published_by: 'lin', published_at: '2026-11-24T13:45:54Z', note: '', ...more,
});

test('A value is sent exactly as it was typed, with the version that it was made from', () => {
  const edited = model.modelOf(item());
  edited.value = '{"id": 12345678901234567890, "price": 1.10}';
  assert.equal(model.bodyOf(edited, { note: 'why' }), '{"value":{"id": 12345678901234567890, "price": 1.10},"description":"Colours",'
    + '"visibility":"client","targeting":null,"schema":null,"base_version":7,"note":"why"}');
});

test('Targeting is sent as it was typed, and the value for the others only if there is one', () => {
  const edited = model.modelOf(item({ targeting: { appids: ['wx1'], percentage: 12.5 }, otherwise: false }));
  assert.equal(edited.percentage, '12.5');
  edited.appids = 'wx1, wx2\nwx3';
  const body = JSON.parse(model.bodyOf(edited));
  assert.deepEqual(body.targeting, { appids: ['wx1', 'wx2', 'wx3'], percentage: 12.5 });
  assert.equal(body.otherwise, false);
  edited.hasOtherwise = false;
  assert.ok(!('otherwise' in JSON.parse(model.bodyOf(edited))));
});

test('A setting of the server is for the server and for everybody', () => {
  const edited = model.modelOf(model.emptyItem('settings.log.level', 'info'));
  assert.equal(edited.value, '"info"');
  Object.assign(edited, { visibility: 'client', isTargeted: true, percentage: 'x', hasOtherwise: true });
  assert.deepEqual(model.problemsOf(edited), {});
  const { visibility, targeting, base_version: base } = JSON.parse(model.bodyOf(edited));
  assert.deepEqual([visibility, targeting, base], ['server', null, 0]);
});

test('A draft is what is edited, on the version that it was made from', () => {
  const draft = { value: { color: 'red' }, saved_by: 'wang', saved_at: '2026-11-24T13:45:54Z', base_version: 6 };
  const edited = model.modelOf(item({ draft }));
  assert.deepEqual(JSON.parse(edited.value), { color: 'red' });
  assert.equal(edited.description, 'Colours');
  assert.equal(edited.baseVersion, 6);
  assert.ok(!model.isEdited(edited));
  edited.value += ' ';
  assert.ok(model.isEdited(edited));
});

test('What can’t be sent is told by its field', () => {
  const cases = [
    [{ value: '{' }, ['value']], [{ value: '' }, ['value']], [{ key: ' ' }, ['key']], [{ schema: '[' }, ['schema']], [{ schema: ' ' }, []],
    [{ isTargeted: true, percentage: '100.01' }, ['percentage']], [{ isTargeted: true, percentage: '12.345' }, ['percentage']],
    [{ isTargeted: true, percentage: '' }, ['percentage']], [{ isTargeted: true, percentage: '99.99' }, []],
    [{ isTargeted: true, percentage: '100' }, []], [{ isTargeted: false, percentage: 'x' }, []],
    [{ isTargeted: true, hasOtherwise: true, otherwise: 'yes' }, ['otherwise']], [{ isTargeted: false, hasOtherwise: true, otherwise: 'yes' }, []],
  ];
  for (const [typed, wanted] of cases)
    assert.deepEqual(Object.keys(model.problemsOf(Object.assign(model.modelOf(item()), typed))), wanted, JSON.stringify(typed));
});

test('Two versions differ in the lines that differ', () => {
  const cases = [
    ['a\nb\nc', 'a\nc', ' a|-b| c'], ['a', 'a', ' a'], ['', 'a', '+a'], ['a', '', '-a'], ['a\nb', 'b\na', '-a| b|+a'],
    ['x\na\ny', 'x\nb\ny', ' x|-a|+b| y'],
  ];
  for (const [before_, after, wanted] of cases)
    assert.equal(diff.linesOfDiff(before_, after).map((line) => line.join('')).join('|'), wanted);
});

test('A comparison that would take too long is still one', () => {
  const from = Array.from({ length: 3000 }, (_, index) => `a${index}`).join('\n');
  const lines = diff.linesOfDiff(from, `${from}\nend`);
  assert.equal(lines.length, 6001);
  assert.deepEqual(lines.at(-1), ['+', 'end']);
});

test('A query leaves out what is not given, and escapes what is', () => {
  assert.equal(api.withQuery('/users', { q: 'a b&c', cursor: null, limit: undefined }), '/users?q=a%20b%26c');
  assert.equal(api.withQuery('/users', {}), '/users');
});

test('The charts’ past is bounded, and forgets what is there no more', () => {
  const past = new history.History();
  const sample = (second, actors) => ({
    at: new Date(1e12 + second * 1000).toISOString(), actors, lanes: [], routes: [], db: { pools: [] },
    overview: { requests_per_second: second, errors_per_second: 0, latency: { p99_us: 0 }, cpu_percent: 0, memory_bytes: 0, connections: 0 },
  });
  const actor = { type: 'login', lane: 0, node: 'local', per_second: 1, mailbox: 2 };
  for (let second = 0; second < 1000; second += 1) past.push(sample(second, [actor]));
  assert.equal(past.overview.of('', 'requests').values.length, 300);
  assert.equal(past.overview.of('', 'requests').values.at(-1), 999);
  assert.equal(past.actors.of(history.actorKey(actor), 'mailbox').times.length, 120);
  past.push(sample(1000, []));
  assert.equal(past.actors.of(history.actorKey(actor), 'mailbox'), undefined);
});
