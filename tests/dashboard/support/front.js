/** What users and other operators do meanwhile, without the page. */
'use strict';
const assert = require('node:assert/strict');

const mostLoad = 120000; // Milliseconds, whatever happens to the test.
let logins = 0;

async function ask(method, url, { body, bearer } = {}) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const { data } = await answer.json();
  return { status: answer.status, data };
}

/** Logs a user of the simulator in: access_token, user. */
async function logIn(server, name) {
  logins += 1;
  const { status, data } = await ask('POST', `${server.url}/api/login`, { body: { code: `dev-${name}.${logins}` } });
  assert.equal(status, 200);
  return data;
}

/** Whether an access token is still good. */
const isSignedIn = async (server, { access_token: bearer }) =>
  (await ask('GET', `${server.url}/api/user/info`, { bearer })).status === 200;

/** The published value of a key, as clients get it; undefined if there is none. */
const published = async (server, key) => (await ask('GET', `${server.url}/api/config`)).data.values[key];

/** Asks for /ping as fast as four at a time can. @returns {function} ends it */
function startLoad(server) {
  let isWanted = true;
  const end = Date.now() + mostLoad;
  const asking = Array.from({ length: 4 }, async () => {
    while (isWanted && Date.now() < end) await (await fetch(`${server.url}/ping`)).text();
  });
  return async () => {
    isWanted = false;
    await Promise.all(asking);
  };
}

module.exports = { ask, isSignedIn, logIn, published, startLoad };
