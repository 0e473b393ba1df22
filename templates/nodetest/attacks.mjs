// Plays attacks on the form or the Action under Node and prints what came of them as JSON.
//
//   node attacks.mjs FILE
//
// FILE is what attack_test.go and attackaction_test.go write; they judge the answers.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const told = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const write = process.stdout.write.bind(process.stdout);

let calls = [];
const RealDate = Date;
const at = RealDate.parse(told.now);
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length > 0) super(...given); else super(at); }
  static now() { return at; }
};
globalThis.fetch = async (address, { method }) => {
  calls.push(`${method} ${address}`);
  return new Response(told.twilio, { status: 200 });
};
globalThis.console = new Proxy({}, { get: (_, name) => () => { throw new Error(`console.${String(name)} was called`); } });

const outcomes = [];
if (told.form) {
  const { default: form } = await import(told.code);
  for (const { method, url, headers, body } of told.form) {
    calls = [];
    // As bytes, so that Node adds no content type of its own.
    const given = body === null ? undefined : new Uint8Array(Buffer.from(body, 'base64'));
    const response = await form.fetch(new Request(url, { method, headers: headers ?? [], body: given }), told.env);
    outcomes.push({ status: response.status, headers: Object.fromEntries(response.headers), body: await response.text(), calls });
  }
} else {
  const require = createRequire(import.meta.url);
  for (const { code, handler, event, secrets, answers } of told.actions) {
    calls = [];
    outcomes.push({ ...await leg(require(code)[handler], { ...event, secrets }, answers), calls });
  }
}
write(JSON.stringify(outcomes));

async function leg(handler, event, answers) {
  const did = { denied: '', redirect: '', metadata: {} };
  const set = (key, value) => { did.metadata[key] = value; };
  await handler(event, {
    access: { deny: (reason) => { did.denied = reason; } },
    user: { setAppMetadata: set, setUserMetadata: set },
    idToken: { setCustomClaim: set },
    transaction: { setMetadata: () => {} },
    redirect: {
      canRedirect: () => true,
      encodeToken: () => 'token',
      sendUserTo: (address) => { did.redirect = address; },
      validateToken: ({ secret }) => {
        if (!answers[secret]) throw new Error('The session token is invalid');
        return answers[secret];
      },
    },
  });
  return did;
}
