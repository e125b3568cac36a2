import { randomBytes } from 'node:crypto';
import express from 'express';
import { ProfileCache } from './cache.js';
import { ConfigWatch, namesTag } from './config.js';
import { ApiError, errors } from './errors.js';
import { isCode, readCursor, readLimit, readPatch, writeCursor } from './input.js';
import { Store } from './store.js';
import { AccessTokens, RefreshTokens, Sealer, appid, accessTtl, refreshTtl, sessionTtl } from './tokens.js';
import { Wechat } from './wechat.js';

const key = (name) => {
  const value = Buffer.from(process.env[name] ?? '', 'hex');
  if (value.length !== 32) throw new Error(`${name}: not 32 bytes in hexadecimal`);
  return value;
};

function newTraceId() {
  return randomBytes(16).toString('hex');
}

function succeed(res, data) {
  const trace = newTraceId();
  res.set('X-Trace-Id', trace);
  res.json({ code: 200, message: 'ok', data, trace_id: trace });
}

function fail(res, error) {
  const trace = newTraceId();
  res.set('X-Trace-Id', trace);
  if (error.status === 401) res.set('WWW-Authenticate', 'Bearer');
  res.status(error.status).json({ code: error.code, message: error.message, data: null, trace_id: trace });
}

// What express.json() and the database throw.
function apiError(error) {
  if (error instanceof ApiError) return error;
  if (error.type === 'entity.too.large') return errors.bodyTooLarge;
  if (error.type === 'encoding.unsupported' || error.type === 'charset.unsupported') return errors.notJson;
  if (error.type) return errors.invalidJson;
  console.error(error);
  return error instanceof TypeError ? errors.internal : errors.database;
}

const noStore = (req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

const refuseEmpty = (req, res, bytes) => {
  if (bytes.length === 0) throw new Error('an empty body');
};
const readJson = express.json({ limit: '1mb', type: () => true, verify: refuseEmpty });
const json = (req, res, next) => {
  if (!req.is('application/json')) throw errors.notJson;
  readJson(req, res, next);
};

function body(req) {
  if (typeof req.body !== 'object' || req.body === null || Array.isArray(req.body)) throw errors.invalidJson;
  return req.body;
}

export async function serve() {
  const store = new Store(process.env.DATABASE_URL, Number(process.env.DATABASE_CONNECTIONS));
  const config = await ConfigWatch.start(store);
  const cache = new ProfileCache(Number(process.env.CACHE_USERS ?? 0));
  const access = new AccessTokens(key('ACCESS_KEY_HEX'));
  const refresh = new RefreshTokens(key('REFRESH_KEY_HEX'));
  const sealer = new Sealer(key('SEALING_KEY_HEX'));
  const wechat = new Wechat(process.env.WECHAT_URL);

  const signedIn = (req, res, next) => {
    const [, token] = /^bearer (.+)$/i.exec(req.headers.authorization ?? '') ?? [];
    if (!token) throw errors.unauthenticated;
    req.user = access.verify(token);
    next();
  };

  function issue(user, role, current, now, end) {
    return {
      access_token: access.sign(user, current.session, role, now),
      token_type: 'Bearer',
      expires_in: accessTtl,
      refresh_token: refresh.encode(current),
      refresh_expires_in: Math.floor(Math.min(refreshTtl, (end - now) / 1000)),
    };
  }

  async function logIn(req, res) {
    const { code, ...others } = body(req);
    if (!isCode(code) || Object.keys(others).length > 0) throw errors.invalidField;
    const { openid, sessionKey } = await wechat.exchange(code);
    const secret = randomBytes(32);
    const now = Date.now();
    const opened = await store.admit({
      appid, openid, sealedKey: sealer.seal(sessionKey, openid), now,
      device: (req.headers['user-agent'] ?? '').slice(0, 256), address: req.socket.remoteAddress,
      secretHash: RefreshTokens.hash(secret), expiresAt: now + sessionTtl * 1000,
    });
    succeed(res, {
      ...issue(opened.user.id, opened.user.role, { session: opened.session, counter: 0, secret }, now,
        now + sessionTtl * 1000),
      is_new_user: opened.isNewUser,
      user: opened.user,
    });
  }

  async function refreshTokens(req, res) {
    const { refresh_token: text, ...others } = body(req);
    if (typeof text !== 'string' || text.length > 256 || Object.keys(others).length > 0)
      throw errors.invalidField;
    const presented = refresh.decode(text);
    if (!presented) throw errors.invalidRefreshToken;
    const now = Date.now();
    const current = await store.rotate(presented, RefreshTokens.hash(presented.secret), now);
    succeed(res, {
      ...issue(current.user, current.role, { ...presented, counter: current.counter }, now,
        current.expiresAt),
      is_new_user: false,
    });
  }

  async function showOwnProfile(req, res) {
    const found = await cache.get(req.user, (id) => store.find(id));
    if (!found) throw errors.userNotFound;
    succeed(res, found);
  }

  async function changeOwnProfile(req, res) {
    const patch = readPatch(body(req));
    const changed = await store.change(req.user, patch);
    await cache.drop(req.user);
    if (!changed) throw errors.userNotFound;
    succeed(res, changed);
  }

  async function listProfiles(req, res) {
    const limit = readLimit(req.query.limit);
    const items = await store.list(readCursor(req.query.cursor), limit + 1);
    const isLast = items.length <= limit;
    if (!isLast) items.length = limit;
    succeed(res, { items, next_cursor: isLast ? null : writeCursor(items[limit - 1].id) });
  }

  function showConfig(req, res) {
    const { data, etag } = config.current;
    res.set('ETag', etag);
    res.set('Cache-Control', 'no-cache');
    if (!namesTag(req.headers['if-none-match'], etag)) return succeed(res, data);
    res.set('X-Trace-Id', newTraceId());
    res.status(304).end();
  }

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.get('/ping', (req, res) => res.json({ message: 'pong' }));
  app.get('/api/config', showConfig);
  app.post('/api/login', noStore, json, logIn);
  app.post('/api/v1/token/refresh', noStore, json, refreshTokens);
  app.get('/api/user/info', noStore, signedIn, showOwnProfile);
  app.patch('/api/user/info', noStore, signedIn, json, changeOwnProfile);
  app.post('/api/user/info', noStore, signedIn, json, changeOwnProfile);
  app.get('/api/v1/users', noStore, signedIn, listProfiles);
  for (const path of ['/ping', '/api/config', '/api/login', '/api/v1/token/refresh', '/api/user/info',
    '/api/v1/users'])
    app.all(path, () => { throw errors.methodNotAllowed; });
  app.use(() => { throw errors.routeNotFound; });
  app.use((error, req, res, next) => fail(res, apiError(error)));

  const [host, port] = (process.env.LISTEN ?? '127.0.0.1:8081').split(':');
  const server = app.listen({ host, port: Number(port), backlog: 4096 });
  server.keepAliveTimeout = 75_000; // Five seconds by default, less than proxies keep a connection.
  server.headersTimeout = 80_000;
}
