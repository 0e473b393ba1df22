// The rendered form through every scenario: with Node's own Request and Response, or, where the suite says `at`, in another
// runtime over HTTP.
import assert from 'node:assert/strict';
import test from 'node:test';
import { askRemote, inRemoteWorld } from './remote.mjs';
import { assertHas, claimsOf, inWorld, merge, sessionSecret, sign, suite, verdictKey } from './stand-ins.mjs';

const { base } = suite;
const STATE = 'the-state';
const plain = suite.forms.find(({ settings, env, now }) => !settings && !env && !now);

for (const scenario of suite.forms) {
  test(scenario.name, async () => {
    const env = merge(base.env, scenario.env);
    const world = { now: scenario.now || base.now, twilio: scenario.twilio, secrets: env };
    const response = await ask(scenario, requestOf(scenario, env), world);
    check(response, await response.text(), scenario.expect, env, scenario);
  });
}

async function ask({ code, at }, request, world) {
  if (at) return inRemoteWorld(world, at, () => askRemote(at, request));
  const { default: form } = await import(code);
  return inWorld(world, () => form.fetch(request, world.secrets));
}

function tokenOf({ raw, secret, header, claims, tamper }, env) {
  if (raw) return raw;
  const session = merge(base.session, claims);
  const key = secret === 'answer' ? verdictKey(sessionSecret(env), session.login) : sessionSecret(env, secret);
  const token = sign(session, key, header ?? undefined);
  const [head, payload, signature] = token.split('.');
  switch (tamper) {
    case 'payload': return [head, Buffer.from(JSON.stringify({ ...base.session, sub: 'auth0|8' })).toString('base64url'), signature].join('.');
    case 'signature': return [head, payload, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.');
    case 'two parts': return [head, payload].join('.');
    case 'empty signature': return [head, payload, ''].join('.');
    case 'extra part': return `${token}.e30`;
    case 'padding': return `${token}=`;
    case 'tail bits': { // 43 characters hold 258 bits: the last two of them say nothing
      const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      return token.slice(0, -1) + digits[digits.indexOf(token.at(-1)) + 1];
    }
    default: return token;
  }
}

function requestOf(scenario, env) {
  const { method, query, headers, fields, body, state } = scenario.request;
  const session = { session_token: tokenOf(scenario.token, env), state: state ?? STATE };
  if (method !== 'POST') {
    return new Request(`https://form.test/?${query || new URLSearchParams(session)}`, { method, headers: headers ?? {} });
  }
  return new Request('https://form.test/', {
    method,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: body || new URLSearchParams({ ...session, ...fields }).toString(),
  });
}

function check(response, text, expect, env, scenario) {
  assert.equal(response.status, expect.status, text);
  const all = `${text}\n${[...response.headers].flat().join('\n')}`;
  for (const part of expect.contains ?? []) assert.ok(all.includes(part), `lacks ${part}:\n${text.replace(/<style[^]*<\/style>/, '')}`);
  for (const part of expect.lacks ?? []) assert.ok(!all.replace(/<script[^]*<\/script>/, '').includes(part), `has ${part}`);
  checkHeaders(response, text, expect);

  const leaving = /<form method="post" action="(https:[^"]*)" data-go>/.exec(text);
  assert.equal(leaving !== null, Boolean(expect.verdict), 'a way back to Auth0');
  const token = /name="session_token" value="([^"]*)"/.exec(text)?.[1];
  if (expect.verdict) {
    const { login } = merge(base.session, scenario.token.claims);
    assertHas(claimsOf(token, verdictKey(sessionSecret(env, scenario.token.secret), login)), expect.verdict, 'verdict');
    if (expect.continue) assert.equal(leaving[1], expect.continue);
  } else if (token) {
    const session = claimsOf(token, sessionSecret(env, scenario.token.secret));
    assertHas(session, expect.session ?? {}, 'session');
    assert.deepEqual([session.iat, session.exp], [base.session.iat, base.session.exp].map((t, i) => scenario.token.claims?.[['iat', 'exp'][i]] ?? t));
    assert.doesNotMatch(text, /name="session_token"[^]*name="session_token"/);
  }
}

function checkHeaders(response, text, expect) {
  const header = (name) => response.headers.get(name);
  assert.equal(header('cache-control'), 'no-store');
  assert.equal(header('referrer-policy'), 'same-origin');
  assert.equal(header('x-content-type-options'), 'nosniff');
  assert.equal(header('x-frame-options'), 'DENY');
  assert.equal(header('x-robots-tag'), 'noindex');
  assert.match(header('strict-transport-security'), /^max-age=\d{8}/);
  if (header('content-type') === 'application/json') return;
  const policy = header('content-security-policy');
  assert.match(policy, /^default-src 'none'; style-src 'nonce-([\w-]{22})'; script-src 'nonce-\1'/);
  assert.match(policy, /base-uri 'none'; frame-ancestors 'none'$/);
  if (!expect.verdict) assert.match(policy, /form-action 'self' https:\/\/acme-dev\.us\.auth0\.test https:\/\/login\.acme\.example;/);
  if (text) assert.ok(text.includes(`<script nonce="${/nonce-([\w-]+)/.exec(policy)[1]}">`));
  assert.doesNotMatch(text, /<(link|iframe|object|embed)|src="http|@import|url\(/i);
}

test('every page has its own nonce', async () => {
  const nonces = new Set();
  for (let i = 0; i < 50; i += 1) {
    const response = await ask(plain, new Request('https://form.test/'), { now: base.now, secrets: base.env });
    nonces.add(/nonce-([\w-]+)/.exec(response.headers.get('content-security-policy'))[1]);
  }
  assert.equal(nonces.size, 50);
});

test('a session texts five different numbers and no sixth', async () => {
  const session = sign(merge(base.session, { task: 'number', sub: 'auth0|pump' }), sessionSecret(base.env));
  const statuses = [];
  for (const last of [1, 2, 3, 4, 5, 6, 5]) {
    const twilio = last === 6 ? [] : [{ status: 201, body: { sid: `VE${'0'.repeat(31)}${last}`, send_code_attempts: [{}] } }];
    const body = new URLSearchParams({ session_token: session, state: STATE, intent: 'number', number: `+6149157015${last}` });
    const request = new Request('https://form.test/', { method: 'POST', body });
    statuses.push((await ask(plain, request, { now: base.now, twilio, secrets: base.env })).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 200]);
});

test('a parameter that is there twice is refused, however good the rest is', async () => {
  const good = { session_token: sign(base.session, sessionSecret(base.env)), state: STATE, intent: 'check', code: '123456' };
  for (const name of Object.keys(good)) {
    const body = new URLSearchParams(good);
    body.append(name, good[name]);
    const request = new Request('https://form.test/', { method: 'POST', body });
    const response = await ask(plain, request, { now: base.now, secrets: base.env });
    assert.equal(response.status, 400, name);
  }
});
