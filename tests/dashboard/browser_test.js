/** The dashboard in a headless Chromium against the real server, as an operator uses it. */
'use strict';
const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { Maque } = require('../miniprogram/support/maque_program.js');
const { Chromium } = require('./support/chromium.js');
const { ask, isSignedIn, logIn, published, startLoad } = require('./support/front.js');

const token = 'the-operator-token-of-the-dashboard-tests';
const pictures = process.env.MAQUE_SCREENSHOTS;
if (!pictures) throw new Error('MAQUE_SCREENSHOTS: not set to a folder');

let server;
let browser;
let page;
before(async () => {
  fs.mkdirSync(pictures, { recursive: true });
  server = await new Maque([`--admin.token=${token}`]).start();
  browser = await new Chromium().start();
  page = await browser.newPage();
  await page.resize(1440, 900);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const picture = (name) => page.screenshot(path.join(pictures, `${name}.png`));
const operate = (method, where, body) => ask(method, `${server.operatorUrl}/admin${where}`, { body, bearer: token });

/** Opens a view as a link would. */
async function go(...parts) {
  await page.evaluate(`void (location.hash = '#/${parts.map(encodeURIComponent).join('/')}')`);
}

/** What is to be seen of a column, from the top. */
const column = (key) => page.evaluate(`(() => {
  const head = document.querySelector('main th[data-key="${key}"]');
  const index = Array.from(head.parentElement.children).indexOf(head);
  return Array.from(head.closest('table').querySelectorAll('tbody tr'), (row) => row.children[index].innerText);
})()`);

const numbers = (texts) => texts.map((text) => Number(text.replace(/[^0-9.]/g, '')));
const isOrdered = (values, isRight) => values.every((value, index) => index === 0 || isRight(values[index - 1], value));

/** Writes what a key shall be into its editor, and publishes it. */
async function publish(value, note) {
  await page.write('[name=value]', value);
  await page.click('[data-act=publish]');
  await page.write('dialog[open] input', note);
  await page.press('Enter');
}

test('Whoever has not signed in sees the sign-in, and a wrong token is refused', async () => {
  await page.open(`${server.operatorUrl}/admin/`);
  await page.write('input[name=token]', 'not-the-token-but-as-long-as-it-is');
  await picture('sign-in');
  await page.press('Enter');
  await page.untilText('[role=alert]', 'not right');
  assert.equal(await page.evaluate('document.querySelector(".shell").hidden'), true);
});

test('The token opens the dashboard, which is live', async () => {
  await page.write('input[name=token]', token);
  await page.press('Enter');
  await page.untilText('.live', 'Live');
  assert.match(await page.text('.states'), /Database: /);
  assert.match(await page.evaluate('document.title'), /^Overview/);
  assert.equal(await page.evaluate('document.cookie'), '', 'no script can read the cookie');
});

test('The numbers move under load, and come to rest without it', async () => {
  const stop = startLoad(server);
  const number = '[data-card=requests] .card-number';
  const read = async () => numbers([await page.text(number)])[0];
  try {
    const first = await page.until(read, 'requests per second');
    await page.until(async () => ![0, first].includes(await read()), 'another number of requests per second');
    await page.until('document.querySelector("[data-card=requests] .chart-line").getAttribute("d")?.split("L").length > 3');
    await page.untilText('main', '/ping');
    await picture('overview-under-load');
  } finally {
    await stop();
  }
  await page.until(async () => (await page.text(number)) === '0', 'no request per second');
});

test('Who only looks asks for nothing but the one stream', async () => {
  const before_ = page.asked.length;
  for (const view of ['actors', 'routes', 'lanes', 'database', 'wechat', 'overview']) {
    await go(view);
    const seen = page.samples;
    await page.until(async () => page.samples > seen + 1, 'samples');
  }
  // Chromium asks for the icon again when the address changes.
  assert.deepEqual(page.asked.slice(before_).filter((url) => !url.endsWith('/favicon.svg')), []);
});

test('The stream pauses while nobody can see the page', async () => {
  const setHidden = (hidden) => page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }),
    void document.dispatchEvent(new Event('visibilitychange'))`);
  await setHidden(true);
  await page.untilText('.live', 'Paused');
  const seen = page.samples;
  await setHidden(false);
  await page.untilText('.live', 'Live');
  assert.ok(page.samples > seen);
  assert.equal(page.asked.filter((url) => url.endsWith('/admin/events')).length, 2);
});

test('That the server is silent is shown, and over when it is not any more', async () => {
  server.child.kill('SIGSTOP');
  try {
    await page.untilText('.live', 'Connection lost');
  } finally {
    server.child.kill('SIGCONT');
  }
  await page.untilText('.live', 'Live');
});

test('Actors are sorted, and one is opened and closed, by the keyboard alone', async () => {
  await page.focus('a[data-view=overview]');
  await page.tabTo('a[data-view=actors]');
  await page.press('Enter');
  const head = 'main th[data-key=received]';
  await page.until(`document.querySelector('${head}') && document.querySelectorAll('main tbody tr').length > 3`);
  await page.tabTo(`${head} button`);
  await page.press('Enter');
  const sort = () => page.evaluate(`document.querySelector('${head}').getAttribute('aria-sort')`);
  assert.equal(await sort(), 'descending');
  assert.ok(isOrdered(numbers(await column('received')), (one, next) => one >= next));
  await page.press(' ');
  assert.equal(await sort(), 'ascending');
  assert.ok(isOrdered(numbers(await column('received')), (one, next) => one <= next));
  assert.ok(await page.evaluate(`document.activeElement.matches('${head} button')`), 'the focus stays');
  await picture('actors');

  await page.tabTo('tbody button.link');
  const type = await page.evaluate('document.activeElement.innerText');
  await page.press('Enter');
  await page.until('document.querySelectorAll("dialog[open] table").length === 2');
  assert.equal(await page.text('dialog[open] > h2'), type);
  await page.press('Escape');
  await page.until('!document.querySelector("dialog")');
  assert.equal(await page.evaluate('document.activeElement.innerText'), type, 'the focus comes back');
});

test('Actors of one type can be picked out', async () => {
  await page.until('document.querySelectorAll("main select option").length > 3');
  const type = await page.evaluate(`(() => {
    const choice = document.querySelector('main select');
    choice.value = choice.options[1].value;
    choice.dispatchEvent(new Event('change'));
    return choice.value;
  })()`);
  assert.deepEqual([...new Set(await column('type'))], [type]);
});

test('A route shows where its time goes', async () => {
  await go('routes');
  await page.untilText('main tbody', '/ping');
  await picture('routes');
  await page.evaluate(`Array.from(document.querySelectorAll('main tbody .link')).find((one) => one.innerText.endsWith('/ping')).click()`);
  await page.untilText('dialog[open]', 'Serialise');
  await picture('route');
  await page.press('Escape');
});

test('A user is found and shown as he is, and one of his sessions is ended at once', async () => {
  const nickname = '<img src=x onerror=alert(1)>';
  const sessions = [await logIn(server, 'alice'), await logIn(server, 'alice')];
  const [{ user: { id }, access_token: bearer }] = sessions;
  assert.equal((await ask('PATCH', `${server.url}/api/user/info`, { bearer, body: { nickname } })).status, 200);
  await go('users');
  await page.write('[name=q]', id);
  await page.press('Enter');
  await page.untilText('main tbody', nickname);
  await page.click('main tbody .link');
  await page.until('document.querySelectorAll("main [data-act=end]").length === 2');
  assert.equal(await page.evaluate('document.querySelectorAll("img[src=x]").length'), 0, 'text is text');
  await picture('user');

  await page.click('main [data-act=end]');
  await page.until('document.querySelector("dialog[open]")');
  await page.press('Escape');
  await page.until('!document.querySelector("dialog")');
  assert.deepEqual(await Promise.all(sessions.map((one) => isSignedIn(server, one))), [true, true], 'not before it is confirmed');

  await page.click('main [data-act=end]');
  await page.click('dialog[open] button.is-danger');
  await page.until('document.querySelectorAll("main [data-act=end]").length === 1');
  const left = await Promise.all(sessions.map((one) => isSignedIn(server, one)));
  assert.deepEqual(left.sort(), [false, true]);

  await page.click('[data-act=disable]');
  await page.click('dialog[open] button.is-danger');
  await page.until('document.querySelector("[data-act=enable]")');
  assert.deepEqual(await Promise.all(sessions.map((one) => isSignedIn(server, one))), [false, false]);
  assert.equal((await ask('POST', `${server.url}/api/login`, { body: { code: 'dev-alice.disabled' } })).status, 403);

  // Meanwhile another tab signs in, whose cookie goes with another CSRF token.
  const again = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) };
  assert.equal(await page.evaluate(`fetch('/admin/sign-in', ${JSON.stringify(again)}).then(({ status }) => status)`), 200);
  await page.click('[data-act=enable]');
  await page.click('dialog[open] button.is-primary');
  await page.until('document.querySelector("[data-act=disable]")');
  await logIn(server, 'alice');
});

test('A configuration value is published, seen by clients, changed, and rolled back', async () => {
  await go('config');
  await page.click('[data-act=new]');
  await page.write('[name=key]', 'theme');
  await publish('{ "color": "blue", "radius": 4 }', 'as it was drawn');
  await page.until(async () => (await published(server, 'theme'))?.color === 'blue', 'blue at the front');
  await page.until('document.querySelector("[name=value]")?.value.includes("blue") && document.querySelector("[role=tab]")');

  await publish('{ "color": "green", "radius": 4 }', 'spring');
  await page.until(async () => (await published(server, 'theme')).color === 'green', 'green at the front');
  await page.untilText('.toast', 'Published');
  await picture('configuration');

  await page.until('document.querySelector("[role=tab][aria-selected=true]")');
  await page.focus('[role=tab][aria-selected=true]');
  await page.press('ArrowRight');
  await page.untilText('main tbody', 'as it was drawn');
  await page.untilText('.diff .is-old', 'blue');
  await page.untilText('.diff .is-new', 'green');
  await picture('history');
  await page.click('main tbody tr:last-child [data-act=rollback]');
  await page.write('dialog[open] input', 'summer is over');
  await page.press('Enter');
  await page.until(async () => (await published(server, 'theme')).color === 'blue', 'blue again at the front');
  await page.untilText('main tbody', 'summer is over');
});

test('Who saves what somebody else has changed sees the other’s version, and loses nothing', async () => {
  await go('config', 'theme');
  await page.until('document.querySelector("[name=value]")?.value.includes("blue")');
  const typed = '{ "color": "violet" }';
  await page.write('[name=value]', typed);
  const { data: { version } } = await operate('GET', '/config/theme');
  const other = await operate('PUT', '/config/theme', { value: { color: 'red' }, base_version: version, note: 'in a hurry' });
  assert.equal(other.status, 200);

  await page.click('[data-act=publish]');
  await page.click('dialog[open] button.is-primary');
  await page.untilText('[data-side=theirs]', 'red');
  await page.untilText('[data-side=mine]', 'violet');
  await page.untilText('[data-part=conflict]', 'in a hurry');
  await picture('conflict');
  assert.equal(await page.evaluate('document.querySelector("[name=value]").value'), typed);
  assert.deepEqual(await published(server, 'theme'), { color: 'red' });

  await page.click('[data-act=keep]');
  await page.click('[data-act=publish]');
  await page.click('dialog[open] button.is-primary');
  await page.until(async () => (await published(server, 'theme')).color === 'violet', 'violet at the front');
});

test('What is typed and not saved is still there after a look elsewhere and in another language', async () => {
  await go('config', 'theme');
  await page.until('document.querySelector("[name=value]")?.value.includes("violet")');
  await page.write('[name=value]', '{ "half": "typed"');
  await go('overview');
  await page.until('document.querySelector(".cards")');
  await page.click('[data-switch=language]');
  await page.untilText('h1', '总览');
  assert.equal(await page.evaluate('document.documentElement.lang'), 'zh-CN');
  await go('config', 'theme');
  await page.until('document.querySelector("[name=value]")?.value.includes("typed")');
  await page.click('[data-act=publish]');
  await page.untilText('main', '不是有效的 JSON');
  await page.write('[name=value]', '{"color":"violet"}');
});

test('What operators did is in the audit log', async () => {
  await go('audit');
  for (const text of ['theme', 'sign']) await page.untilText('main tbody', text);
  await picture('audit');
});

test('It is usable from 360 pixels to 4k, light and dark, in both languages', async () => {
  const theme = () => page.evaluate('document.documentElement.dataset.theme');
  const first = await theme();
  for (const [name, width, height, scale] of [['narrow', 360, 740, 2], ['usual', 1440, 900, 1], ['wide', 3840, 2160, 1]]) {
    await page.resize(width, height, scale);
    for (const view of ['overview', 'actors', 'config', 'users', 'runtime']) {
      await go(view);
      await page.until(`document.querySelector('[data-view=${view}]').getAttribute('aria-current') === 'page'`);
      const { page: inner, main } = await page.evaluate(`({ page: document.documentElement.scrollWidth,
        main: document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth })`);
      assert.ok(inner <= width && main <= 0, `${view} at ${width}: ${inner}, ${main}`);
    }
    for (const shade of ['light', 'dark']) {
      while (await theme() !== shade) await page.click('[data-switch=theme]');
      for (const lang of ['zh-CN', 'en']) {
        if (await page.evaluate('document.documentElement.lang') !== lang) await page.click('[data-switch=language]');
        await go('overview');
        await page.until(`document.querySelector('.cards') && document.documentElement.lang === '${lang}'`);
        await page.movePointerAway();
        await picture(`${name}-${shade}-${lang}`);
      }
    }
  }
  await page.click('[data-switch=theme]');
  assert.notEqual(await theme(), 'dark');
  assert.ok(['light', 'dark'].includes(first));
});

test('Signing out ends the session', async () => {
  await page.evaluate('Array.from(document.querySelectorAll(".head .button")).at(-1).click()');
  await page.until('document.querySelector("input[name=token]")');
  assert.equal(await page.evaluate('fetch("/admin/session").then(({ status }) => status)'), 401);
});

test('An operator’s account opens the dashboard, too', async () => {
  const printed = String(server.command('user', 'add', 'lin', '--role', 'operator'));
  await page.focus('[role=tab][aria-selected=true]');
  await page.press('ArrowRight');
  await page.write('input[name=username]', 'lin');
  await page.write('input[name=password]', /shown this once: (\S+)/.exec(printed)[1]);
  await page.press('Enter');
  await page.untilText('.live', 'Live');
  assert.equal(await page.text('.operator'), 'lin');
});

test('Nothing was asked of another host, and nobody complained', () => {
  const others = page.asked.filter((url) => !url.startsWith(`${server.operatorUrl}/`) && url !== 'about:blank');
  assert.deepEqual(others, []);
  // Browsers report refusals on the console; these were provoked.
  const wanted = [/401 .*\/admin\/session/, /401 .*\/admin\/sign-in/, /409 .*\/admin\/config\/theme/,
    /403 .*\/admin\/users\/\d+\/enable/];
  const complaints = page.complaints.filter((text) => !wanted.some((one) => one.test(text.replace(/[\s(]+/g, ' '))));
  assert.deepEqual(complaints, []);
});
