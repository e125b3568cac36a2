/** examples/miniprogram/maque.js against the real server. */
'use strict';
const assert = require('node:assert/strict');
const { after, afterEach, before, beforeEach, describe, test } = require('node:test');
const { createMaque, MaqueError } = require('../../examples/miniprogram/maque.js');
const { Maque } = require('./support/maque_program.js');
const { until } = require('./support/patience.js');
const { startProxy } = require('./support/proxy.js');
const { makeWx } = require('./support/wx.js');

const minute = 60 * 1000;

/** A mini-program that has just been opened on a device. */
function openApp(server, device, options = {}) {
  return createMaque({ baseUrl: server.url, wx: device, timeout: 5000, ...options });
}

/** What the device keeps of the session. */
function keptBy(device) {
  return device.getStorageSync('maque').session;
}

/** Waits until the server takes the access token for expired. */
function untilExpired(server, device) {
  return until(async () => {
    const header = { Authorization: `Bearer ${keptBy(device).accessToken}` };
    const reply = await fetch(`${server.url}/api/user/info`, { headers: header });
    return (await reply.json()).code === 40101;
  }, 'the access token has expired');
}

describe('A client', () => {
  let server;
  let proxy;
  before(async () => { server = await new Maque().start(); });
  after(() => server.remove());
  beforeEach(async () => { proxy = await startProxy(server.url); });
  afterEach(() => proxy.close());

  test('logs in when it asks for the first time, once for all that it asks at once', async () => {
    const device = makeWx({ user: 'first' });
    const maque = openApp(proxy, device);
    assert.equal(maque.isLoggedIn(), false);
    const profiles = await Promise.all(Array.from({ length: 10 }, () => maque.profile()));
    assert.equal(new Set(profiles.map(({ id }) => id)).size, 1);
    assert.equal(maque.isLoggedIn(), true);
    assert.equal(device.logins, 1);
    assert.equal(proxy.count('POST /api/login'), 1);
  });

  test('tells who has logged in, and whether for the first time', async () => {
    const device = makeWx({ user: 'newcomer' });
    const first = await openApp(proxy, device).login();
    const second = await openApp(proxy, device).login();
    assert.deepEqual([first.isNewUser, second.isNewUser], [true, false]);
    assert.equal(first.user.id, second.user.id);
  });

  test('is still logged in when the mini-program is opened again', async () => {
    const device = makeWx({ user: 'returning' });
    const before = await openApp(proxy, device).profile();
    const again = openApp(proxy, makeWx({ user: 'returning', storage: device.storage }));
    assert.equal(again.isLoggedIn(), true);
    assert.equal((await again.profile()).id, before.id);
    assert.equal(proxy.count('POST /api/login'), 1);
  });

  test('gives the tokens of one server to no other', async () => {
    const device = makeWx({ user: 'careful' });
    await openApp(server, device).login();
    assert.equal(openApp(proxy, device).isLoggedIn(), false);
  });

  test('renews the tokens shortly before they expire', async () => {
    let time = Date.now();
    const maque = openApp(proxy, makeWx({ user: 'early' }), { now: () => time });
    await maque.login();
    time += 14 * minute;
    await maque.profile();
    assert.equal(proxy.count('POST /api/v1/token/refresh'), 0);
    time += minute * 0.75;
    await Promise.all(Array.from({ length: 10 }, () => maque.profile()));
    assert.equal(proxy.count('POST /api/v1/token/refresh'), 1);
    assert.equal(proxy.count('GET /api/user/info 401'), 0);
  });

  test('renews the tokens when the clock was set back and says nothing any more', async () => {
    let time = Date.now();
    const maque = openApp(proxy, makeWx({ user: 'clock' }), { now: () => time });
    await maque.login();
    time -= minute;
    await maque.profile();
    await maque.profile();
    assert.equal(proxy.count('POST /api/v1/token/refresh 200'), 1);
  });

  test('keeps the session when the answer to a refresh gets lost', async () => {
    let time = Date.now();
    // Without relogin only the session itself can still answer.
    const options = { now: () => time, relogin: false };
    const maque = openApp(proxy, makeWx({ user: 'lossy' }), options);
    await maque.login();
    proxy.lose = 1;
    time += 15 * minute;
    await maque.profile();
    assert.equal(proxy.count('POST /api/v1/token/refresh 200'), 2);
    time += 15 * minute;
    await maque.profile();
    assert.equal(proxy.count('POST /api/v1/token/refresh 200'), 3);
  });

  test('fails without losing the session when answers to refreshes go on being lost', async () => {
    let time = Date.now();
    const device = makeWx({ user: 'cut-off' });
    const maque = openApp(proxy, device, { now: () => time });
    await maque.login();
    proxy.lose = 2;
    time += 15 * minute;
    await assert.rejects(maque.profile(), { kind: 'network', name: 'unreachable' });
    await maque.profile();
    assert.equal(device.logins, 1);
  });

  test('logs out, and in again only when told to', async () => {
    const device = makeWx({ user: 'leaving' });
    const maque = openApp(proxy, device);
    await maque.login();
    const { accessToken } = keptBy(device);
    assert.equal(await maque.logout(), 1);
    assert.equal(maque.isLoggedIn(), false);
    assert.equal(keptBy(device), null);
    const header = { Authorization: `Bearer ${accessToken}` };
    assert.equal((await fetch(`${server.url}/api/user/info`, { headers: header })).status, 401);

    const nobody = { kind: 'client', name: 'unauthenticated', code: 40100, status: 0 };
    await assert.rejects(maque.profile(), nobody);
    await assert.rejects(openApp(proxy, device).profile(), nobody);
    assert.equal(await maque.logout(), 0);
    assert.equal(device.logins, 1);
    await maque.login();
    await maque.profile();
  });

  test('stays logged out when a refresh is under way at the time', async () => {
    let time = Date.now();
    const device = makeWx({ user: 'hasty' });
    const maque = openApp(proxy, device, { now: () => time });
    await maque.login();
    time += 15 * minute;
    const [, ended] = await Promise.allSettled([maque.profile(), maque.logout()]);
    assert.equal(ended.value, 1);
    await assert.rejects(maque.profile(), { name: 'unauthenticated' });
    assert.equal(keptBy(device), null);
  });

  test('stays logged out when a login is under way at the time', async () => {
    const device = makeWx({ user: 'undecided' });
    const maque = openApp(proxy, device);
    await Promise.all([maque.login(), maque.logout()]);
    await assert.rejects(maque.profile(), { name: 'unauthenticated' });
  });

  test('ends the other sessions and keeps its own', async () => {
    const [here, there] = [makeWx({ user: 'double' }), makeWx({ user: 'double' })];
    const [maque, other] = [openApp(proxy, here), openApp(proxy, there, { relogin: false })];
    await maque.login();
    await other.login();
    assert.equal(await maque.logout('others'), 1);
    await maque.profile();
    await assert.rejects(other.profile(), { name: 'session_ended' });
  });

  describe('whose session was ended elsewhere', () => {
    async function endedElsewhere(options) {
      const devices = [makeWx({ user: 'elsewhere' }), makeWx({ user: 'elsewhere' })];
      const [here, there] = [openApp(proxy, devices[0], options), openApp(proxy, devices[1])];
      await here.login();
      await there.login();
      const mine = (await here.sessions()).find(({ current }) => current);
      await there.endSession(mine.id);
      return { here, device: devices[0] };
    }

    test('logs in again without asking, once for all that it asks', async () => {
      const { here, device } = await endedElsewhere();
      await Promise.all(Array.from({ length: 10 }, () => here.profile()));
      assert.equal(device.logins, 2);
    });

    test('tells it, drops the tokens and does nothing, if told so', async () => {
      const { here, device } = await endedElsewhere({ relogin: false });
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => here.profile()));
      for (const { reason } of results) {
        assert.ok(reason instanceof MaqueError);
        assert.deepEqual([reason.kind, reason.name, reason.code], ['client', 'session_ended', 40102]);
        assert.match(reason.traceId, /^[0-9a-f]{32}$/);
      }
      assert.equal(keptBy(device), null);
      assert.equal(device.logins, 1);
      await assert.rejects(here.profile(), { name: 'unauthenticated' });
    });

    test('finds it out by its refresh token, too', async () => {
      let time = Date.now();
      const { here } = await endedElsewhere({ relogin: false, now: () => time });
      time += 15 * minute;
      await assert.rejects(here.profile(), { name: 'session_ended', code: 40102 });
      assert.equal(here.isLoggedIn(), false);
    });
  });

  test('takes a refresh token that is none for the end of the session', async () => {
    let time = Date.now();
    const device = makeWx({ user: 'garbled' });
    await openApp(proxy, device).login();
    const stored = device.getStorageSync('maque');
    stored.session.refreshToken = 'none';
    device.setStorageSync('maque', stored);
    time += 15 * minute;
    const maque = openApp(proxy, device, { now: () => time, relogin: false });
    await assert.rejects(maque.profile(), { name: 'session_ended' });
    assert.equal(proxy.count('POST /api/v1/token/refresh 401'), 1);
  });

  test('changes the profile', async () => {
    const maque = openApp(proxy, makeWx({ user: 'vain' }));
    const changed = await maque.updateProfile({ nickname: '麻雀', language: 'zh-CN' });
    assert.deepEqual([changed.nickname, changed.language], ['麻雀', 'zh-CN']);
    assert.equal((await maque.profile()).nickname, '麻雀');
    await assert.rejects(maque.updateProfile({ nickname: 'x'.repeat(65) }),
      { kind: 'client', name: 'invalid_field', code: 40002, status: 400 });
  });

  test('reads a configuration anew only when it has changed', async () => {
    const device = makeWx();
    const maque = openApp(proxy, device);
    server.command('config-values', 'set', 'theme', '{"color":"blue"}');
    await until(async () => (await maque.config()).values.theme, 'it is in force');
    assert.deepEqual(await maque.config('theme'), { color: 'blue' });
    assert.deepEqual(await maque.config('theme'), { color: 'blue' });
    assert.equal(proxy.count('GET /api/config/theme 200'), 1);
    assert.equal(proxy.count('GET /api/config/theme 304'), 1);
    assert.deepEqual(await openApp(proxy, device).config('theme'), { color: 'blue' });
    assert.equal(proxy.count('GET /api/config/theme 304'), 2);

    server.command('config-values', 'set', 'theme', '{"color":"red"}');
    await until(async () => (await maque.config('theme')).color === 'red', 'the new one is in force');
    await assert.rejects(maque.config('不存在/?'), { name: 'config_key_not_found', status: 404 });
    assert.equal(device.logins, 0);
  });
});

describe('A client whose access tokens are good for a second', () => {
  let server;
  before(async () => { server = await new Maque(['--auth.access_ttl=1s']).start(); });
  after(() => server.remove());

  test('refreshes once for ten requests with an expired token', async (t) => {
    const proxy = await startProxy(server.url);
    t.after(() => proxy.close());
    const device = makeWx({ user: 'expired' });
    // Its clock stands still, so that it learns of the expiry by the server's answers.
    const time = Date.now();
    const maque = openApp(proxy, device, { now: () => time });
    const { user } = await maque.login();
    await untilExpired(server, device);
    const profiles = await Promise.all(Array.from({ length: 10 }, () => maque.profile()));
    assert.ok(profiles.every(({ id }) => id === user.id));
    assert.equal(proxy.count('GET /api/user/info 401'), 10);
    assert.equal(proxy.count('POST /api/v1/token/refresh'), 1);
    assert.equal(proxy.count('GET /api/user/info 200'), 10);
    assert.equal(device.logins, 1);
  });
});

describe('A client with a password', () => {
  let server;
  before(async () => { server = await new Maque(['--accounts.registration=open']).start(); });
  after(() => server.remove());

  test('registers, logs in, and is not logged in as somebody else by WeChat', async () => {
    const device = makeWx();
    const maque = openApp(server, device);
    const registered = await maque.register('sparrow', 'a long enough secret');
    await maque.logout();
    await assert.rejects(maque.loginWithPassword('sparrow', 'wrong'),
      { kind: 'client', name: 'bad_credentials', code: 40103, status: 401 });
    const { user } = await maque.loginWithPassword('sparrow', 'a long enough secret');
    assert.equal(user.id, registered.user.id);

    const other = openApp(server, makeWx());
    await other.loginWithPassword('sparrow', 'a long enough secret');
    await other.logout('all');
    await assert.rejects(maque.profile(), { name: 'session_ended' });
    await assert.rejects(maque.profile(), { name: 'unauthenticated' });
    assert.equal(device.logins, 0);
  });

  test('keeps the session when a password that it confirms is wrong', async () => {
    const maque = openApp(server, makeWx());
    await maque.register('finch', 'a long enough secret');
    const change = { current_password: 'wrong', new_password: 'another long secret' };
    await assert.rejects(maque.request('PUT', '/api/v1/user/password', change),
      { name: 'bad_credentials' });
    assert.equal(maque.isLoggedIn(), true);
    await maque.profile();
  });
});

test('A client goes on where it was when the server has been restarted', async (t) => {
  let time = Date.now();
  const server = await new Maque().start();
  t.after(() => server.remove());
  const device = makeWx({ user: 'patient' });
  const maque = openApp(server, device, { now: () => time });
  const { user } = await maque.login();

  await server.stop();
  await assert.rejects(maque.profile(), { kind: 'network', name: 'unreachable', code: 0, status: 0 });
  time += 15 * minute;
  await assert.rejects(maque.profile(), { kind: 'network' });
  assert.equal(maque.isLoggedIn(), true);

  await server.start();
  assert.equal((await maque.profile()).id, user.id);
  assert.equal(device.logins, 1);
});
