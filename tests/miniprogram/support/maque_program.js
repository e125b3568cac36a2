/** The maque program, on a port of its own, with its data in a temporary folder. */
'use strict';
const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { until } = require('./patience.js');

const program = process.env.MAQUE_PROGRAM;
if (!program) throw new Error('MAQUE_PROGRAM: not set to the path of the maque program');

/** What the program needs of our own environment; above all no setting of Maque's. */
function cleanEnvironment() {
  const names = ['PATH', 'HOME', 'ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'];
  return Object.fromEntries(names.filter((name) => name in process.env)
    .map((name) => [name, process.env[name]]));
}

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

class Maque {
  /** @param {string[]} settings e.g. ['--auth.access_ttl=1s'] */
  constructor(settings = []) {
    this.settings = settings;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'maque-miniprogram-'));
    this.port = 0;
  }

  /** Resolves when it listens; again on the same port, with the same data, if it did before. */
  async start() {
    const ports = [`--http.port=${this.port}`, '--admin.port=0'];
    const child = spawn(program, [...ports, ...this.settings],
      { cwd: this.folder, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
    children.add(child);
    let printed = '';
    child.stderr.on('data', (text) => { printed += text; });
    const ended = new Promise((resolve) => { child.on('close', resolve); });
    ended.then(() => children.delete(child));
    this.child = child;
    this.ended = ended;
    this.printed = () => printed;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`maque ended and printed: ${printed}`);
      return printed.includes('  WeChat  '); // Behind the address.
    }, `maque listens; it printed: ${printed}`);
    this.port = Number(/listens on http:\/\/127\.0\.0\.1:([0-9]+)/.exec(printed)[1]);
    this.url = `http://127.0.0.1:${this.port}`;
    /** Where the operator's listener is. */
    this.operatorUrl = /(http:\/\/127\.0\.0\.1:[0-9]+)\/(?:metrics|admin)/.exec(printed)[1];
    return this;
  }

  /** Fails if it doesn't end well, e.g. because a sanitizer found something. */
  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`maque ended with ${code} and printed: ${this.printed()}`);
  }

  async remove() {
    try {
      await this.stop();
    } finally {
      fs.rmSync(this.folder, { recursive: true });
    }
  }

  /** A command of the operator, e.g. command('config-values', 'set', 'theme', '"blue"'). */
  command(...words) {
    return execFileSync(program, words, { cwd: this.folder, env: cleanEnvironment(), stdio: 'pipe' });
  }
}

module.exports = { Maque };
