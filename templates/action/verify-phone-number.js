'use strict';

/*
 * Verify phone number: a post-login Action for Auth0 (CommonJS, node22, no dependency).
 * phonegate:action
 *
 * Lets a user through only with a phone number that Twilio Verify has approved. It sends a code,
 * redirects to the code-entry form with a signed session token, and accepts the form's signed answer.
 *
 *   Record  app_metadata.phone_number, phone_number_verified, phone_number_verified_at
 *   Pending app_metadata.phone_verification {sid, service, number, sent_at, sends, tries}
 *   Login   transaction metadata "phonegate": {k, check, change, service, key, typed, number}
 *   Secrets PHONEGATE_KEY_<utc minute>_<id>: session secret, Twilio API key, its secret and the
 *           Verify service, joined by dots; FORM_URL unless the configuration says where the form is
 *
 * Principles: it fails closed (whatever goes wrong denies); nothing runs after a deny; the record is
 * written only on Twilio's "approved"; nothing is logged. Users may edit their user_metadata, so the
 * record lives in app_metadata and counts only for the number that user_metadata has now. A login ends
 * under the rules and the key that it began with, whatever is deployed meanwhile.
 */

const CONFIG = /* phonegate:config */ {
  "codeCheck": "form",
  "noPhone": "form",
  "changeNumber": true,
  "codeLength": 6,
  "phone": { "home": null, "allowed": [] },
  "enforce": { "usersCreatedAfter": null, "skipClients": [], "skipConnections": [] },
  "claims": null,
  "deployed": null
} /* phonegate:end */;

const LAYOUT = 2; // of keys, session tokens and CONFIG.deployed
const RESEND_AFTER_MS = 60 * 1000;
const CODE_LIFETIME_MS = 10 * 60 * 1000; // Twilio's, and the session token's
const MAX_TRIES = 5; // Twilio refuses the sixth check of a verification

const DENIALS = {
  phone_unverified: 'Your phone number is not verified yet. Sign in interactively to verify it.',
  phone_missing: 'Your profile has no phone number to verify.',
  phone_invalid: 'The phone number in your profile is not a number that can be verified.',
  phone_country: 'Phone numbers of this country are not accepted.',
  phone_code_wrong: 'The code was not right. Sign in again to try once more.',
  phone_code_expired: 'The code has expired or was already used. Sign in again for a new one.',
  phone_too_many_tries: 'Too many wrong codes. Wait ten minutes, then sign in again.',
  phone_too_many_sends: 'Too many codes were asked for. Wait ten minutes, then sign in again; if that does not help, wait a day.',
  phone_provider: 'The code could not be sent or checked. Sign in again in a few minutes.',
  phone_token: 'The answer of the verification page was not accepted. Sign in again.',
  phone_config: 'Phone verification is not set up completely.',
};

/** Runs after each login: passes verified users without a network call, sends the others to the form. */
exports.onExecutePostLogin = (event, api) => failClosed(api, () => begin(event, api));

/** Runs when the form has sent the browser back to /continue. */
exports.onContinuePostLogin = (event, api) => failClosed(api, () => finish(event, api));

async function failClosed(api, leg) {
  try {
    await leg();
  } catch {
    deny(api, 'phone_provider');
  }
}

function deny(api, code, detail = '') {
  api.access.deny(`${code}: ${DENIALS[code]}${detail}`);
}

// ---- First leg: who must verify, and with which number

async function begin(event, api) {
  if (isExempt(event)) return;
  const profile = readProfile(event.user);
  if (profile.verified) return setClaims(api, profile.record);
  // A user who is never asked must not lose refresh tokens either, so this comes before canRedirect.
  if (!profile.typed && CONFIG.noPhone === 'skip') return;
  if (!canRedirect(api)) return deny(api, 'phone_unverified');
  const key = await readKey(event);
  if (!key) return deny(api, 'phone_config');
  if (!profile.typed) return askForNumber(event, api, key, 'phone_missing');
  if (profile.problem) return askForNumber(event, api, key, profile.problem);
  return verifyNumber(event, api, key, profile);
}

function isExempt(event) {
  const { usersCreatedAfter, skipClients, skipConnections } = CONFIG.enforce;
  if (skipClients.includes(event.client?.client_id)) return true;
  if (skipConnections.includes(event.connection?.name)) return true;
  return usersCreatedAfter !== null && Date.parse(event.user.created_at) < Date.parse(usersCreatedAfter);
}

function readProfile(user) {
  const app = user.app_metadata ?? {};
  const typed = user.user_metadata?.phone_number || null;
  const { number, problem } = typed ? normaliseNumber(typed, CONFIG.phone) : {};
  const record = app.phone_number;
  // A number whose country has left the allow-list stays verified; only new numbers are held to the list.
  const isCurrent = !typed || typed === record || number === record;
  const verified = app.phone_number_verified === true && isE164(record) && isCurrent;
  return { typed, number, problem, record, verified, pending: readPending(app.phone_verification) };
}

function readPending(value) {
  const sentAt = Date.parse(value?.sent_at);
  if (!isVerificationSid(value?.sid) || !isE164(value.number) || Number.isNaN(sentAt)) return null;
  const { sid, service, number, sends = 1, tries = 0 } = value;
  return { sid, service, number, sentAt, sends, tries };
}

/** False for refresh tokens, password grants and prompt=none: nobody is there who could type a code. */
function canRedirect(api) {
  return typeof api.redirect?.canRedirect === 'function' && api.redirect.canRedirect() === true;
}

/** The newest key that is complete, with the form's address; null if there is none, or no address. */
async function readKey({ secrets }) {
  const formUrl = CONFIG.deployed ? CONFIG.deployed.formUrl : secrets?.FORM_URL;
  if (!/^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(formUrl)) return null;
  const key = (await readKeys(secrets ?? {})).findLast(({ sends }) => sends);
  return key ? { ...key, formUrl } : null;
}

// ---- First leg: the code, and the way to the form

async function verifyNumber(event, api, key, profile) {
  const isSame = profile.pending?.number === profile.number && profile.pending.service === key.service;
  const pending = isSame ? profile.pending : null;
  const age = pending ? Math.abs(Date.now() - pending.sentAt) : Infinity;
  const alive = age < CODE_LIFETIME_MS;
  if (alive && pending.tries >= MAX_TRIES) return deny(api, 'phone_too_many_tries');
  if (age < RESEND_AFTER_MS || (alive && pending.tries > 0)) return sendToCodePage(event, api, key, pending);

  const sent = await startVerification(event, key, profile.number, alive ? pending : null);
  if (sent.problem === 'phone_invalid') return askForNumber(event, api, key, 'phone_invalid');
  if (sent.problem) return deny(api, sent.problem, sent.detail);
  writePending(api, sent.pending);
  return sendToCodePage(event, api, key, sent.pending, sent.limited);
}

async function startVerification(event, key, number, pending) {
  const reply = await sendText(event, key, { To: number, Channel: 'sms' });
  if (reply.ok && isVerificationSid(reply.body.sid)) return { pending: pendingOf(reply.body, key, number) };
  if (isLimit(reply.code) && pending) return { pending, limited: true };
  if (reply.code === 60203) return findVerification(key, number);
  if (isLimit(reply.code)) return { problem: 'phone_too_many_sends' };
  if (reply.code === 60202) return { problem: 'phone_too_many_tries' }; // at the form, which this Action does not see
  if (reply.code === 60200 || reply.code === 60205) return { problem: 'phone_invalid' };
  return { problem: 'phone_provider', detail: reply.code ? ` (Twilio ${reply.code})` : '' };
}

/** Sends one text at most. Should somebody delete the service's rate limits, logins go on without; phonegate doctor says so. */
async function sendText(event, key, form) {
  const RateLimits = await limitsOf(key.service, event.user.user_id, event.request.ip);
  const reply = await callTwilio(key, 'POST', 'Verifications', { ...form, RateLimits });
  return isUnknownLimit(reply.code) ? callTwilio(key, 'POST', 'Verifications', form) : reply;
}

/**
 * Twilio sends no sixth text in ten minutes (60203), but a code that did arrive still works, so the
 * user goes on to the form. The form must not see the number in clear, so it needs the verification's
 * sid: the remembered one or, if the earlier texts were not sent by this Action (or the record is
 * gone), the one that Twilio finds by the number. Without a sid nothing could be checked: deny.
 */
async function findVerification(key, number) {
  const reply = await callTwilio(key, 'GET', `Verifications/${encodeURIComponent(number)}`);
  const found = reply.ok && isVerificationSid(reply.body.sid) && reply.body.to === number && reply.body.status === 'pending';
  if (!found) return { problem: 'phone_too_many_sends' };
  return { pending: pendingOf(reply.body, key, number), limited: true };
}

function pendingOf(verification, { service }, number) {
  const sends = verification.send_code_attempts?.length || 1;
  return { sid: verification.sid, service, number, sentAt: Date.now(), sends, tries: 0 };
}

function writePending(api, { sid, service, number, sentAt, sends, tries }) {
  const sent_at = new Date(sentAt).toISOString();
  api.user.setAppMetadata('phone_verification', { sid, service, number, sent_at, sends, tries });
}

function sendToCodePage(event, api, key, pending, limited = false) {
  const begun = { typed: event.user.user_metadata.phone_number, number: pending.number };
  return sendToForm(event, api, key, {
    task: 'code', vsid: pending.sid, hint: pending.number.slice(-2),
    sent: Math.floor(pending.sentAt / 1000), sends: pending.sends, limited,
  }, begun);
}

/** Lets the form ask for another number where that is allowed, otherwise denies with the reason. */
function askForNumber(event, api, key, reason) {
  if (!CONFIG.changeNumber) return deny(api, reason);
  return sendToForm(event, api, key, { task: 'number', reason });
}

/**
 * The answer is signed with a key of this login alone. It is remembered here, by Auth0, and derived from the session secret by
 * the form, so whatever version of this Action resumes needs no secret for it, and no other secret forges it.
 */
async function sendToForm(event, api, key, task, begun = {}) {
  const login = hex(crypto.getRandomValues(new Uint8Array(16)));
  const k = await verdictKey(key.session, login);
  const rules = { check: CONFIG.codeCheck, change: CONFIG.changeNumber };
  api.transaction.setMetadata('phonegate', JSON.stringify({ k, ...rules, service: key.service, key: key.id, ...begun }));
  const token = api.redirect.encodeToken({
    secret: key.session,
    expiresInSeconds: CODE_LIFETIME_MS / 1000,
    payload: {
      purpose: 'phonegate/session', layout: LAYOUT, key: key.id, login, ...rules,
      digits: CONFIG.codeLength, host: event.request.hostname, ...task,
    },
  });
  api.redirect.sendUserTo(key.formUrl, { query: { session_token: token } });
}

// ---- Second leg: the form's answer

async function finish(event, api) {
  const login = readLogin(event);
  const answer = login && readAnswer(event, api, login);
  if (!answer) return deny(api, 'phone_token');
  const profile = readProfile(event.user);
  if (login.check === 'action') return checkCode(event, api, login, profile, answer);
  return acceptVerdict(event, api, login, profile, answer);
}

/** What the first leg has remembered; null if there is nothing, or nothing that it has written. */
function readLogin(event) {
  try {
    const login = JSON.parse(event.transaction.metadata.phonegate);
    const whole = typeof login.k === 'string' && /^[0-9a-f]{64}$/.test(login.k)
      && ['form', 'action'].includes(login.check) && isServiceSid(login.service);
    return whole ? login : null;
  } catch {
    return null;
  }
}

/**
 * The answer's claims if it is for this user, this login and its mode of work, else null. Auth0 has checked
 * signature, expiry and state when validateToken returns. The purpose keeps answers of the other mode
 * out; the short life keeps an answer from being stored up.
 */
function readAnswer(event, api, { k, check }) {
  const claims = validate(api, k);
  const purpose = check === 'action' ? 'phonegate/code' : 'phonegate/verdict';
  const fits = claims?.purpose === purpose && claims.sub === event.user.user_id && claims.exp - claims.iat <= 600;
  return fits ? claims : null;
}

function validate(api, secret) {
  try {
    return api.redirect.validateToken({ secret, tokenParameterName: 'session_token' });
  } catch {
    return null; // Auth0 throws on a token that it does not accept
  }
}

/**
 * code_check "form": Twilio has approved the code on the form's server; the answer must fit what was begun here. Its number is
 * not held to the allow-list again: the form has done that, under the list that the login began with or a newer one.
 */
function acceptVerdict(event, api, login, profile, verdict) {
  const { approved, vsid, phone_number: number } = verdict;
  if (approved !== true || !isVerificationSid(vsid) || !isE164(number)) return deny(api, 'phone_token');
  if (!isExpected(login, profile, verdict)) return deny(api, 'phone_token');
  return approve(event, api, number);
}

/**
 * The number that was begun here must still be the profile's (it may have been edited meanwhile), under
 * the remembered verification. Any other number or verification is only good where the form may ask for one.
 */
function isExpected(login, profile, { vsid, phone_number: number }) {
  const { pending } = profile;
  const begun = pending !== null && pending.number === number;
  if (begun && profile.typed && !isStillTyped(login, profile, number)) return false;
  return login.change === true || (begun && pending.sid === vsid);
}

/** Whether the profile says the number, as it did when the login began or as numbers are read by now. */
function isStillTyped(login, profile, number) {
  return profile.number === number || (profile.typed === login.typed && login.number === number);
}

/** code_check "action": the form only carries the typed code here, signed. Whichever key is the newest may check it. */
async function checkCode(event, api, login, profile, { vsid, code }) {
  const { pending } = profile;
  if (!pending || pending.sid !== vsid || !isStillTyped(login, profile, pending.number)) return deny(api, 'phone_token');
  if (typeof code !== 'string' || !/^\d{4,10}$/.test(code)) return deny(api, 'phone_token');
  if (pending.tries >= MAX_TRIES) return deny(api, 'phone_too_many_tries');
  const key = await readKey(event);
  if (!key) return deny(api, 'phone_config');

  const form = { VerificationSid: vsid, Code: code };
  const reply = await callTwilio({ ...key, service: login.service }, 'POST', 'VerificationCheck', form);
  if (reply.code === 60202) return denyTry(api, 'phone_too_many_tries', pending, MAX_TRIES);
  if (reply.code === 20404) return denyExpired(api);
  if (!reply.ok || reply.body.sid !== vsid) return deny(api, 'phone_provider');
  const approved = reply.body.status === 'approved' && reply.body.valid === true && reply.body.to === pending.number;
  if (!approved) return denyTry(api, 'phone_code_wrong', pending, pending.tries + 1);
  return approve(event, api, pending.number);
}

function denyTry(api, code, pending, tries) {
  writePending(api, { ...pending, tries });
  deny(api, code);
}

function denyExpired(api) {
  api.user.setAppMetadata('phone_verification', null); // so that the next login sends a new code
  deny(api, 'phone_code_expired');
}

/** The only place that writes the record. */
function approve(event, api, number) {
  api.user.setAppMetadata('phone_number', number);
  api.user.setAppMetadata('phone_number_verified', true);
  api.user.setAppMetadata('phone_number_verified_at', new Date().toISOString());
  api.user.setAppMetadata('phone_verification', null);
  // In E.164, so that the record keeps fitting should the default country ever change.
  if (event.user.user_metadata?.phone_number !== number) api.user.setUserMetadata('phone_number', number);
  setClaims(api, number);
}

function setClaims(api, number) {
  if (!CONFIG.claims) return;
  api.idToken.setCustomClaim(`${CONFIG.claims}phone_number`, number);
  api.idToken.setCustomClaim(`${CONFIG.claims}phone_number_verified`, true);
}

// phonegate:include shared/twilio.mjs

// phonegate:include shared/keys.mjs

// phonegate:include shared/limits.mjs

// phonegate:include shared/numbers.mjs
