/** What examples/miniprogram/maque.js does when answers come in an unlucky order. */
'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { createMaque } = require('../../examples/miniprogram/maque.js');
const { makeSlowWx, tokens, baseUrl } = require('./support/slow_wx.js');

const info = '/api/user/info';
const refresh = '/api/v1/token/refresh';

/** A mini-program that starts with the tokens "first". */
function openApp(options = {}) {
  const device = makeSlowWx('first');
  const maque = createMaque({ baseUrl, wx: device, timeout: 10000, ...options });
  return { device, maque };
}

test('A request is repeated once after a 401, and not a second time', async () => {
  const { device, maque } = openApp();
  const profile = maque.profile();
  (await device.next(info)).refuse(40101);
  (await device.next(refresh)).succeed(tokens('second'));
  (await device.next(info)).refuse(40101);
  await assert.rejects(profile, { name: 'token_expired' });
  assert.deepEqual(device.asked, [info, refresh, info]);
});

test('A late 401 to an old token causes no second refresh', async () => {
  const { device, maque } = openApp();
  const profiles = [maque.profile(), maque.profile()];
  const [early, late] = [await device.next(info), await device.next(info)];
  early.refuse(40101);
  (await device.next(refresh)).succeed(tokens('second'));
  (await device.next(info)).succeed({ id: '1' });
  await profiles[0];
  late.refuse(40101);
  const again = await device.next(info);
  assert.equal(again.token, 'access-second');
  again.succeed({ id: '1' });
  await profiles[1];
  assert.equal(device.asked.filter((path) => path === refresh).length, 1);
});

test('A late end of an old session does not end the new one', async () => {
  const { device, maque } = openApp();
  const profile = maque.profile();
  const late = await device.next(info);
  const login = maque.login();
  (await device.next('/api/login')).succeed(tokens('second'));
  await login;
  late.refuse(40102);
  const again = await device.next(info);
  assert.equal(again.token, 'access-second');
  again.succeed({ id: '1' });
  await profile;
  assert.equal(device.logins, 1);
});

for (const [what, answer] of [
  ['tokens', (asked) => asked.succeed(tokens('late'))],
  ['end of the session', (asked) => asked.refuse(40102)]]) {
  test(`A refresh whose ${what} come after a new login changes nothing`, async () => {
    const { device, maque } = openApp();
    const profile = maque.profile();
    (await device.next(info)).refuse(40101);
    const late = await device.next(refresh);
    const login = maque.login();
    (await device.next('/api/login')).succeed(tokens('second'));
    await login;
    answer(late);
    const again = await device.next(info);
    assert.equal(again.token, 'access-second');
    again.succeed({ id: '1' });
    await profile;
    assert.equal(device.getStorageSync('maque').session.refreshToken, 'refresh-second');
  });
}

for (const [what, fail] of [
  ['was lost', (asked) => asked.lose()],
  ['came too late for the server', (asked) => asked.refuse(50400)]]) {
  test(`A refresh whose answer ${what} is repeated at once, with the same token`, async () => {
    const { device, maque } = openApp();
    const profile = maque.profile();
    (await device.next(info)).refuse(40101);
    const first = await device.next(refresh);
    // Both within auth.reuse_window, 10 s.
    assert.ok(first.timeout <= 4000);
    fail(first);
    const second = await device.next(refresh);
    assert.deepEqual(second.data, { refresh_token: 'refresh-first' });
    second.succeed(tokens('second'));
    (await device.next(info)).succeed({ id: '1' });
    await profile;
  });
}

test('A refresh that the server has no time for is not repeated', async () => {
  const { device, maque } = openApp();
  const profile = maque.profile();
  (await device.next(info)).refuse(40101);
  (await device.next(refresh)).refuse(50300);
  await assert.rejects(profile, { kind: 'server', name: 'overloaded' });
  assert.equal(maque.isLoggedIn(), true);
  assert.deepEqual(device.asked, [info, refresh]);
});

test('The appid goes with the codes of WeChat', async () => {
  const { device, maque } = openApp({ appid: 'wx123' });
  const login = maque.login();
  const asked = await device.next('/api/login');
  assert.equal(asked.data.appid, 'wx123');
  asked.succeed(tokens('second'));
  await login;
  const phone = maque.phone('a-code');
  const binding = await device.next('/api/v1/wechat/phone');
  assert.deepEqual(binding.data, { code: 'a-code', appid: 'wx123' });
  binding.succeed({ phone_number: '+8613800000000' });
  await phone;
});

test('Without an appid none is sent', async () => {
  const { device, maque } = openApp();
  maque.login();
  assert.deepEqual(Object.keys((await device.next('/api/login')).data), ['code']);
});

test('A logout without a network ends the session on the device', async () => {
  const { device, maque } = openApp();
  const logout = maque.logout();
  (await device.next('/api/v1/logout')).lose();
  await assert.rejects(logout, { kind: 'network' });
  assert.equal(maque.isLoggedIn(), false);
  await assert.rejects(maque.profile(), { name: 'unauthenticated' });
});

test('A logout of the others without a network changes nothing on the device', async () => {
  const { device, maque } = openApp();
  const logout = maque.logout('others');
  (await device.next('/api/v1/logout')).lose();
  await assert.rejects(logout, { kind: 'network' });
  assert.equal(maque.isLoggedIn(), true);
});

test('A 401 that is not from Maque does not end the session', async () => {
  const { device, maque } = openApp();
  const profile = maque.profile();
  (await device.next(info)).answer({ statusCode: 401, header: {}, data: '<html>' });
  await assert.rejects(profile, { kind: 'client', name: 'unexpected_reply', status: 401 });
  assert.equal(device.getStorageSync('maque').session.accessToken, 'access-first');
});
