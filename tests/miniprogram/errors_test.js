/** What examples/miniprogram/maque.js makes of everything that is no success. */
'use strict';
const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { createMaque, MaqueError } = require('../../examples/miniprogram/maque.js');
const { startScripted } = require('./support/proxy.js');
const { makeWx } = require('./support/wx.js');

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** The rows of docs/errors.md. */
function documentedErrors() {
  const text = fs.readFileSync(path.join(__dirname, '../../docs/errors.md'), 'utf8');
  const row = /^\| ([0-9]{5}) \| ([0-9]{3}) \| ([a-z]+) \| `([a-z_]+)` \| ([^|]+) \|/gm;
  return Array.from(text.matchAll(row), ([, code, status, kind, name, message]) =>
    ({ code: Number(code), status: Number(status), kind, name, message }));
}

describe('A client', () => {
  let server;
  before(async () => { server = await startScripted(); });
  after(() => server.close());

  function openApp(wx = makeWx()) {
    return createMaque({ baseUrl: server.url, wx, timeout: 5000 });
  }

  /** What `run` fails with when the server answers so. */
  async function errorOf(answer, run = (maque) => maque.config()) {
    server.answer = { header: {}, body: '', ...answer };
    const [{ reason }] = await Promise.allSettled([run(openApp())]);
    assert.ok(reason instanceof MaqueError, String(reason));
    return reason;
  }

  test('knows each documented error by its name and its kind', async () => {
    const documented = documentedErrors();
    assert.ok(documented.length > 40);
    for (const { code, status, kind, name, message } of documented) {
      const body = JSON.stringify({ code, message, data: null, trace_id: traceId });
      const error = await errorOf({ status, body });
      const seen = { code: error.code, status: error.status, kind: error.kind, name: error.name };
      assert.deepEqual(seen, { code, status, kind, name });
      assert.equal(error.message, message);
      assert.equal(error.traceId, traceId);
      assert.equal(error.retryAfter, null);
    }
  });

  test('takes a code that it does not know for what its status says', async () => {
    const envelope = (code) => JSON.stringify({ code, message: 'new', data: null, trace_id: traceId });
    const seen = [];
    for (const code of [40999, 50099, 50299, 50399]) {
      const { kind, name } = await errorOf({ status: Math.floor(code / 100), body: envelope(code) });
      seen.push([code, kind, name]);
    }
    assert.deepEqual(seen, [[40999, 'client', 'unknown'], [50099, 'server', 'unknown'],
      [50299, 'upstream', 'unknown'], [50399, 'server', 'unknown']]);
  });

  const page = '<html><body>Bad Gateway</body></html>';
  const wrong = [
    ['a page of a proxy', { status: 502, body: page }, 'server'],
    ['a page with status 404', { status: 404, body: page }, 'client'],
    ['a page that wants a login to the network', { status: 200, body: page }, 'network'],
    ['nothing at all', { status: 503 }, 'server'],
    ['an empty success', { status: 200 }, 'network'],
    ['JSON that is cut off', { status: 200, body: '{"code":200,"mess' }, 'network'],
    ['JSON of another make', { status: 200, body: '{"errcode":0}' }, 'network'],
    ['null', { status: 500, body: 'null' }, 'server'],
    ['a failure that calls itself a success', { status: 200, body: '{"code":50000}' }, 'network'],
    ['a 304 that was not asked for', { status: 304 }, 'network'],
  ];
  for (const [what, answer, kind] of wrong) {
    test(`is not taken in by ${what}`, async () => {
      const error = await errorOf({ ...answer, header: { 'X-Trace-Id': traceId } });
      assert.deepEqual([error.kind, error.name, error.code, error.status, error.traceId],
        [kind, 'unexpected_reply', 0, answer.status, traceId]);
    });
  }

  test('tells how long to wait, and waits for nothing and repeats nothing by itself', async () => {
    const body = JSON.stringify({ code: 42900, message: 'x', data: null, trace_id: traceId });
    const busy = { status: 429, body, header: { 'Retry-After': '7' } };
    server.asked = 0;
    assert.equal((await errorOf(busy)).retryAfter, 7);
    assert.equal((await errorOf({ status: 503, header: { 'RETRY-AFTER': '0' } })).retryAfter, 0);
    const date = { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' };
    assert.equal((await errorOf({ status: 503, header: date })).retryAfter, null);
    assert.equal(server.asked, 3);
  });

  test('asks WeChat for one more code when the first one was no good, and for no third', async () => {
    const body = JSON.stringify({ code: 40003, message: 'x', data: null, trace_id: traceId });
    const device = makeWx();
    server.answer = { status: 400, header: {}, body };
    await assert.rejects(openApp(device).login(), { name: 'invalid_code' });
    assert.equal(device.logins, 2);
  });

  test('asks WeChat for no second code when it was not the code', async () => {
    const body = JSON.stringify({ code: 40301, message: 'x', data: null, trace_id: traceId });
    const device = makeWx();
    server.answer = { status: 403, header: {}, body };
    await assert.rejects(openApp(device).login(), { name: 'account_disabled' });
    assert.equal(device.logins, 1);
  });

  test('gives up when there is no answer in time', async () => {
    server.answer = { silent: true };
    const maque = createMaque({ baseUrl: server.url, wx: makeWx(), timeout: 100 });
    await assert.rejects(maque.config(), { kind: 'network', name: 'timeout', code: 0, status: 0 });
  });

  test('says so when wx.login fails, or gives no code', async () => {
    const answers = [({ fail }) => fail({ errMsg: 'login:fail' }),
      ({ success }) => success({ errMsg: 'login:fail' })];
    for (const login of answers)
      await assert.rejects(openApp({ ...makeWx(), login }).profile(),
        { kind: 'network', name: 'wx_login_failed', message: 'login:fail' });
  });

  test('works without storage that can be written to', async () => {
    const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 900, user: { id: '1' } };
    const body = JSON.stringify({ code: 200, message: 'ok', data: tokens, trace_id: traceId });
    server.answer = { status: 200, header: {}, body };
    const maque = openApp({ ...makeWx(), setStorageSync: () => { throw new Error('full'); } });
    await maque.login();
    assert.equal(maque.isLoggedIn(), true);
  });
});
