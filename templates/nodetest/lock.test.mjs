// The login page's script and the sign-up fields, run with a stand-in for Lock.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';
import { suite } from './stand-ins.mjs';

const require = createRequire(import.meta.url);

function open(page, config) {
  const script = /<script>([^]*?)<\/script>/.exec(page)[1].replace('@@config@@', Buffer.from(JSON.stringify(config)).toString('base64'));
  const opened = { shown: 0 };
  const document = { title: '', head: { appendChild: (style) => { opened.style = style.textContent; } }, createElement: () => ({}) };
  class Auth0Lock {
    constructor(id, domain, options) { Object.assign(opened, { id, domain, options }); }
    show() { opened.shown += 1; }
  }
  vm.runInNewContext(script, { window: { atob }, atob, escape, decodeURIComponent, document, Auth0Lock });
  return { ...opened, title: document.title };
}

const config = {
  clientID: 'app', auth0Domain: 'acme-dev.us.auth0.test', auth0Tenant: 'acme-dev', callbackURL: 'https://app.example/callback',
  assetsUrl: 'https://assets.test', clientConfigurationBaseUrl: 'https://conf.test', authorizationServer: { issuer: 'https://acme-dev.us.auth0.test/' },
  internalOptions: { response_type: 'code', state: 'ünïcode' }, extraParams: { login_hint: 'a@b.example' }, connection: 'Users', colors: { page_background: '#eee' },
};

test('the login page opens Lock with the transaction and the phone field', () => {
  const lock = open(readFileSync(suite.page, 'utf8'), config);
  assert.equal(lock.shown, 1);
  assert.deepEqual([lock.id, lock.domain, lock.title], ['app', 'acme-dev.us.auth0.test', 'Acme · Sign in']);
  const plain = JSON.parse(JSON.stringify(lock.options));
  assert.equal(plain.auth.redirectUrl, 'https://app.example/callback');
  assert.equal(plain.auth.responseType, 'code');
  assert.equal(plain.auth.params.state, 'ünïcode');
  assert.deepEqual(plain.allowedConnections, ['Users']);
  assert.deepEqual(plain.overrides, { __tenant: 'acme-dev', __token_issuer: 'https://acme-dev.us.auth0.test/' });
  assert.deepEqual(plain.prefill, { email: 'a@b.example', username: 'a@b.example' });
  assert.equal(plain.theme.primaryColor, '#0b6e4f');
  assert.match(lock.style, /#eee/);
  assert.deepEqual(plain.additionalSignUpFields.map(({ name }) => name), ['phone_number']);
});

test('the login page stands a transaction that says little', () => {
  const lock = open(readFileSync(suite.page, 'utf8'), { clientID: 'app', auth0Domain: 'd' });
  assert.equal(lock.shown, 1);
  assert.equal(lock.options.auth.responseType, 'code');
});

test('a hostile name stays a name', () => {
  const lock = open(readFileSync(suite.hostilePage, 'utf8'), config);
  assert.equal(lock.title, `${suite.hostileName} · Sign in`);
});

for (const [what, fields] of [
  ['login page', () => open(readFileSync(suite.page, 'utf8'), config).options.additionalSignUpFields],
  ['fields for embedded Lock', () => require(suite.fields)],
]) {
  test(`${what}: slips of the pen are caught early, Lock's rules are kept`, () => {
    const [field] = fields();
    assert.match(field.name, /^[a-zA-Z0-9_]+$/);
    assert.ok(field.placeholder && field.icon.startsWith('data:image/svg+xml;base64,'));
    const allowed = ['name', 'placeholder', 'icon', 'validator', 'prefill'];
    assert.deepEqual(Object.keys(field).filter((key) => !allowed.includes(key)), []);
    for (const good of ['+61 412 345 634', '(+61) 412-345-634', '0061412345634']) assert.equal(field.validator(good).valid, true, good);
    for (const bad of ['', '12', 'abc', '0412 345 634', '+61 412 345 634 x', '+0123456789', undefined]) assert.equal(field.validator(bad).valid, false, bad);
    assert.match(field.validator('').hint, /country code/);
  });
}
