/** The phone number of examples/miniprogram against the real server and its simulator. */
'use strict';
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { createMaque } = require('../../examples/miniprogram/maque.js');
const { Maque } = require('./support/maque_program.js');
const { openMiniprogram } = require('./support/miniprogram.js');
const { makeWx } = require('./support/wx.js');

let server;
before(async () => { server = await new Maque().start(); });
after(() => server.remove());

test('A client binds the number behind a code, once, and finds it again', async () => {
  const maque = createMaque({ baseUrl: server.url, wx: makeWx({ user: 'caller' }) });
  assert.equal(await maque.phone(), null);
  const bound = await maque.phone('phone-13800138000.1');
  assert.equal(bound.local_number, '13800138000');
  assert.equal(bound.country_code, '86');
  assert.deepEqual(await maque.phone(), bound);
  await assert.rejects(maque.phone('phone-13800138000.1'),
    { kind: 'client', name: 'invalid_code', code: 40003, status: 400 });
  await assert.rejects(maque.phone('dev-caller.2'), { name: 'invalid_code' });
  assert.deepEqual(await maque.phone(), bound);
});

test('The phone page binds the number, and shows it when it is opened again', async () => {
  const { open } = openMiniprogram(makeWx(), { settings: { baseUrl: server.url } });
  await (await open('index')).onLogIn();
  const page = await open('phone');
  assert.equal(page.data.phone, null);
  await page.onGetPhoneNumber({ detail: { errMsg: 'getPhoneNumber:fail no permission' } });
  assert.equal(page.data.problem, '');
  assert.match(page.data.phone.number, /13800000000$/);
  assert.match(page.data.phone.boundAt, /^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$/);
  assert.deepEqual((await open('phone')).data.phone, page.data.phone);
});

test('The phone page sends the code of WeChat when no user is simulated', async () => {
  const settings = { baseUrl: server.url, simulatedUser: '' };
  const { open } = openMiniprogram(makeWx({ user: 'real' }), { settings });
  await (await open('index')).onLogIn();
  const page = await open('phone');
  await page.onGetPhoneNumber({ detail: { code: 'phone-13900139000.1' } });
  assert.match(page.data.phone.number, /13900139000$/);
});

test('The phone page says that nothing was bound when the user refuses', async () => {
  const settings = { baseUrl: server.url, simulatedUser: '' };
  const { open } = openMiniprogram(makeWx({ user: 'shy' }), { settings });
  await (await open('index')).onLogIn();
  const page = await open('phone');
  await page.onGetPhoneNumber({ detail: { errMsg: 'getPhoneNumber:fail user deny' } });
  assert.equal(page.data.refused, true);
  assert.equal(page.data.phone, null);
  assert.equal(page.data.problem, '');
});
