import { isLimit, isUnknownLimit, limitsOf } from '../../shared/limits.mjs';
import { isE164, normaliseNumber, westernDigits } from '../../shared/numbers.mjs';
import { callTwilio, isVerificationSid } from '../../shared/twilio.mjs';
import { CALL_FROM_SEND, CONFIG, MAX_NUMBERS, MAX_TRIES, RESEND_WAITS } from './config.mjs';
import { findCountry } from './countries.mjs';
import { codePage, goOn, notice, numberPage, say } from './pages.mjs';
import { now, remember } from './tokens.mjs';

// ---- What a user can do

export async function checkCode(context, typed) {
  const { session } = context;
  const code = readCode(typed);
  if (!code) return codePage(context, { status: 422, problem: 'bad_code' });
  const reply = await callTwilio(context.key, 'POST', 'VerificationCheck', { VerificationSid: session.vsid, Code: code });
  if (reply.code === 20404) return notice(context, 410, 'used');
  if (reply.code === 60202) return notice(context, 429, 'tries');
  if (!reply.ok || reply.body.sid !== session.vsid) return codePage(context, { status: 503, problem: 'not_checked' });
  if (reply.body.status === 'approved' && reply.body.valid === true && isE164(reply.body.to)) {
    return goOn(context, { purpose: 'phonegate/verdict', phone_number: reply.body.to, approved: true });
  }
  const tries = (session.tries ?? 0) + 1;
  if (tries >= MAX_TRIES) return notice(context, 429, 'tries');
  const left = MAX_TRIES - tries;
  const words = say(context, left === 1 ? 'tries_one' : 'tries_many', { n: left });
  return codePage(remember(context, { tries }), { status: 422, problem: 'wrong_code', values: { tries: words } });
}

/** code_check "action": the Action asks Twilio. */
export function handBack(context, typed) {
  const code = readCode(typed);
  if (!code) return codePage(context, { status: 422, problem: 'bad_code' });
  return goOn(context, { purpose: 'phonegate/code', code });
}

/** Sends the same code again, as text or call, if the wait is over. Twilio knows the number and the sends so far. */
export async function sendAgain(context, channel) {
  const { session } = context;
  const found = await callTwilio(context.key, 'GET', `Verifications/${session.vsid}`);
  if (found.code === 20404) return notice(context, 410, 'used');
  if (!found.ok || !isE164(found.body.to)) return codePage(context, { status: 503, problem: 'not_sent' });
  if (found.body.status === 'max_attempts_reached') return notice(context, 429, 'tries');
  if (found.body.status !== 'pending') return notice(context, 410, 'used');

  const known = remember(context, sendsOf(found.body, session));
  const seconds = secondsToResend(known.session);
  if (seconds > 0) return codePage(known, { status: 429, problem: 'too_soon', values: { seconds } });
  if (channel === 'call' && !mayCall(known.session)) return codePage(known);
  const sent = await sendCode(context, { To: found.body.to, Channel: channel });
  if (isLimit(sent.code)) return codePage(remember(known, { limited: true }), { status: 429, problem: 'limited' });
  if (!sent.ok || !isVerificationSid(sent.body.sid)) return codePage(known, { status: 503, problem: 'not_sent' });
  const tries = sent.body.sid === session.vsid ? session.tries : 0;
  const next = remember(known, { vsid: sent.body.sid, tries, sends: countSends(sent.body) || known.session.sends + 1, sent: now() });
  return codePage(next, { done: channel === 'call' ? 'called' : 'resent' });
}

/** Sends one message at most. Should somebody delete the service's rate limits, logins go on without; phonegate doctor says so. */
async function sendCode(context, form) {
  const { session, key } = context;
  const RateLimits = await limitsOf(key.service, session.sub, session.ip); // Auth0 has put both into the token
  const reply = await callTwilio(key, 'POST', 'Verifications', { ...form, RateLimits });
  return isUnknownLimit(reply.code) ? callTwilio(key, 'POST', 'Verifications', form) : reply;
}

/** Starts a verification of a number that the user has typed here, in the national form of a country or with its "+". */
export async function startNumber(given, typed, region) {
  const chosen = region ? findCountry(region) : null;
  if (region && !chosen) return numberPage(given, { status: 422, problem: 'phone_country' });
  const context = { ...given, country: region || given.country };
  const { allowed, home } = CONFIG.phone;
  const { number, problem } = normaliseNumber(typed, { allowed, home: chosen ?? home });
  if (problem) return numberPage(context, { status: 422, problem });
  if (!countNumber(context.session, number)) return numberPage(context, { status: 429, problem: 'number_limited' });
  let limited = false;
  let reply = await sendCode(context, { To: number, Channel: 'sms' });
  if (reply.code === 60203) { // no further text, but one that arrived still works
    limited = true;
    reply = await callTwilio(context.key, 'GET', `Verifications/${encodeURIComponent(number)}`);
    if (!reply.ok || reply.body.status !== 'pending') return numberPage(context, { status: 429, problem: 'number_limited' });
  }
  if (isLimit(reply.code)) return numberPage(context, { status: 429, problem: 'number_limited' });
  if (reply.code === 60200 || reply.code === 60205) return numberPage(context, { status: 422, problem: 'phone_invalid' });
  if (reply.code === 60605) return numberPage(context, { status: 422, problem: 'phone_country' });
  if (!reply.ok || !isVerificationSid(reply.body.sid)) return numberPage(context, { status: 503, problem: 'not_sent' });
  const begun = { task: 'code', vsid: reply.body.sid, hint: number.slice(-2), sends: countSends(reply.body) || 1, sent: now(), tries: 0, limited };
  return codePage(remember(context, begun), limited ? { status: 429, problem: 'limited' } : {});
}

/**
 * A session may text a few different numbers, not hundreds. This page keeps no store, so an instance
 * counts what it has seen itself; Twilio's limits for the user, the network and the number hold across instances.
 */
const numbersOf = new Map();

function countNumber({ sub, iat, exp }, number) {
  for (const [key, entry] of numbersOf) if (entry.exp < now()) numbersOf.delete(key);
  const key = `${iat} ${sub}`;
  const entry = numbersOf.get(key) ?? { exp, numbers: new Set() };
  if (entry.numbers.size >= MAX_NUMBERS && !entry.numbers.has(number)) return false;
  entry.numbers.add(number);
  numbersOf.set(key, entry);
  return true;
}

/**
 * The typed code without what people and phones put between its digits; null if it is none. Its length may be another one than
 * the login began with, if the service was changed since: Twilio decides.
 */
function readCode(typed) {
  const code = westernDigits(typed).replace(/[\s.\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2069-]/g, '');
  return /^\d{4,10}$/.test(code) ? code : null;
}

function countSends(verification) {
  return Array.isArray(verification.send_code_attempts) ? verification.send_code_attempts.length : 0;
}

function sendsOf(verification, { sends, sent }) {
  const last = Date.parse(verification.send_code_attempts?.at?.(-1)?.time);
  return { sends: countSends(verification) || sends, sent: Number.isNaN(last) ? sent : Math.floor(last / 1000) };
}

export function secondsToResend({ sends = 1, sent = 0 }) {
  const wait = RESEND_WAITS[Math.min(sends, RESEND_WAITS.length) - 1] ?? RESEND_WAITS[0];
  return Math.max(0, Math.min(wait, sent + wait - now()));
}

export function mayCall({ sends = 1 }) {
  return sends + 1 >= CALL_FROM_SEND;
}
