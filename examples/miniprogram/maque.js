/**
 * A client of Maque for WeChat mini-programs: this one file, no dependencies. Copy it into yours.
 *
 *   const { createMaque } = require('./maque.js');
 *   const maque = createMaque({ baseUrl: 'https://api.example.com' });
 *   const profile = await maque.profile(); // logs in first, if need be
 *
 * Tokens are kept in the mini-program's storage, and renewed shortly before they expire or when the
 * server says that they have, never twice at a time. A request that was answered with 401 is repeated
 * once. When the session is over, wx.login opens a new one without asking the user, as users of WeChat
 * expect; not so after logout(), after a login with a password, and with `relogin: false`: then the
 * request fails with `session_ended` or `unauthenticated`, and it's time for the app's login page.
 */
'use strict';

/** The names of the codes in docs/errors.md of Maque: the code is the status times 100 plus the place. */
const errorNames = {
  400: 'malformed_request invalid_json invalid_field invalid_code bad_encrypted_data',
  401: 'unauthenticated token_expired session_ended bad_credentials invalid_refresh_token',
  403: 'forbidden account_disabled user_blocked_by_wechat registration_closed invalid_invitation ' +
    'foreign_request',
  404: 'route_not_found user_not_found config_key_not_found session_not_found config_version_not_found ' +
    'config_draft_not_found',
  405: 'method_not_allowed', 408: 'request_timeout', 413: 'body_too_large', 414: 'target_too_long',
  409: 'conflict username_taken identity_taken credentials_exist wechat_already_linked ' +
    'session_key_missing subscription_refused config_conflict',
  415: 'unsupported_media_type', 417: 'expectation_failed', 431: 'headers_too_large',
  422: 'config_value_invalid config_schema_invalid',
  429: 'too_many_requests too_many_attempts', 500: 'internal', 504: 'deadline_exceeded',
  502: 'wechat_rejected_us wechat_bad_reply',
  503: 'overloaded shutting_down database_unavailable wechat_unavailable',
};

/**
 * What a request failed with. Decide by `name` or `code`, else by `kind`; show `message` to developers
 * only, and quote `traceId` when you report a problem.
 */
class MaqueError extends Error {
  /**
   * @param {'client'|'server'|'upstream'|'network'} kind whose fault it was: the request's, Maque's,
   *   WeChat's or the database's, or that of whatever is between here and Maque
   * @param {string} name of docs/errors.md; without a code `timeout`, `unreachable`, `wx_login_failed`
   *   or `unexpected_reply`; `unknown` for a code that is newer than this file
   * @param {{code?: number, status?: number, traceId?: string, retryAfter?: ?number}} [more] 0 where
   *   there is none; `retryAfter` is in seconds, or null, and for the app: nothing waits for it here
   */
  constructor(kind, name, message, more) {
    super(message);
    Object.assign(this, { kind, name, code: 0, status: 0, traceId: '', retryAfter: null }, more);
  }
}

/** The value of a header field; some platforms change the case of its name. */
function headerOf(reply, name) {
  const fields = reply.header || {};
  const found = Object.keys(fields).find((field) => field.toLowerCase() === name);
  return found === undefined ? '' : String(fields[found]);
}

function kindOf(code, status) {
  if (/^502|^50302$|^50303$/.test(code)) return 'upstream';
  if (status >= 500) return 'server';
  // What is no error and no answer of Maque either is from a proxy, or from a network that wants a login.
  return status >= 400 ? 'client' : 'network';
}

function errorOf(reply) {
  const body = reply.data;
  const status = reply.statusCode;
  const more = { status, traceId: headerOf(reply, 'x-trace-id') };
  const seconds = headerOf(reply, 'retry-after');
  if (/^[0-9]+$/.test(seconds)) more.retryAfter = Number(seconds);
  if (body === null || typeof body !== 'object' || typeof body.code !== 'number' || status < 400)
    return new MaqueError(kindOf(0, status), 'unexpected_reply', 'not an answer of Maque', more);
  more.code = body.code;
  more.traceId = body.trace_id || more.traceId;
  const names = (errorNames[Math.floor(body.code / 100)] || '').split(' ');
  return new MaqueError(
    kindOf(body.code, status), names[body.code % 100] || 'unknown', String(body.message), more);
}

/** The `data` of an answer. */
function dataOf(reply) {
  const body = reply.data;
  if (reply.statusCode === 200 && body && body.code === 200) return body.data;
  throw errorOf(reply);
}

/** A function that starts anew only when nothing that it has started is under way. */
function singleFlight(start) {
  let running = null;
  const join = () => {
    if (running === null) {
      const end = () => { running = null; };
      running = start();
      running.then(end, end);
    }
    return running;
  };
  join.settled = () => Promise.resolve(running).then(() => {}, () => {});
  return join;
}

const earliest = 30000; // Milliseconds before its end at which an access token is renewed …
const earliestPart = 0.1; // … but not before this part of its life is left.
// The second attempt has to come within the server's auth.reuse_window, 10 s, of a first one that was lost.
const refreshTimeout = 4000;

/**
 * @param {object} options
 * @param {string} options.baseUrl e.g. 'https://api.example.com'
 * @param {string} [options.appid] which mini-program this is, if the server has several
 * @param {string} [options.storageKey] what the keys in the storage begin with; default 'maque'
 * @param {number} [options.timeout] of a request, in milliseconds; default 10000
 * @param {boolean} [options.relogin] whether wx.login may open a session unasked; default true
 * @param {object} [options.wx] the runtime; default the global one
 * @param {function(): Promise<string>} [options.loginCode] default the code of wx.login
 * @param {function(): number} [options.now] the time in milliseconds; default Date.now
 */
function createMaque(options) {
  const { storageKey = 'maque', timeout = 10000, relogin = true, now = Date.now } = options;
  const runtime = options.wx || wx;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const app = options.appid ? { appid: options.appid } : {};

  // What another server gave is of no use to this one, and none of its business.
  const stored = Object.assign({}, runtime.getStorageSync(storageKey));
  const mine = stored.baseUrl === baseUrl ? stored : {};
  /** {accessToken, refreshToken, receivedAt, lifetime (both in ms)} or null; replaced, never changed. */
  let session = mine.session || null;
  /** Whether wx.login may open the next one: after a logout or a password it's the user's turn. */
  let silent = mine.silent !== false;
  const configs = mine.configs || {};
  let deviceToken = mine.deviceToken;

  function save() {
    try {
      runtime.setStorageSync(storageKey, { baseUrl, session, silent, configs, deviceToken });
    } catch (full) {
      // Then it lasts as long as the mini-program runs.
    }
  }

  function keep(tokens) {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = tokens;
    session = { accessToken, refreshToken, receivedAt: now(), lifetime: seconds * 1000 };
    save();
  }

  function enter(opened, isSilent) {
    silent = isSilent;
    keep(opened);
    return { user: opened.user, isNewUser: opened.is_new_user };
  }

  function drop(ended) {
    if (session !== ended) return;
    session = null;
    save();
  }

  function isDue(kept) {
    const age = now() - kept.receivedAt;
    // An age below zero: the clock was set back, and says nothing about the token.
    return age < 0 || age > kept.lifetime - Math.min(earliest, kept.lifetime * earliestPart);
  }

  function send(method, path, body, header, patience) {
    return new Promise((resolve, reject) => {
      const fail = ({ errMsg }) =>
        reject(new MaqueError('network', /timeout/i.test(errMsg) ? 'timeout' : 'unreachable', errMsg));
      const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
      runtime.request({
        url: baseUrl + path, method, data: body, header: Object.assign(json, header),
        timeout: patience || timeout, dataType: 'json', success: resolve, fail,
      });
    });
  }

  function ask(method, path, body, asking) {
    const header = asking ? { Authorization: 'Bearer ' + asking.accessToken } : {};
    return send(method, path, body, header).then(dataOf);
  }

  function codeOfWechat() {
    return new Promise((resolve, reject) => {
      const fail = ({ errMsg }) => reject(new MaqueError('network', 'wx_login_failed', errMsg));
      const success = (told) => (told.code ? resolve(told.code) : fail(told));
      runtime.login({ timeout, success, fail });
    });
  }

  async function logInWithNewCode() {
    const code = await (options.loginCode || codeOfWechat)();
    return ask('POST', '/api/login', Object.assign({ code }, app));
  }

  /** @returns {Promise<{user: object, isNewUser: boolean}>} a new session, by way of wx.login */
  const login = singleFlight(async () => {
    const opened = await logInWithNewCode().catch((error) => {
      // The code was no good, or is used up: the next one may be better.
      if (error.code !== 40003 && error.code !== 50201) throw error;
      return logInWithNewCode();
    });
    return enter(opened, true);
  });

  async function openWithPassword(path, body) {
    const opened = await ask('POST', path, body);
    deviceToken = opened.device_token;
    return enter(opened, false);
  }

  /** Resolves to undefined, or to the error that says that the session is over and has been dropped. */
  const renew = singleFlight(async () => {
    const old = session;
    const body = { refresh_token: old.refreshToken };
    const patience = Math.min(timeout, refreshTimeout);
    const exchange = () => send('POST', '/api/v1/token/refresh', body, {}, patience).then(dataOf);
    try {
      const tokens = await exchange().catch((error) => {
        if (error.kind !== 'network' && error.status !== 504) throw error;
        return exchange(); // The answer may have been lost: it is given again.
      });
      if (session === old) keep(tokens);
      return undefined;
    } catch (error) {
      if (error.code !== 40102 && error.code !== 40104) throw error;
      drop(old);
      return error;
    }
  });

  /** The session to ask with. `cause` is why the last one was no good, if there was one. */
  async function open(cause) {
    let why = cause;
    if (session !== null && isDue(session)) why = (await renew()) || why;
    if (session === null && silent && relogin) await login();
    if (session !== null) return session;
    const over = { code: 40102, status: 401, traceId: why && why.traceId };
    throw why
      ? new MaqueError('client', 'session_ended', why.message, over)
      : new MaqueError('client', 'unauthenticated', 'not logged in', { code: 40100 });
  }

  /**
   * Any other route. Fails with a MaqueError.
   * @param {'GET'|'POST'|'PUT'|'DELETE'} method wx.request knows no PATCH
   * @param {string} path behind baseUrl, e.g. '/api/user/info'
   * @param {object} [body]
   * @returns {Promise<*>} the answer's `data`
   */
  async function request(method, path, body) {
    const asking = await open();
    try {
      return await ask(method, path, body, asking);
    } catch (error) {
      if (error.code < 40100 || error.code > 40102) throw error;
      let why = error;
      if (error.code !== 40101) drop(asking);
      // Unless it was renewed while this request was under way.
      else if (session === asking) why = (await renew()) || error;
      return ask(method, path, body, await open(why));
    }
  }

  /**
   * @param {'this'|'others'|'all'} [scope] which sessions of the user end
   * @returns {Promise<number>} how many have. The tokens are gone even if it fails, except with 'others'.
   */
  async function logout(scope) {
    const leaves = scope !== 'others';
    await login.settled();
    if (leaves) silent = false;
    try {
      return (await request('POST', '/api/v1/logout', { scope: scope || 'this' })).ended_sessions;
    } catch (error) {
      if (!leaves || (error.name !== 'session_ended' && error.name !== 'unauthenticated')) throw error;
      return 0;
    } finally {
      if (leaves) { session = null; save(); }
    }
  }

  /** A published value, or all: {version, values}; asked for anew only if it has changed. */
  async function config(key) {
    const path = key === undefined ? '/api/config' : '/api/config/' + encodeURIComponent(key);
    const kept = configs[path];
    const reply = await send('GET', path, undefined, kept ? { 'If-None-Match': kept.etag } : {});
    if (kept && reply.statusCode === 304) return kept.value;
    const value = dataOf(reply);
    configs[path] = { etag: headerOf(reply, 'etag'), value };
    save();
    return value;
  }

  return {
    login, logout, request, config,
    /** Whether there is a session; it may have ended without this being known yet. */
    isLoggedIn: () => session !== null,
    loginWithPassword: (username, password) => openWithPassword('/api/v1/login',
      Object.assign({ username, password }, deviceToken && { device_token: deviceToken })),
    register: (username, password, invitationCode) => openWithPassword('/api/v1/register',
      Object.assign({ username, password }, invitationCode && { invitation_code: invitationCode })),
    /** {id, nickname, avatar_url, language, role, created_at} */
    profile: () => request('GET', '/api/user/info'),
    /** @param {{nickname?: string, avatar_url?: string, language?: string}} changes */
    updateProfile: (changes) => request('POST', '/api/user/info', changes),
    /** The user's sessions: [{id, device, address, created_at, last_seen_at, current}] */
    sessions: async () => (await request('GET', '/api/v1/sessions')).items,
    endSession: (id) => request('DELETE', '/api/v1/sessions/' + encodeURIComponent(id)),
    /**
     * Binds the number behind the code of open-type="getPhoneNumber"; without a code, tells the one that
     * is bound: {phone_number, local_number, country_code, bound_at}, or null.
     */
    phone: (code) => (code
      ? request('POST', '/api/v1/wechat/phone', Object.assign({ code }, app))
      : request('GET', '/api/v1/wechat/phone')),
  };
}

module.exports = { createMaque, MaqueError };
