/** WeChat: each mini-program's access token, and each endpoint with its answers and breaker. */
import { make, setText } from './dom.js';
import * as format from './format.js';
import { say } from './language.js';
import { badgeColumn, drawBadge, makeBadge, makeFacts, makeSection } from './parts.js';
import { createTable } from './table.js';

const breakerKinds = { closed: 'good', 'half-open': 'warn', open: 'bad' };
const tokenKinds = { good: 'good', none: 'plain', expired: 'bad' };
const known = (kinds, name, text) => [name in kinds ? say(`${text}.${name}`) : name, kinds[name] ?? 'warn'];

const number = (key) => ({ key, label: say(`wechat.${key}`), numeric: true, text: (row) => format.count(row[key]) });
const latency = (which) => ({
  key: which, label: say(`latency.${which}_us`), numeric: true,
  value: (row) => row.latency_ms[which], text: (row) => format.micros(1000 * row.latency_ms[which]),
});

const ageOf = (token, now) => (token.fetched_at ? format.seconds(format.secondsBetween(token.fetched_at, now)) : format.unknown);

function restOf(token, now) {
  const rest = format.secondsBetween(now, token.expires_at);
  return rest > 0 ? format.seconds(rest) : format.unknown;
}

function makeApp(appid, context) {
  const state = context.keep('wechat', () => ({ sort: { key: 'endpoint', down: false } }));
  const badge = makeBadge('');
  const facts = makeFacts();
  const endpoints = createTable({
    caption: `${appid}: ${say('wechat.endpoints')}`, keyOf: (row) => row.endpoint, sort: state.sort,
    empty: say('wechat.unused'),
    columns: [
      { key: 'endpoint', label: say('wechat.endpoint'), isHead: true },
      badgeColumn({ key: 'breaker', label: say('wechat.breaker') }, (row) => known(breakerKinds, row.breaker, 'breaker')),
      number('breaker_openings'), number('succeeded'), number('refused'), number('failed'), number('stopped'),
      latency('mean'), latency('p50'), latency('p99'),
    ],
  });
  return {
    element: makeSection(appid, [facts.element, endpoints.element], badge),
    update(app, now) {
      const token = app.access_token;
      drawBadge(badge, ...known(tokenKinds, token.state, 'token'));
      facts.update([
        [say('wechat.age'), ageOf(token, now)], [say('wechat.rest'), restOf(token, now)],
        [say('wechat.fetched'), format.count(token.fetched)], [say('wechat.forced'), format.count(token.forced)],
        [say('wechat.tokenrefused'), format.count(token.refused)],
      ]);
      endpoints.update(app.endpoints);
    },
  };
}

export function createWechat(context) {
  const facts = makeFacts();
  const place = make('div', { class: 'stack' });
  const nothing = make('p', { class: 'empty' });
  const apps = new Map();
  return {
    element: make('div', { class: 'stack' }, facts.element, place, nothing),
    update({ at, wechat }) {
      facts.update([
        [say('wechat.workers'), format.count(wechat.workers)],
        [say('wechat.busy'), format.count(wechat.workers_busy)],
        [say('wechat.waiting'), format.count(wechat.calls_waiting)],
      ]);
      const all = wechat.apps ?? [];
      for (const app of all) {
        if (!apps.has(app.appid)) {
          apps.set(app.appid, makeApp(app.appid, context));
          place.append(apps.get(app.appid).element);
        }
        apps.get(app.appid).update(app, at);
      }
      nothing.hidden = all.length > 0;
      setText(nothing, say('wechat.none'));
    },
  };
}
