/** A runtime whose requests wait until the test answers them, in the order that it likes. */
'use strict';
const { until } = require('./patience.js');
const { makeWx } = require('./wx.js');

const baseUrl = 'http://maque.example';

const tokens = (name) => ({
  access_token: `access-${name}`, refresh_token: `refresh-${name}`, expires_in: 900,
  is_new_user: false, user: { id: '1' },
});

/**
 * @param {string} [name] of the tokens that the device has kept; none without one
 * @returns {object} a runtime. `next(path)` resolves to the oldest request to that path that waits;
 *   it is answered with `succeed(data)`, `refuse(code)`, `lose()` or `answer(reply)`, and has the
 *   `token` that it was sent with. `asked` has all paths.
 */
function makeSlowWx(name) {
  const device = makeWx();
  const { access_token: accessToken, refresh_token: refreshToken } = tokens(name);
  const session = { accessToken, refreshToken, receivedAt: Date.now(), lifetime: 900000 };
  if (name) device.setStorageSync('maque', { baseUrl, session, silent: true });

  const waiting = [];
  const asked = [];
  function request({ url, header, data, timeout, success, fail }) {
    const path = url.slice(baseUrl.length);
    const answer = (statusCode, code, body) =>
      success({ statusCode, header: {}, data: { code, message: 'x', data: body, trace_id: '' } });
    asked.push(path);
    waiting.push({
      path, data, timeout,
      token: (header.Authorization || '').replace('Bearer ', ''),
      succeed: (body) => answer(200, 200, body),
      refuse: (code) => answer(Math.floor(code / 100), code, null),
      lose: () => fail({ errMsg: 'request:fail' }),
      answer: success,
    });
  }
  const next = (path) => until(() => {
    const at = waiting.findIndex((one) => one.path === path);
    return at >= 0 && waiting.splice(at, 1)[0];
  }, `a request to ${path}`);
  return Object.assign(device, { request, next, asked });
}

module.exports = { makeSlowWx, tokens, baseUrl };
