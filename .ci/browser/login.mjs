// Logs a person in, in Chromium, to the tenant that the sandbox emulates, and prints what happened as JSON.
//
//   node login.mjs '{"proxy": "http://127.0.0.1:8080", "journeys": [{"name": "sign up with lock", ...}], ...}'
//
// The fields are those of `script` in provision/sandbox/browsertest/driver_test.go.
import { Session } from './session.mjs';
import { logInPlainly, logInWithLock, signUpPlainly, signUpWithLock } from './auth0.mjs';
import { enterCode } from './form.mjs';

const script = JSON.parse(process.argv[2]);

// Each journey begins in a browser without a past and ends at the app's redirect URI.
const journeys = {
  'sign up with lock': { scripted: true, steps: [signUpWithLock, enterCode] },
  'log in with lock': { scripted: true, steps: [logInWithLock] },
  'sign up plainly': { scripted: false, steps: [signUpPlainly, enterCode] },
  'log in plainly': { scripted: false, steps: [logInPlainly] },
};

const results = [];
for (const { name, authorize_url: start } of script.journeys) {
  const { scripted, steps } = journeys[name];
  const session = await Session.open(script, name, scripted);
  const result = { name };
  try {
    await session.page.goto(start);
    for (const step of steps) await step(session, script);
    result.callback_url = await session.arrive(script.redirect_uri);
  } catch (error) {
    result.error = String(error.stack ?? error);
    await session.shoot('failed').catch(() => {});
  }
  results.push({ ...result, ...await session.close() });
  if (result.error) break;
}
console.log(JSON.stringify(results));
