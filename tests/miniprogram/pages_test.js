/** The pages of examples/miniprogram against the real server. */
'use strict';
const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const { Maque } = require('./support/maque_program.js');
const { openMiniprogram } = require('./support/miniprogram.js');
const { until } = require('./support/patience.js');
const { makeWx } = require('./support/wx.js');

let server;
before(async () => { server = await new Maque().start(); });
after(() => server.remove());

/** The mini-program as it is, but for where the server is. */
function openOn(device, options = {}) {
  const settings = { baseUrl: server.url, ...options.settings };
  return openMiniprogram(device, { ...options, settings });
}

async function logIn(device, name) {
  const miniprogram = openOn(device, { settings: { simulatedUser: name } });
  await (await miniprogram.open('index')).onLogIn();
  return miniprogram;
}

describe('The first page', () => {
  test('logs in nobody unasked', async () => {
    const { open, log } = openOn(makeWx());
    const page = await open('index');
    assert.equal(page.data.user, null);
    assert.equal(page.data.problem, '');
    assert.deepEqual(log, ['title 麻雀示例']);
  });

  test('logs in, is logged in when it is opened again, and logs out', async () => {
    const device = makeWx();
    const page = await openOn(device).open('index');
    await page.onLogIn();
    const { user } = page.data;
    assert.match(user.id, /^[1-9][0-9]*$/);
    assert.equal(page.data.isNewUser, true);

    const again = await openOn(device).open('index');
    assert.deepEqual(again.data.user, user);
    await again.onLogOut();
    assert.equal(again.data.user, null);
    assert.equal((await openOn(device).open('index')).data.user, null);
    await again.onLogIn();
    assert.equal(again.data.isNewUser, false);
  });

  test('logs in with the code of WeChat when no user is simulated', async () => {
    const device = makeWx({ user: 'real' });
    const page = await openOn(device, { settings: { simulatedUser: '' } }).open('index');
    await page.onLogIn();
    assert.ok(page.data.user);
    assert.equal(device.logins, 1);
  });

  test('logs out everywhere, and another device finds its way back', async () => {
    const [here, there] = [makeWx(), makeWx()];
    await logIn(there, 'mobile');
    const page = await (await logIn(here, 'mobile')).open('index');
    await page.onLogOutEverywhere();
    assert.equal(page.data.user, null);

    const other = await openOn(there, { settings: { simulatedUser: 'mobile' } }).open('index');
    assert.ok(other.data.user);
  });

  test('does one thing at a time', async () => {
    const device = makeWx();
    const page = await openOn(device).open('index');
    await Promise.all([page.onLogIn(), page.onLogOut()]);
    assert.equal(page.data.busy, false);
    assert.ok((await openOn(device).open('index')).data.user);
  });

  test('says in the language of the user what is wrong', async () => {
    const settings = { baseUrl: 'http://127.0.0.1:1' };
    const seen = [];
    for (const language of ['zh_CN', 'en']) {
      const page = await openOn(makeWx(), { settings, language }).open('index');
      await page.onLogIn();
      seen.push(page.data.problem);
    }
    assert.deepEqual(seen, ['网络不通，请检查网络', 'No connection; please check your network']);
  });
});

describe('The profile', () => {
  test('shows and saves nickname and language', async () => {
    const { open } = await logIn(makeWx(), 'profile');
    const page = await open('profile');
    assert.equal(page.data.user.nickname, '');
    page.onChooseLanguage({ detail: { value: '2' } });
    await page.onSave({ detail: { value: { nickname: '麻雀' } } });
    assert.equal(page.data.saved, true);
    const { user, language } = (await open('profile')).data;
    assert.deepEqual([user.nickname, user.language, language], ['麻雀', 'en', 2]);
  });

  test('says that a nickname is not allowed, and keeps the old one', async () => {
    const { open } = await logIn(makeWx(), 'invalid');
    const page = await open('profile');
    await page.onSave({ detail: { value: { nickname: 'a\nb' } } });
    assert.equal(page.data.problem, '填写的内容不符合要求');
    assert.equal(page.data.saved, false);
    assert.equal((await open('profile')).data.user.nickname, '');
  });

  test('keeps a chosen avatar on the device when nothing uploads it', async () => {
    const { open } = await logIn(makeWx(), 'local');
    const page = await open('profile');
    await page.onChooseAvatar({ detail: { avatarUrl: 'wxfile://tmp_1.png' } });
    assert.deepEqual([page.data.avatar, page.data.avatarStaysHere], ['wxfile://tmp_1.png', true]);
    assert.equal((await open('profile')).data.avatar, '');
  });

  test('saves the address of an avatar that was uploaded', async () => {
    const device = makeWx();
    await logIn(device, 'uploader');
    const uploadAvatar = async (file) => `https://cdn.example.com/${file.length}.png`;
    const { open } = openOn(device, { settings: { simulatedUser: 'uploader', uploadAvatar } });
    const page = await open('profile');
    await page.onChooseAvatar({ detail: { avatarUrl: 'wxfile://tmp_1.png' } });
    assert.equal((await open('profile')).data.avatar, 'https://cdn.example.com/18.png');
  });

  test('sends who is not logged in to the first page', async () => {
    const device = makeWx();
    const { open, log } = await logIn(device, 'leaver');
    await (await open('index')).onLogOut();
    await open('profile');
    assert.equal(log.at(-1), 'reLaunch /pages/index/index');
  });
});

test('The flags are those that the operator has published', async () => {
  const { open, log } = openOn(makeWx());
  const page = await open('flags');
  assert.deepEqual(page.data.flags, []);
  server.command('config-values', 'set', 'theme', '{"color":"blue"}');
  server.command('config-values', 'set', 'maintenance', 'false');
  await until(async () => {
    await page.onReload();
    return page.data.flags.length === 2;
  }, 'both are in force');
  assert.deepEqual(page.data.flags,
    [{ key: 'maintenance', value: 'false' }, { key: 'theme', value: '{"color":"blue"}' }]);
  assert.ok(page.data.version > 0);
  await page.onPullDownRefresh();
  assert.equal(log.at(-1), 'stopPullDownRefresh');
});

test('The sessions are listed, and can be ended but for the own one', async () => {
  const [here, there] = [makeWx(), makeWx()];
  await logIn(there, 'sessions');
  const { open } = await logIn(here, 'sessions');
  const page = await open('sessions');
  assert.deepEqual(page.data.sessions.map(({ current }) => current), [true, false]);
  assert.match(page.data.sessions[0].lastSeen, /^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$/);

  const tap = { currentTarget: { dataset: { id: page.data.sessions[1].id } } };
  await page.onEnd(tap);
  assert.deepEqual(page.data.sessions.map(({ current }) => current), [true]);
  await page.onEnd(tap);
  assert.equal(page.data.problem, '');
});
