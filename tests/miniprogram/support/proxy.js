/** Stands between a mini-program and Maque: counts what goes through, and loses answers. */
'use strict';
const http = require('node:http');

/**
 * Lets through what it is asked.
 * @returns {Promise<object>} `url`; `seen`, e.g. ['POST /api/login 200']; `lose`, how many answers to
 *   POST /api/v1/token/refresh get lost from now on; `close()`
 */
async function startProxy(target) {
  const proxy = { seen: [], lose: 0 };
  const server = http.createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const passed = http.request(target + url, { method, headers, agent: false }, (reply) => {
      proxy.seen.push(`${method} ${url} ${reply.statusCode}`);
      if (url === '/api/v1/token/refresh' && proxy.lose > 0) {
        proxy.lose -= 1;
        reply.resume();
        asked.socket.destroy();
        return;
      }
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  proxy.count = (start) => proxy.seen.filter((line) => line.startsWith(start)).length;
  proxy.close = () => new Promise((resolve) => { server.close(resolve); });
  return proxy;
}

/** A server that answers everything as `answer.status`, `answer.header` and `answer.body` say. */
async function startScripted() {
  const scripted = { answer: { status: 200, header: {}, body: '' }, asked: 0 };
  const server = http.createServer((asked, reply) => {
    scripted.asked += 1;
    asked.resume();
    if (scripted.answer.silent) return;
    const { status, header, body } = scripted.answer;
    reply.writeHead(status, Object.assign({ Connection: 'close' }, header));
    reply.end(body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  scripted.url = `http://127.0.0.1:${server.address().port}`;
  scripted.close = () => new Promise((resolve) => { server.close(resolve); });
  return scripted;
}

module.exports = { startProxy, startScripted };
