/** Starts the page: who is signed in, which view is open, and the stream of samples that feeds it. */
import { session, signOut, whenSignedOut } from './api.js';
import { make, makeButton, makeIcon, setChildren, setText } from './dom.js';
import { announce } from './dialogs.js';
import { History } from './history.js';
import { say, startLanguage } from './language.js';
import { makeSignIn } from './sign_in.js';
import { createStream } from './stream.js';
import { makeSwitches } from './switches.js';
import { hasUnsavedEdits } from './config_model.js';
import { createActors } from './view_actors.js';
import { createAudit } from './view_audit.js';
import { createConfig } from './view_config.js';
import { createDatabase } from './view_database.js';
import { createLanes } from './view_lanes.js';
import { createOverview } from './view_overview.js';
import { createRoutes } from './view_routes.js';
import { createRuntime } from './view_runtime.js';
import { createSettings } from './view_settings.js';
import { createUsers } from './view_users.js';
import { createWechat } from './view_wechat.js';

const views = [
  { name: 'overview', icon: 'overview', create: createOverview },
  { name: 'actors', icon: 'actors', create: createActors },
  { name: 'routes', icon: 'routes', create: createRoutes },
  { name: 'lanes', icon: 'lanes', create: createLanes },
  { name: 'database', icon: 'database', create: createDatabase },
  { name: 'wechat', icon: 'wechat', create: createWechat },
  { name: 'users', icon: 'users', create: createUsers, isSecondGroup: true },
  { name: 'config', icon: 'config', create: createConfig },
  { name: 'settings', icon: 'settings', create: createSettings },
  { name: 'audit', icon: 'audit', create: createAudit },
  { name: 'runtime', icon: 'runtime', create: createRuntime },
];

const app = document.getElementById('app');
const signInPlace = make('div');
const shell = make('div', { class: 'shell', hidden: true });
/** What outlives a view: the charts' past, how tables are sorted, what has been typed. */
const context = {
  history: new History(), latest: null, kept: new Map(), operator: null,
  /** State of a view by its name, made once. */
  keep(name, makeState) {
    if (!this.kept.has(name)) this.kept.set(name, makeState());
    return this.kept.get(name);
  },
  go(...path) { location.hash = `/${path.map(encodeURIComponent).join('/')}`; },
};
let shown = null; // { name, view }
let streamState = '';
let parts = {};

/** ['config', 'theme'] of '#/config/theme'. */
function pathOfHash() {
  try {
    return location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  } catch {
    return ['overview']; // Not ours: a percent sign with nothing behind it.
  }
}

const stream = createStream({
  onSample(sample) {
    context.latest = sample;
    context.history.push(sample);
    shown?.view.update?.(sample);
  },
  onState(state) {
    if (state === 'signed-out') return showSignIn(say('signin.again'));
    streamState = state;
    drawStreamState();
  },
});

function drawStreamState() {
  if (!parts.live || !streamState) return;
  parts.live.className = `live is-${streamState}`;
  setText(parts.live.lastChild, say(`stream.${streamState}`));
}

function makeHead() {
  parts.live = make('div', { class: 'live', role: 'status' }, make('span', { class: 'dot' }), make('span', { class: 'live-text' }));
  const leave = makeButton(say('signout'), onLeave, { class: 'button is-quiet' });
  return make('header', { class: 'head' },
    make('a', { class: 'brand', href: '#/overview' },
      make('img', { src: '/admin/favicon.svg', alt: '', width: 24, height: 24 }), make('span', {}, 'Maque')),
    parts.live, make('span', { class: 'spring' }), make('span', { class: 'operator muted' }, context.operator),
    makeSwitches(onLanguage), leave);
}

function makeNavigation() {
  parts.links = views.map(({ name, icon, isSecondGroup }) => make('a', {
    href: `#/${name}`, class: isSecondGroup ? 'is-second-group' : undefined, 'data-view': name,
  }, makeIcon(icon), make('span', {}, say(`nav.${name}`))));
  return make('nav', { class: 'navigation', 'aria-label': say('nav') }, parts.links);
}

function makeShell() {
  shown = null;
  parts.main = make('main', { id: 'main', class: 'main', tabindex: '-1' });
  setChildren(shell, make('a', { class: 'skip', href: '#main', on: { click: onSkip } }, say('skip')),
    makeHead(), makeNavigation(), parts.main);
  drawStreamState();
}

function onSkip(event) {
  event.preventDefault(); // The hash is the view's.
  parts.main.focus();
}

function openView() {
  const [asked, ...path] = pathOfHash();
  const { name, create } = views.find((one) => one.name === asked) ?? views[0];
  if (shown?.name !== name) {
    shown?.view.close?.();
    const view = create(context);
    shown = { name, view };
    setChildren(parts.main, make('h1', {}, say(`nav.${name}`)), view.element);
    parts.main.scrollTop = 0;
  }
  for (const link of parts.links) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  parts.links.find((link) => link.dataset.view === name).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  document.title = `${say(`nav.${name}`)} · Maque`;
  shown.view.open?.(path);
  if (context.latest) shown.view.update?.(context.latest);
}

function onLanguage() {
  if (shell.hidden) return showSignIn();
  makeShell();
  openView();
  document.querySelector('[data-switch=language]').focus();
}

function showSignIn(reason = null) {
  stream.stop();
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  shell.hidden = true;
  document.title = `${say('signin.do')} · Maque`;
  setChildren(signInPlace, makeSignIn({ onSignedIn, onLanguage, reason }));
  signInPlace.querySelector('input').focus();
}

function onSignedIn({ operator }) {
  const isSame = context.operator === operator;
  context.operator = operator;
  if (!isSame) context.kept.clear(); // What another operator has typed is none of his business.
  setChildren(signInPlace);
  shell.hidden = false;
  makeShell();
  openView();
  parts.main.focus();
  stream.start();
}

async function onLeave() {
  try {
    await signOut();
    context.operator = null;
    context.kept.clear();
    showSignIn();
  } catch (failed) {
    announce(failed.message, 'bad');
  }
}

async function start() {
  startLanguage();
  app.append(signInPlace, shell);
  whenSignedOut(() => showSignIn(say('signin.again')));
  window.addEventListener('hashchange', () => { if (!shell.hidden) openView(); });
  window.addEventListener('beforeunload', (event) => { if (hasUnsavedEdits(context)) event.preventDefault(); });
  try {
    onSignedIn(await session());
  } catch (failed) {
    showSignIn(failed.status === 401 ? null : failed.message);
  }
}

start();
