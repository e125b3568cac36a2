/** The mini-program itself, opened on a device; its pages without the views. */
'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');

const root = path.join(__dirname, '../../../examples/miniprogram');

/** As after a cold start: no file has been run yet. */
function forgetFiles() {
  Object.keys(require.cache).filter((file) => file.startsWith(root + path.sep))
    .forEach((file) => delete require.cache[file]);
}

/** What a page's file gives to Page(). */
function definitionOf(page) {
  let definition;
  global.Page = (given) => { definition = given; };
  const file = require.resolve(path.join(root, page));
  delete require.cache[file]; // It is run each time that the page is opened.
  require(file);
  return definition;
}

/** A page as its own handlers see it. */
function makePage(definition) {
  return {
    ...definition,
    data: structuredClone(definition.data),
    setData(changes) {
      Object.entries(changes).forEach(([key, value]) =>
        assert.notEqual(value, undefined, `setData takes no undefined: ${key}`));
      Object.assign(this.data, JSON.parse(JSON.stringify(changes)));
    },
  };
}

/**
 * @param {object} device of makeWx(); keeps the storage
 * @param {{settings?: object, language?: string}} [options] what settings.js says otherwise
 * @returns {{open: function(string): Promise<object>, log: string[]}} `open` resolves to a page that has
 *   been loaded and shown; `log` has what was asked of the views
 */
function openMiniprogram(device, { settings = {}, language = 'zh_CN' } = {}) {
  forgetFiles();
  Object.assign(require(path.join(root, 'settings.js')), settings);
  const log = [];
  global.wx = Object.assign(device, {
    getAppBaseInfo: () => ({ language }),
    setNavigationBarTitle: ({ title }) => log.push(`title ${title}`),
    reLaunch: ({ url }) => log.push(`reLaunch ${url}`),
    stopPullDownRefresh: () => log.push('stopPullDownRefresh'),
  });
  let app;
  global.App = (given) => { app = given; };
  global.getApp = () => app;
  require(path.join(root, 'app.js'));
  app.onLaunch();
  return {
    log,
    async open(name) {
      const page = makePage(definitionOf(`pages/${name}/${name}.js`));
      await page.onLoad({});
      if (page.onShow) await page.onShow();
      return page;
    },
  };
}

module.exports = { root, openMiniprogram, definitionOf, forgetFiles };
