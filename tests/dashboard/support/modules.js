/** The dashboard's files, and its modules for Node. */
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const folder = path.join(__dirname, '..', '..', '..', 'http', 'dashboard');
const names = fs.readdirSync(folder).sort();
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');

let copy = null;
/** What a module exports. It is loaded from a copy, which a package.json beside it says is of modules. */
function load(name) {
  if (!copy) {
    copy = fs.mkdtempSync(path.join(os.tmpdir(), 'maque-dashboard-modules-'));
    process.on('exit', () => fs.rmSync(copy, { recursive: true, force: true }));
    fs.writeFileSync(path.join(copy, 'package.json'), '{"type":"module"}');
    for (const each of names.filter((one) => one.endsWith('.js'))) fs.copyFileSync(path.join(folder, each), path.join(copy, each));
  }
  return import(pathToFileURL(path.join(copy, name)).href);
}

module.exports = { load, names, read };
