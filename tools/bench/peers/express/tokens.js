import { createCipheriv, createHash, createHmac, createSecretKey, randomBytes, randomInt, timingSafeEqual }
  from 'node:crypto';
import jwt from 'jsonwebtoken';
import { errors } from './errors.js';

export const appid = 'wxsimulator';
export const accessTtl = 15 * 60; // Seconds, as the others.
export const refreshTtl = 30 * 24 * 3600;
export const sessionTtl = 90 * 24 * 3600;
const issuer = 'maque';

export class AccessTokens {
  #key;

  constructor(key) {
    this.#key = createSecretKey(key);
  }

  // The user's id.
  verify(token) {
    try {
      const claims = jwt.verify(token, this.#key, { algorithms: ['HS256'], issuer, audience: issuer });
      if (claims.exp === undefined) throw errors.unauthenticated;
      return claims.sub;
    } catch (error) {
      throw error instanceof jwt.TokenExpiredError ? errors.tokenExpired : errors.unauthenticated;
    }
  }

  sign(user, session, role, now) {
    const at = Math.floor(now / 1000);
    return jwt.sign(
      { iss: issuer, aud: issuer, sub: user, sid: session, iat: at, nbf: at, exp: at + accessTtl, role },
      this.#key, { header: { alg: 'HS256', typ: 'at+jwt' } });
  }
}

// A refresh token is base64url of the session, a counter, the session's secret, and an HMAC over them. The
// secret stays the same, so that a lost answer can be given again.
export class RefreshTokens {
  #key;

  constructor(key) {
    this.#key = createSecretKey(key);
  }

  static hash(secret) {
    return createHash('sha256').update(secret).digest();
  }

  encode({ session, counter, secret }) {
    const bytes = Buffer.alloc(44);
    bytes.writeBigUInt64BE(BigInt(session));
    bytes.writeUInt32BE(counter, 8);
    secret.copy(bytes, 12);
    return Buffer.concat([bytes, this.#mac(bytes)]).toString('base64url');
  }

  decode(text) {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== 76 || !timingSafeEqual(bytes.subarray(44), this.#mac(bytes.subarray(0, 44))))
      return null;
    return {
      session: String(bytes.readBigUInt64BE()), counter: bytes.readUInt32BE(8), secret: bytes.subarray(12, 44),
    };
  }

  #mac(bytes) {
    return createHmac('sha256', this.#key).update(bytes).digest();
  }
}

// Encrypts what is stored of WeChat, bound to whom it belongs to.
export class Sealer {
  #key;

  constructor(key) {
    this.#key = createSecretKey(key);
  }

  seal(text, openid) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(openid));
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  }
}

// An id that sorts by time: 41 bits of milliseconds since 2025-01-01, 22 random ones.
export function newId(now) {
  return String((BigInt(now - 1735689600000) << 22n) | BigInt(randomInt(1 << 22)));
}
