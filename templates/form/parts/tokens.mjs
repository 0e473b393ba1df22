import { isVerificationSid } from '../../shared/twilio.mjs';
import { CLOCK_SKEW, CONFIG, LAYOUT, LAYOUTS, MOMENT_SECONDS } from './config.mjs';

// ---- Tokens: HS256 by Web Crypto, this one algorithm and nothing else (RFC 7515, RFC 8725)

const utf8 = new TextEncoder();

export async function readSession(token, keys) {
  const invalid = { problem: 'invalid' };
  const parts = token.split('.');
  if (parts.length !== 3) return invalid;
  const [header, payload, signature] = parts.map(decodeSegment);
  if (!header || !payload || !signature) return invalid;
  const { alg, typ, crit } = parseObject(header) ?? {};
  if (alg !== 'HS256' || (typ !== undefined && typ !== 'JWT') || crit !== undefined) return invalid;
  const session = parseObject(payload);
  if (!session) return invalid;
  // Up to here nothing is proven. The name of a key only says which one has to have signed this.
  const key = keys.find(({ id }) => id === session.key);
  if (!LAYOUTS.includes(session.layout) || !key) return isOnItsWay(session) ? { problem: 'moment' } : invalid;
  const signed = utf8.encode(`${parts[0]}.${parts[1]}`);
  if (!(await crypto.subtle.verify('HMAC', await hmacKey(key.session, 'verify'), signature, signed))) return invalid;
  if (!isSession(session)) return invalid;
  return isExpired(session) ? { problem: 'expired' } : { session, key };
}

/** Whether a token may be good at another machine, which has a new key or a newer version of this page some seconds earlier. */
function isOnItsWay({ layout, key, iat }) {
  const newKey = LAYOUTS.includes(layout) && typeof key === 'string' && /^[0-9a-f]{16}$/.test(key);
  const newVersion = Number.isInteger(layout) && layout > LAYOUT;
  return (newKey || newVersion) && Number.isFinite(iat) && Math.abs(now() - iat) <= MOMENT_SECONDS;
}

function isSession(claims) {
  return claims.purpose === 'phonegate/session'
    && CONFIG.hosts.includes(claims.iss) && CONFIG.hosts.includes(claims.host)
    && typeof claims.sub === 'string' && claims.sub !== ''
    && Number.isFinite(claims.iat) && claims.iat <= now() + CLOCK_SKEW
    && Number.isFinite(claims.exp) && claims.exp - claims.iat <= 600
    && (claims.nbf === undefined || (Number.isFinite(claims.nbf) && claims.nbf <= now() + CLOCK_SKEW))
    && typeof claims.login === 'string' && /^[0-9a-f]{32}$/.test(claims.login)
    && (claims.check === 'form' || claims.check === 'action')
    && Number.isInteger(claims.digits) && claims.digits >= 4 && claims.digits <= 10
    && (claims.task === 'number' || (claims.task === 'code' && isVerificationSid(claims.vsid)));
}

function isExpired({ exp }) {
  return exp <= now();
}

/** The context with something more in its session; pages sign it again when they are rendered. */
export function remember(context, more) {
  return { ...context, session: { ...context.session, ...more } };
}

export async function sign(claims, secret) {
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => encodeSegment(utf8.encode(JSON.stringify(part)))).join('.');
  const signature = await crypto.subtle.sign('HMAC', await hmacKey(secret, 'sign'), utf8.encode(text));
  return `${text}.${encodeSegment(new Uint8Array(signature))}`;
}

function hmacKey(secret, usage) {
  return crypto.subtle.importKey('raw', utf8.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

export function encodeSegment(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of a base64url segment, null unless it is written in its one canonical way. */
function decodeSegment(segment) {
  if (!/^[A-Za-z0-9_-]+$/.test(segment) || segment.length % 4 === 1) return null;
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (segment.length % 4)) % 4));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return encodeSegment(bytes) === segment ? bytes : null;
}

function parseObject(bytes) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export function now() {
  return Math.floor(Date.now() / 1000);
}
