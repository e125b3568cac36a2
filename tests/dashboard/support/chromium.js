/** A headless Chromium with a profile of its own, spoken to by the DevTools protocol over a pipe. */
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Page } = require('./page.js');

const program = process.env.MAQUE_CHROMIUM;
if (!program) throw new Error('MAQUE_CHROMIUM: not set to the path of Chromium');

const commandTimeout = 120000; // Milliseconds; a busy machine starts a browser in many seconds.
const flags = [
  '--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check',
  '--disable-background-networking', '--disable-component-update', '--disable-default-apps',
  '--disable-dev-shm-usage', '--disable-extensions', '--disable-gpu', '--disable-sync',
  '--force-color-profile=srgb', '--hide-scrollbars', '--mute-audio',
];

const groups = new Set();
/** Ends a process with all its children: it leads a group of its own. */
function kill(group) {
  groups.delete(group);
  try {
    process.kill(-group, 'SIGKILL');
  } catch (failed) {
    if (failed.code !== 'ESRCH') throw failed; // It has ended by itself.
  }
}
process.on('exit', () => groups.forEach(kill));

class Chromium {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'maque-dashboard-chromium-'));
    this.waiting = new Map();
    this.pages = new Map();
    this.lastId = 0;
    this.printed = '';
  }

  /** Resolves when it answers. @param {string} language what the browser asks for, e.g. 'en-GB' */
  async start({ language = 'en-GB' } = {}) {
    const more = [`--user-data-dir=${this.folder}`, `--lang=${language}`, `--accept-lang=${language}`];
    if (process.getuid() === 0) more.push('--no-sandbox');
    // Nothing of the user's own: neither where its settings are, nor a display.
    const env = { PATH: process.env.PATH, HOME: this.folder, LANG: 'C.UTF-8', LANGUAGE: language.replace('-', '_'), TZ: 'UTC' };
    this.child = spawn(program, [...flags, ...more, 'about:blank'],
      { cwd: this.folder, env, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
    groups.add(this.child.pid);
    this.child.stderr.on('data', (text) => { this.printed = (this.printed + text).slice(-4000); });
    this.ended = new Promise((resolve) => { this.child.on('close', resolve); });
    this.ended.then((code) => this.fail(new Error(`Chromium ended with ${code} and printed: ${this.printed}`)));
    [, , , this.to, this.from] = this.child.stdio;
    this.to.on('error', (failed) => this.fail(failed));
    this.read();
    await this.send('Browser.getVersion');
    return this;
  }

  fail(cause) {
    for (const { reject } of this.waiting.values()) reject(cause);
    this.waiting.clear();
  }

  /** Messages are JSON, each with a zero byte behind it. */
  read() {
    let begun = [];
    this.from.on('data', (bytes) => {
      let from = 0;
      for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, from)) {
        this.take(JSON.parse(Buffer.concat([...begun, bytes.subarray(from, end)]).toString('utf8')));
        begun = [];
        from = end + 1;
      }
      if (from < bytes.length) begun.push(bytes.subarray(from));
    });
  }

  take(message) {
    if (message.id === undefined) {
      this.pages.get(message.sessionId)?.take(message.method, message.params);
      return;
    }
    const asked = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) asked?.reject(new Error(`${asked.method}: ${message.error.message}`));
    else asked?.resolve(message.result);
  }

  /** @returns {Promise<object>} the command's result */
  send(method, params = {}, sessionId = undefined) {
    this.lastId += 1;
    const id = this.lastId;
    const answered = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer; Chromium printed: ${this.printed}`)), commandTimeout);
      const settle = (how) => (value) => {
        clearTimeout(late);
        how(value);
      };
      this.waiting.set(id, { method, resolve: settle(resolve), reject: settle(reject) });
    });
    this.to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return answered;
  }

  /** A new page that nothing has been opened in. */
  async newPage() {
    const { browserContextId } = await this.send('Target.createBrowserContext');
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId, width: 1440, height: 900 });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page((method, params) => this.send(method, params, sessionId));
    this.pages.set(sessionId, page);
    await page.start();
    return page;
  }

  async close() {
    kill(this.child.pid);
    await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

module.exports = { Chromium };
