/** WeChat's runtime, as far as the example needs it, over Node's own HTTP. */
'use strict';
const http = require('node:http');

/** PATCH is not among them. */
const methods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'];

let codes = 0;

/** A code that the simulator takes once for the user of that name. */
function simulatedCode(name) {
  codes += 1;
  return `dev-${name}.${process.pid}-${codes}`;
}

/** JSON if it is some, as with `dataType: 'json'`; else text. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (notJson) {
    return text;
  }
}

/** The header fields with their names as the server wrote them. */
function headerOf({ rawHeaders }) {
  const fields = {};
  for (let at = 0; at < rawHeaders.length; at += 2) fields[rawHeaders[at]] = rawHeaders[at + 1];
  return fields;
}

/** wx.request: success for whatever was answered, fail for what was not. */
function send({ url, method = 'GET', data, header = {}, timeout = 60000, success, fail }) {
  const refuse = (reason) => fail({ errMsg: `request:fail ${reason}` });
  if (!methods.includes(method)) return refuse('method is invalid');
  const body = data === undefined ? undefined : JSON.stringify(data);
  const sent = http.request(url, { method, headers: header, agent: false, timeout }, (reply) => {
    const parts = [];
    reply.on('data', (part) => parts.push(part));
    reply.on('error', (error) => refuse(error.message));
    reply.on('end', () => success({
      statusCode: reply.statusCode,
      header: headerOf(reply),
      data: parse(Buffer.concat(parts).toString()),
    }));
  });
  sent.on('timeout', () => sent.destroy(new Error('timeout')));
  sent.on('error', (error) => refuse(error.message));
  return sent.end(body);
}

/**
 * A device. Its storage outlives the mini-program: give it to the next one.
 * @param {{user?: string, storage?: Map<string, string>}} [options] who wx.login logs in
 */
function makeWx({ user = 'alice', storage = new Map() } = {}) {
  return {
    storage,
    /** How often a code was asked for. */
    logins: 0,
    request: send,
    login({ success }) {
      this.logins += 1;
      const code = simulatedCode(user);
      setImmediate(() => success({ code, errMsg: 'login:ok' }));
    },
    getStorageSync: (key) => (storage.has(key) ? JSON.parse(storage.get(key)) : ''),
    setStorageSync: (key, value) => storage.set(key, JSON.stringify(value)),
  };
}

module.exports = { makeWx, simulatedCode };
