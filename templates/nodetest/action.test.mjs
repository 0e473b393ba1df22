// The rendered Action, run with stand-ins for Auth0's event and api through every scenario.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { assertHas, inWorld, merge, sessionSecret, suite, verdictKey } from './stand-ins.mjs';

const require = createRequire(import.meta.url);
const { base } = suite;

for (const scenario of suite.actions) {
  test(`${scenario.handler}: ${scenario.name}`, async () => {
    const secrets = merge(base.secrets, scenario.secrets);
    const event = { ...eventOf(scenario), secrets };
    const did = [];
    const world = { now: scenario.now || base.now, twilio: scenario.twilio, secrets };
    await inWorld(world, () => require(scenario.code)[scenario.handler](event, apiOf(scenario, secrets, did)));
    check(did, scenario, secrets);
  });
}

/** A second leg finds what the first has remembered. */
function eventOf({ handler, event: own, login }) {
  const event = structuredClone(merge(base.event, own));
  if (handler !== 'onContinuePostLogin' || login === null) return event;
  const phonegate = typeof login === 'string' ? login : JSON.stringify(merge(base.login, login));
  return { ...event, transaction: { ...event.transaction, metadata: { ...event.transaction?.metadata, phonegate } } };
}

function answerSecret({ text, key, login, plain }, secrets) {
  if (text) return text;
  const session = sessionSecret(secrets, key);
  return plain ? session : verdictKey(session, login || base.session.login);
}

function apiOf(scenario, secrets, did) {
  const note = (command) => (...given) => { did.push([command, ...given]); };
  return {
    access: { deny: note('deny') },
    user: { setAppMetadata: note('appMetadata'), setUserMetadata: note('userMetadata') },
    idToken: { setCustomClaim: note('idTokenClaims') },
    transaction: { setMetadata: note('remember') },
    redirect: {
      canRedirect: () => scenario.canRedirect ?? true,
      encodeToken: (options) => ({ options }),
      sendUserTo: note('redirect'),
      validateToken: ({ secret, tokenParameterName }) => {
        assert.equal(tokenParameterName, 'session_token');
        const { answer } = scenario;
        if (!answer || secret !== answerSecret(answer, secrets)) throw new Error('The session token is invalid: Failed signature validation');
        return merge(base.answer, answer.claims);
      },
    },
  };
}

function check(did, { expect, deployed }, secrets) {
  const set = (command) => Object.fromEntries(did.filter(([c]) => c === command).map(([, key, value]) => [key, value]));
  const denials = did.filter(([c]) => c === 'deny');
  assert.deepEqual(denials.map(([, reason]) => reason.split(':')[0]), expect.denied ? [expect.denied] : []);
  for (const [, reason] of denials) assert.match(reason, /^[a-z_]+: [A-Z].*[.)]$/);
  if (expect.denied) assert.equal(did.at(-1)[0], 'deny', 'something was done after the denial');
  assert.deepEqual(set('appMetadata'), expect.appMetadata ?? {});
  assert.deepEqual(set('userMetadata'), expect.userMetadata ?? {});
  assert.deepEqual(set('idTokenClaims'), expect.idTokenClaims ?? {});

  const redirects = did.filter(([c]) => c === 'redirect');
  const remembered = did.filter(([c]) => c === 'remember');
  assert.equal(redirects.length, expect.redirect ? 1 : 0, 'redirects');
  assert.equal(remembered.length, redirects.length, 'logins remembered');
  if (!expect.redirect) return;
  const [, address, { query }] = redirects[0];
  const { options } = query.session_token;
  assert.equal(did.at(-1)[0], 'redirect', 'something was done after the redirect');
  assert.equal(address, deployed?.formUrl ?? secrets.FORM_URL);
  assert.deepEqual(Object.keys(query), ['session_token']);
  const name = Object.keys(secrets).find((key) => key.endsWith(`_${options.payload.key}`));
  assert.equal(options.secret, sessionSecret(secrets, name));
  assert.equal(options.expiresInSeconds, 600);
  assertHas(options.payload, expect.redirect, 'session token');
  assertHas(options.payload, { purpose: 'phonegate/session', layout: 2 }, 'session token');
  const [[, key, text]] = remembered;
  assert.equal(key, 'phonegate');
  const login = JSON.parse(text);
  const { login: id, check: mode, change } = options.payload;
  assert.match(id, /^[0-9a-f]{32}$/);
  const service = secrets[name].split('.')[3];
  assertHas(login, { k: verdictKey(options.secret, id), check: mode, change, service, key: options.payload.key, ...expect.login }, 'login');
  assert.doesNotMatch(JSON.stringify([address, options.payload]), /\+?61412345634|\d{8,9}56"/, 'a number in clear');
}

test('an api that throws denies', async () => {
  const { code } = suite.actions[0];
  const did = [];
  const thrower = { setAppMetadata: () => { throw new Error('out of order'); } };
  const api = { ...apiOf({}, base.secrets, did), user: thrower };
  const twilio = [{ status: 201, body: { sid: `VE${'0'.repeat(32)}` } }];
  await inWorld({ now: base.now, twilio, secrets: base.secrets }, () => (
    require(code).onExecutePostLogin({ ...base.event, secrets: base.secrets }, api)));
  assert.match(did[0][1], /^phone_provider: /);
});

test('an event without a user denies', async () => {
  const did = [];
  await inWorld({ now: base.now, secrets: base.secrets }, () => (
    require(suite.actions[0].code).onExecutePostLogin({ secrets: base.secrets }, apiOf({}, base.secrets, did))));
  assert.match(did[0][1], /^phone_provider: /);
});

test('an api without canRedirect denies', async () => {
  const did = [];
  const api = apiOf({}, base.secrets, did);
  delete api.redirect.canRedirect;
  await inWorld({ now: base.now, secrets: base.secrets }, () => (
    require(suite.actions[0].code).onExecutePostLogin({ ...base.event, secrets: base.secrets }, api)));
  assert.match(did[0][1], /^phone_unverified: /);
});

test('every login has a verdict key of its own', async () => {
  const { code } = suite.actions[0];
  const keys = new Set();
  for (let i = 0; i < 20; i += 1) {
    const did = [];
    const twilio = [{ status: 201, body: { sid: `VE${'0'.repeat(32)}` } }];
    await inWorld({ now: base.now, twilio, secrets: base.secrets }, () => (
      require(code).onExecutePostLogin({ ...structuredClone(base.event), secrets: base.secrets }, apiOf({}, base.secrets, did))));
    keys.add(JSON.parse(did.find(([c]) => c === 'remember')[2]).k);
  }
  assert.equal(keys.size, 20);
});
