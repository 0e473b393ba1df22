// What Auth0, Twilio and the clock are to the code under test: stand-ins that hold it to the scenario.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const suite = JSON.parse(readFileSync(process.env.PHONEGATE_SUITE, 'utf8'));

/** Base with own over it; null removes. */
export function merge(base, own) {
  const out = { ...base };
  for (const [key, value] of Object.entries(own ?? {})) {
    if (value === null) delete out[key];
    else if (isObject(value) && isObject(out[key]) && !['app_metadata', 'user_metadata'].includes(key)) out[key] = merge(out[key], value);
    else out[key] = value;
  }
  return out;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every named value is there and the same; null stands for absent. */
export function assertHas(actual, expected, what) {
  for (const [key, value] of Object.entries(expected)) {
    assert.deepEqual(actual[key] ?? null, value, `${what}: ${key}`);
  }
}

export function sign(claims, secret, header = { alg: 'HS256', typ: 'JWT' }) {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function claimsOf(token, secret) {
  const [header, payload, signature] = token.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  assert.equal(signature, expected, 'the token is not signed with the expected secret');
  return JSON.parse(Buffer.from(payload, 'base64url'));
}

/** The session secret of the key of that name; the base's has one also where it was removed. */
export function sessionSecret(variables, name) {
  return (variables[name || suite.base.key] ?? suite.base.env[name || suite.base.key] ?? '').split('.')[0] || 'some other secret';
}

/** What an answer to a login is signed with. */
export function verdictKey(session, login) {
  return createHmac('sha256', session).update(`phonegate/verdict/2|${login}`).digest('hex');
}

/** Runs code at a fixed time, with Twilio's replies in order; fails on other calls, on console output, on calls left over. */
export async function inWorld({ now, twilio, secrets }, run) {
  const real = { Date: globalThis.Date, fetch: globalThis.fetch, setTimeout: globalThis.setTimeout, console: globalThis.console };
  const at = real.Date.parse(now);
  const replies = [...(twilio ?? [])];
  const faults = [];
  let silent = false;

  globalThis.Date = class extends real.Date {
    constructor(...given) { if (given.length > 0) super(...given); else super(at); }
    static now() { return at; }
  };
  globalThis.console = new Proxy({}, { get: (_, name) => () => faults.push(`console.${String(name)} was called`) });
  globalThis.setTimeout = (tick, ms) => {
    if (ms > 5000) faults.push(`a limit of ${ms} ms is too long`);
    return real.setTimeout(tick, silent ? 0 : ms);
  };
  globalThis.fetch = async (address, options) => {
    const url = new URL(address);
    const reply = replies.shift();
    const call = `${options.method} ${url.pathname}`;
    if (!reply) { faults.push(`unexpected call: ${call}`); throw new TypeError('fetch failed'); }
    try {
      checkCall(reply, call, url, options, secrets);
    } catch (fault) {
      faults.push(fault.message);
    }
    if (reply.fail === 'network') throw new TypeError('fetch failed');
    if (reply.fail === 'silence') return aborted(options.signal);
    if (reply.fail === 'html') return new Response('<html>', { status: reply.status });
    return Response.json(reply.body, { status: reply.status });
  };
  // The limit of a silent call is set before the call; let it pass at once.
  silent = replies.some(({ fail }) => fail === 'silence');
  try {
    return await run();
  } finally {
    Object.assign(globalThis, real);
    assert.deepEqual(faults, []);
    assert.equal(replies.length, 0, `${replies.length} calls were not made`);
  }
}

export function checkCall(reply, call, url, options, secrets) {
  assert.equal(url.origin, 'https://verify.twilio.com');
  if (reply.expect) assert.equal(call, reply.expect);
  const [user, password] = Buffer.from(options.headers.Authorization.replace(/^Basic /, ''), 'base64').toString().split(':');
  assert.deepEqual([user, password], secrets[reply.key || suite.base.key].split('.').slice(1, 3));
  assert.equal(options.redirect, 'manual', 'credentials must not follow a redirect');
  if (reply.form) assert.deepEqual(Object.fromEntries(new URLSearchParams(options.body)), reply.form);
}

function aborted(signal) {
  return new Promise((_, reject) => {
    assert.ok(signal, 'a call without a limit');
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
