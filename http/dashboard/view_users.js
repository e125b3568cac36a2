/** Users and their sessions: find one, end sessions, let him in or not. */
import { ask, get, withQuery } from './api.js';
import { make, makeButton, setChildren } from './dom.js';
import { announce, confirmAction } from './dialogs.js';
import * as format from './format.js';
import { say } from './language.js';
import { badgeColumn, drawBadge, makeBadge, makeFacts, makeField, makePager, makeProblem, makeSection, makeTabs, textOfError } from './parts.js';
import { createTable, openingColumn } from './table.js';

const statusKinds = { active: 'good', disabled: 'bad' };
const nameOf = (user) => user.nickname || user.username || user.id;
const statusOf = (user) => [user.status in statusKinds ? say(`users.${user.status}`) : user.status, statusKinds[user.status] ?? 'warn'];
const timeColumn = (key, label) => ({ key, label, class: 'time', text: (row) => format.time(row[key]) });

/** Asks, does it, tells it. @returns {Promise<boolean>} whether it was done */
async function doAfterAsking(question, method, path, done) {
  if (!await confirmAction(question)) return false;
  try {
    await ask(method, path);
    announce(done, 'good');
    return true;
  } catch (failed) {
    announce(textOfError(failed), 'bad');
    return false;
  }
}

async function endSession(session, onDone) {
  const question = {
    title: say('sessions.end'), action: say('sessions.end'), danger: true,
    text: say('sessions.end.text', { device: session.device || format.unknown, address: session.address || format.unknown }),
  };
  if (await doAfterAsking(question, 'DELETE', `/sessions/${encodeURIComponent(session.id)}`, say('sessions.ended'))) onDone();
}

function makeSessions(caption, extra, onEnded) {
  return createTable({
    caption, keyOf: (row) => row.id, empty: say('sessions.none'),
    columns: [
      { key: 'id', label: say('sessions.id'), isHead: true, class: 'code' }, ...extra,
      { key: 'device', label: say('sessions.device'), class: 'wrapping', text: (row) => row.device || format.unknown },
      { key: 'address', label: say('address'), text: (row) => row.address || format.unknown },
      timeColumn('created_at', say('sessions.created')), timeColumn('last_seen_at', say('sessions.lastseen')),
      { key: 'end', label: say('actions'), make: (cell) => {
        const button = makeButton(say('sessions.end'), () => endSession(button.row, onEnded),
          { class: 'button is-small', 'data-act': 'end' });
        cell.append(button);
        return button;
      }, draw: (button, row) => { button.row = row; } },
    ],
  });
}

/** A user with all that can be done. */
function makeUser(context, id) {
  const place = make('div', { class: 'stack' }, make('p', { class: 'muted' }, say('loading')));
  const problem = makeProblem();
  const path = `/users/${encodeURIComponent(id)}`;
  const back = make('a', { class: 'more', href: '#/users' }, say('users.back'));

  function actionsOf(user) {
    const values = { name: nameOf(user) };
    const act = async (what, danger) => {
      const question = { title: say(`users.${what}`), text: say(`users.${what}.text`, values), action: say(`users.${what}`), danger };
      if (await doAfterAsking(question, 'POST', `${path}/${what}`, say(`users.${what}.done`, values))) load();
    };
    return [
      makeButton(say('users.logout'), () => act('logout', true), { 'data-act': 'logout' }),
      user.status === 'disabled' ? makeButton(say('users.enable'), () => act('enable', false), { 'data-act': 'enable' })
        : makeButton(say('users.disable'), () => act('disable', true), { class: 'button is-danger', 'data-act': 'disable' }),
    ];
  }

  function draw(user) {
    const facts = makeFacts();
    const badge = makeBadge('');
    drawBadge(badge, ...statusOf(user));
    facts.update([[say('users.id'), user.id], [say('users.username'), user.username || format.unknown],
      [say('users.role'), user.role], [say('users.created'), format.time(user.created_at)]]);
    const sessions = makeSessions(say('users.sessions'), [], load);
    sessions.update(user.sessions ?? []);
    setChildren(place, makeSection(nameOf(user), facts.element, [badge, actionsOf(user)]),
      makeSection(say('users.sessions'), sessions.element));
  }

  async function load() {
    problem.clear();
    try {
      draw(await get(path));
    } catch (failed) {
      setChildren(place);
      problem.show(failed);
    }
  }

  load();
  return make('div', { class: 'stack' }, back, problem.element, place);
}

function makeSearch(context, state) {
  const query = makeField(say('users.search'), make('input', {
    type: 'search', name: 'q', value: state.query, autocomplete: 'off', spellcheck: 'false', required: true,
  }), say('users.search.hint'));
  const problem = makeProblem();
  const found = createTable({
    caption: say('users.found'), keyOf: (row) => row.id, empty: say('users.none'),
    columns: [
      openingColumn({ key: 'nickname', label: say('users.name'), text: nameOf }, (row) => context.go('users', row.id)),
      { key: 'username', label: say('users.username'), text: (row) => row.username || format.unknown },
      { key: 'id', label: say('users.id'), class: 'code' },
      { key: 'role', label: say('users.role') },
      badgeColumn({ key: 'status', label: say('users.status') }, statusOf),
      timeColumn('created_at', say('users.created')),
    ],
  });
  const place = make('div', {});

  function show() {
    if (!state.items) return;
    found.update(state.items);
    setChildren(place, found.element);
  }

  async function onSubmit(event) {
    event.preventDefault();
    problem.clear();
    state.query = query.input.value.trim();
    try {
      ({ items: state.items } = await get(withQuery('/users', { q: state.query })));
      show();
    } catch (failed) {
      problem.show(failed);
    }
  }

  show();
  return make('div', { class: 'stack' },
    make('form', { class: 'toolbar', role: 'search', on: { submit: onSubmit } }, query.element,
      make('button', { class: 'button is-primary' }, say('users.find'))),
    problem.element, place);
}

function makeAllSessions(context) {
  const facts = makeFacts();
  const pager = makePager((cursor) => get(withQuery('/sessions', { limit: 50, cursor })), (items) => table.update(items));
  const table = makeSessions(say('sessions.newest'), [
    openingColumn({ key: 'user_id', label: say('users.id'), isHead: false, class: 'code' }, (row) => context.go('users', row.user_id)),
  ], pager.reload);
  return {
    element: make('div', { class: 'stack' }, facts.element,
      makeSection(say('sessions.newest'), [table.element, pager.element], makeButton(say('refresh'), pager.reload))),
    load: pager.reload,
    update({ sessions }) {
      if (!sessions) return;
      facts.update(['opened', 'refreshed', 'ended', 'reuse_detected'].map((name) => [say(`sessions.${name}`), format.count(sessions[name])]));
    },
  };
}

export function createUsers(context) {
  const state = context.keep('users', () => ({ tab: 'search', query: '', items: null }));
  const all = makeAllSessions(context);
  const tabs = makeTabs(say('nav.users'), [
    { name: 'search', label: say('users.find'), panel: make('div', {}, makeSearch(context, state)) },
    { name: 'sessions', label: say('sessions.newest'), panel: make('div', {}, all.element) },
  ], state.tab, (name) => {
    state.tab = name;
    if (name === 'sessions') all.load();
  });
  if (state.tab === 'sessions') all.load();
  const lists = make('div', { class: 'stack' }, tabs.list, tabs.panels);
  const one = make('div');
  return {
    element: make('div', {}, lists, one),
    open([id]) {
      lists.hidden = Boolean(id);
      setChildren(one, id ? makeUser(context, id) : null);
    },
    update: all.update,
  };
}
