/** Whether the files of examples/miniprogram fit together, as WeChat's tools would say. */
'use strict';
const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { root, definitionOf, forgetFiles } = require('./support/miniprogram.js');
const { parseWxml } = require('./support/wxml.js');

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const { pages } = JSON.parse(read('app.json'));

/** Every file of the mini-program, as a path inside it. */
function files(folder = '') {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? files(file) : [file];
  });
}

/** What a page's view consists of. */
const viewOf = (page) => parseWxml(read(`${page}.wxml`));

/** The expressions between {{ and }} in attributes and text. */
function expressionsOf(view) {
  const texts = view.texts.concat(view.tags.flatMap(({ attributes }) => Object.values(attributes)));
  return texts.flatMap((text) => Array.from(text.matchAll(/\{\{(.*?)\}\}/g), ([, inner]) => inner));
}

/** The names that an expression begins to read from; those behind a dot and in quotes are not. */
function namesIn(expression) {
  const bare = expression.replace(/'[^']*'/g, '').replace(/\.[A-Za-z_]\w*/g, '');
  return bare.match(/[A-Za-z_]\w*/g) || [];
}

test('Every JSON file is JSON', () => {
  const names = files().filter((name) => name.endsWith('.json'));
  assert.ok(names.length > pages.length);
  names.forEach((name) => assert.doesNotThrow(() => JSON.parse(read(name)), name));
});

test('Every page in app.json is there, and no other', () => {
  const folders = fs.readdirSync(path.join(root, 'pages'));
  assert.deepEqual([...pages].sort(), folders.map((name) => `pages/${name}/${name}`).sort());
  for (const page of pages)
    for (const kind of ['js', 'json', 'wxml'])
      assert.ok(files().includes(`${page}.${kind}`), `${page}.${kind}`);
});

test('The texts are the same ones in both languages', () => {
  const { chinese, english } = require(path.join(root, 'texts.js'));
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  assert.deepEqual(Object.keys(chinese.problems), Object.keys(english.problems));
});

test('Style sheets close what they open', () => {
  for (const name of files().filter((file) => file.endsWith('.wxss'))) {
    const rules = read(name).replace(/\/\*[^]*?\*\//g, '').replace(/[^{}]*\{([^{}]*)\}/g, '');
    assert.equal(rules.trim(), '', name);
  }
});

test('maque.js keeps to what old runtimes understand, and needs no other file', () => {
  const text = read('maque.js');
  for (const [what, pattern] of [['?.', /\?\.[A-Za-z_[(]/], ['??', /\?\?/], ['require', /\brequire\(/g],
    ['.flatMap', /\.(flatMap|flat|fromEntries|allSettled|matchAll|replaceAll|at)\(/],
    ['catch without a name', /catch \{/], ['private fields', /this\.#/]]) {
    const code = text.replace(/^ \*.*$/gm, '');
    assert.doesNotMatch(code, pattern, what);
  }
  assert.ok(text.split('\n').length <= 330);
});

describe('A page', () => {
  for (const page of pages) {
    forgetFiles();
    const definition = definitionOf(page);

    test(`has well-formed markup: ${page}`, () => {
      assert.ok(viewOf(page).tags.length > 0);
    });

    test(`has every handler that its view names: ${page}`, () => {
      const handlers = viewOf(page).tags.flatMap(({ attributes }) => Object.entries(attributes))
        .filter(([name]) => /^(bind|catch)/.test(name)).map(([, handler]) => handler);
      for (const handler of handlers) assert.equal(typeof definition[handler], 'function', handler);
      const own = Object.keys(definition)
        .filter((name) => /^on/.test(name) && !/^on(Load|Show|PullDownRefresh)$/.test(name));
      assert.deepEqual(own.sort(), [...new Set(handlers)].sort());
    });

    test(`has all data that its view shows: ${page}`, () => {
      const { chinese } = require(path.join(root, 'texts.js'));
      const known = new Set([...Object.keys(definition.data), 'item', 'index']);
      for (const expression of expressionsOf(viewOf(page))) {
        for (const name of namesIn(expression)) assert.ok(known.has(name), `${name} in ${expression}`);
        for (const [, key] of expression.matchAll(/\btexts\.(\w+)/g))
          assert.ok(key in chinese, `texts.${key}`);
      }
    });

    test(`has a rule for every class: ${page}`, () => {
      const own = files().includes(`${page}.wxss`) ? read(`${page}.wxss`) : '';
      const rules = new Set((read('app.wxss') + own).match(/\.[a-z-]+(?= \{)/g));
      for (const { attributes } of viewOf(page).tags)
        for (const name of (attributes.class || '').split(' ').filter(Boolean))
          assert.ok(rules.has(`.${name}`), name);
    });

    test(`leads only to pages that are there: ${page}`, () => {
      for (const { attributes } of viewOf(page).tags)
        if (attributes.url) assert.ok(pages.includes(attributes.url.slice(1)), attributes.url);
    });
  }
});
