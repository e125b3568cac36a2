use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::Rng;
use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, digest, hmac};
use serde::{Deserialize, Serialize};

use crate::api::{self, ApiError};

pub const APPID: &str = "wxsimulator";
pub const ACCESS_TTL: i64 = 15 * 60; // Seconds, as the others.
pub const REFRESH_TTL: i64 = 30 * 24 * 3600;
pub const SESSION_TTL: i64 = 90 * 24 * 3600;
const ISSUER: &str = "maque";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    role: String,
}

pub struct AccessTokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    header: Header,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(key: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        let header = Header { typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::HS256) };
        AccessTokens {
            signing: EncodingKey::from_secret(key),
            verifying: DecodingKey::from_secret(key),
            header,
            validation,
        }
    }

    /// The user's id.
    pub fn verify(&self, token: &str) -> Result<i64, ApiError> {
        match jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation) {
            Ok(read) => read.claims.sub.parse().map_err(|_| api::UNAUTHENTICATED),
            Err(cause) => Err(match cause.kind() {
                ErrorKind::ExpiredSignature => api::TOKEN_EXPIRED,
                _ => api::UNAUTHENTICATED,
            }),
        }
    }

    pub fn sign(&self, user: &str, session: i64, role: &str, now: i64) -> Result<String, ApiError> {
        let at = now / 1_000_000;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: user.to_owned(),
            sid: session.to_string(),
            iat: at,
            nbf: at,
            exp: at + ACCESS_TTL,
            role: role.to_owned(),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.signing).map_err(|_| api::INTERNAL)
    }
}

/// For the client, base64url of the parts and an HMAC over them. The secret is that of the session, so that
/// a lost answer can be given again.
pub struct RefreshToken {
    pub session: i64,
    pub counter: u32,
    pub secret: [u8; 32],
}

const REFRESH_BYTES: usize = 8 + 4 + 32;

pub struct RefreshTokens {
    key: hmac::Key,
}

impl RefreshTokens {
    pub fn new(key: &[u8]) -> Self {
        RefreshTokens { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    pub fn encode(&self, token: &RefreshToken) -> String {
        let mut bytes = Vec::with_capacity(REFRESH_BYTES + 32);
        bytes.extend_from_slice(&token.session.to_be_bytes());
        bytes.extend_from_slice(&token.counter.to_be_bytes());
        bytes.extend_from_slice(&token.secret);
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        base64::encode_config(bytes, base64::URL_SAFE_NO_PAD)
    }

    pub fn decode(&self, text: &str) -> Option<RefreshToken> {
        let bytes = base64::decode_config(text, base64::URL_SAFE_NO_PAD).ok()?;
        if bytes.len() != REFRESH_BYTES + 32 {
            return None;
        }
        let (content, tag) = bytes.split_at(REFRESH_BYTES);
        hmac::verify(&self.key, content, tag).ok()?;
        Some(RefreshToken {
            session: i64::from_be_bytes(content[..8].try_into().ok()?),
            counter: u32::from_be_bytes(content[8..12].try_into().ok()?),
            secret: content[12..].try_into().ok()?,
        })
    }
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the system has randomness");
    bytes
}

pub fn new_secret() -> [u8; 32] {
    random_bytes()
}

pub fn hash(secret: &[u8; 32]) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret).as_ref().to_vec()
}

/// Encrypts what is stored of WeChat, bound to whom it belongs to.
pub struct Sealer {
    key: aead::LessSafeKey,
}

impl Sealer {
    pub fn new(key: &[u8]) -> Self {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, key).expect("32 bytes");
        Sealer { key: aead::LessSafeKey::new(key) }
    }

    pub fn seal(&self, text: &str, openid: &str) -> Vec<u8> {
        let nonce: [u8; 12] = random_bytes();
        let mut sealed = text.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce), aead::Aad::from(openid), &mut sealed)
            .expect("a short text");
        [&nonce[..], &sealed[..]].concat()
    }
}

/// Sorts by time: 41 bits of milliseconds since 2025-01-01, 22 random ones.
pub fn new_id(now: i64) -> i64 {
    const EPOCH: i64 = 1_735_689_600_000;
    (now / 1000 - EPOCH) << 22 | rand::thread_rng().gen_range(0..1 << 22)
}
