/** Requests to the operator's listener. Every answer but the stream of events is an envelope. */

/** A request that did not succeed. `status` 0: there was no answer. */
export class ApiError extends Error {
  constructor(status, envelope, retryAfter = null) {
    super(envelope?.message || `HTTP ${status}`);
    this.status = status;
    this.code = envelope?.code ?? null;
    this.data = envelope?.data ?? null;
    this.traceId = envelope?.trace_id ?? null;
    /** Seconds, or null. */
    this.retryAfter = retryAfter;
  }
}

/** foreign_request, see docs/errors.md: also a request without the token that goes with the cookie. */
const foreignCode = 40305;
const longest = 30000; // Milliseconds.
let csrfToken = null;
let onSignedOut = () => {};

/** @param {function} handler called when the server says that nobody is signed in */
export const whenSignedOut = (handler) => { onSignedOut = handler; };

/** Whole numbers that JavaScript can't hold stay as they are written, where the browser can do that. */
function keepExact(key, value, context) {
  const written = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !JSON.rawJSON) return value;
  return /^-?[0-9]+$/.test(written) ? JSON.rawJSON(written) : value;
}

export const parseExact = (text) => JSON.parse(text, keepExact);

async function envelopeOf(answer) {
  try {
    return parseExact(await answer.text());
  } catch {
    return null;
  }
}

async function send(method, path, body) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;
  try {
    return await fetch(`/admin${path}`, {
      method, headers, cache: 'no-store', credentials: 'same-origin', redirect: 'error',
      signal: AbortSignal.timeout(longest),
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
  } catch (cause) {
    throw new ApiError(0, { message: String(cause.message || cause) });
  }
}

/**
 * @param {string} path behind /admin, e.g. '/config'
 * @param {object|string} [body] an object, or JSON as text
 * @returns the envelope's data
 * @throws {ApiError}
 */
export async function ask(method, path, body, isSecondTry = false) {
  const answer = await send(method, path, body);
  const envelope = await envelopeOf(answer);
  if (answer.ok && envelope) return envelope.data;
  const retryAfter = Number(answer.headers.get('Retry-After')) || null;
  const failed = new ApiError(answer.status, envelope, retryAfter);
  if (failed.code === foreignCode && csrfToken && !isSecondTry) {
    // Another tab has signed in anew: the cookie is that one's, and nothing was done.
    await session();
    return ask(method, path, body, true);
  }
  if (failed.status === 401 && path !== '/sign-in' && path !== '/session') onSignedOut();
  throw failed;
}

export const get = (path) => ask('GET', path);

/** '/users' with { q: 'a b' } becomes '/users?q=a%20b'; what is null or '' is left out. */
export function withQuery(path, values) {
  const parts = Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path;
}

const remember = (session) => {
  csrfToken = session.csrf_token;
  return session;
};

/** Who is signed in; throws an ApiError with status 401 if nobody is. */
export const session = async () => remember(await get('/session'));
export const signIn = async (who) => remember(await ask('POST', '/sign-in', who));

export async function signOut() {
  await ask('POST', '/sign-out');
  csrfToken = null;
}
