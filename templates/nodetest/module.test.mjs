// The rendered form as a module: what only a program that imports it can see.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { sessionSecret, sign, suite } from './stand-ins.mjs';

const { base } = suite;

test('a request that breaks everything gets a calm page', async () => {
  const { default: form } = await import(suite.forms[0].code);
  const broken = { get method() { throw new Error('no'); }, headers: new Headers(), url: 'https://form.test/' };
  const response = await form.fetch(broken, base.env);
  assert.equal(response.status, 500);
  assert.match(await response.text(), /This isn’t working right now/);
});

test('secrets come from the process where there is no env', async () => {
  const { default: form } = await import(suite.forms[0].code);
  const names = Object.keys(base.env);
  for (const name of names) process.env[name] = base.env[name];
  try {
    const response = await form.fetch(new Request('https://form.test/?health=1'));
    assert.equal((await response.json()).ready, true);
  } finally {
    for (const name of names) delete process.env[name];
  }
});

test('another language is only data; what it leaves out is English', async () => {
  const code = readFileSync(suite.forms[0].code, 'utf8').replace('...CONFIG.texts', "sv: { dir: 'ltr', code_title: 'Titta på din telefon' }");
  const { default: form } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const ask = async (languages) => {
    const session = sign({ ...base.session, iat: now() - 10, exp: now() + 500 }, sessionSecret(base.env));
    const request = new Request(`https://form.test/?state=s&session_token=${session}`, { headers: { 'accept-language': languages } });
    return (await form.fetch(request, base.env)).text();
  };
  const swedish = await ask('da, sv-FI;q=0.9, en;q=0.8');
  assert.match(swedish, /<html lang="sv" dir="ltr">/);
  assert.match(swedish, /<h1>Titta på din telefon<.h1>/);
  assert.match(swedish, /We sent a code to/);
  assert.match(await ask('en-GB, sv;q=0.2'), /<html lang="en"/);
  assert.match(await ask('sv;q=0, constructor'), /<html lang="en"/);
});

function now() {
  return Math.floor(Date.now() / 1000);
}
