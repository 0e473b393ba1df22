// Logs a person in, in Chromium, to the tenant that the sandbox emulates, and prints what happened as JSON.
//
//   node login.mjs '{"proxy": "http://127.0.0.1:8080", "journeys": [{"name": "sign up with lock", ...}], ...}'
//
// The fields are those of `script` in provision/sandbox/browsertest/driver_test.go.
import { Session } from './session.mjs';
import { logIn, logInWithLock, signUp, signUpWithLock } from './auth0.mjs';
import { giveNumber, goBack, lookAtForm, mistypeCode, readProblem, typeCode } from './form.mjs';

const script = JSON.parse(process.argv[2]);

// Each journey begins in a browser without a past and ends at the app's redirect URI.
const journeys = {
  'sign up with lock': { scripted: true, steps: [signUpWithLock, lookAtForm, mistypeCode, readProblem, typeCode] },
  'log in with lock': { scripted: true, steps: [logInWithLock] },
  'sign up without scripts': { scripted: false, steps: [signUp, lookAtForm, mistypeCode, readProblem, typeCode, goBack] },
  'log in without scripts': { scripted: false, steps: [logIn] },
  'sign up without a number': { scripted: true, steps: [signUp, giveNumber, lookAtForm, typeCode] },
  'sign up and mistype': { scripted: true, steps: [signUp, lookAtForm, mistypeCode] },
  'log in and type the code': { scripted: true, steps: [logIn, typeCode] },
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
