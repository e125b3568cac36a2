import { Pool } from 'undici';
import { errors } from './errors.js';
import { appid } from './tokens.js';

const known = new Map([
  [40029, errors.invalidCode], [40163, errors.invalidCode], [40226, errors.userBlocked],
  [45011, errors.tooManyRequests], [-1, errors.wechatUnavailable],
]);

// Exchanges login codes over connections that are kept.
export class Wechat {
  #pool;

  constructor(url) {
    this.#pool = new Pool(url, { connections: 512, headersTimeout: 5000, bodyTimeout: 5000 });
  }

  async exchange(code) {
    const query = new URLSearchParams(
      { appid, secret: 'secret', js_code: code, grant_type: 'authorization_code' });
    let text;
    try {
      const answer = await this.#pool.request({ method: 'GET', path: `/sns/jscode2session?${query}` });
      text = await answer.body.text();
    } catch {
      throw errors.wechatUnavailable;
    }
    let reply;
    try {
      reply = JSON.parse(text);
    } catch {
      throw errors.badWechatReply;
    }
    if (reply.errcode) throw known.get(reply.errcode) ?? errors.rejectedByWechat;
    if (!reply.openid || !reply.session_key) throw errors.badWechatReply;
    return { openid: reply.openid, sessionKey: reply.session_key };
  }
}
