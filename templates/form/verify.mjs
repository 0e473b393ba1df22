/*
 * The page on which a user types the code from the text message: one function, no dependency.
 * phonegate:form
 *
 * Runs as it stands wherever Request and Response exist (Vercel, Node, workerd, Deno, Bun). It keeps no
 * state: what it must remember travels in the signed session token.
 *
 *   In   GET /?session_token=...&state=...    from the post-login Action, by way of the browser
 *   Out  POST https://<tenant>/continue       from the browser, with a signed answer
 *   Env  PHONEGATE_KEY_<utc minute>_<id>, any number of them, each the session secret of a key and, if this page
 *        checks the codes, a Twilio API key, its secret and the Verify service, joined by dots
 *
 * Principles: a request without a valid session token reaches nothing; the way back leads to pinned hosts
 * only; every failure is a calm page; nothing is logged; what came in is never shown again. A login ends under
 * the rules and the key that it began with: both are in its session token, whatever is deployed meanwhile.
 */

const CONFIG = /* phonegate:config */ {
  "version": "development",
  "hosts": ["tenant.example.auth0.com"],
  "codeCheck": "form",
  "phone": { "home": null, "allowed": [], "example": "+61 491 570 156", "picker": { "plans": [], "names": {} } },
  "brand": {
    "name": "Example", "logo": "", "logoSource": "", "color": "#2457c5", "onColor": "#ffffff",
    "light": { "accent": "#2457c5", "edge": "#2457c5" }, "dark": { "accent": "#8fb2ff", "edge": "#2457c5" }
  },
  "texts": {}
} /* phonegate:end */;

/** All that is read by people. Another language is another table; the browser's Accept-Language chooses. */
const TEXTS = {
  en: {
    dir: 'ltr',
    code_title: 'Check your phone',
    code_lead: 'We sent a code to {masked}.',
    code_label: '{length}-digit code',
    code_button: 'Continue',
    resend: 'Send again',
    resend_in: 'Send again in {time}',
    call: 'Call me instead',
    change: 'Wrong number?',
    no_resend: 'No message after a minute? Sign in again and we’ll send another.',
    resent: 'We sent the code again.',
    called: 'We are calling you with the code.',
    number_title: 'Your phone number',
    number_lead: 'We’ll send a code to it to make sure it’s yours.',
    country_label: 'Country or region',
    country_none: 'Choose a country',
    number_label: 'Mobile number',
    number_hint: 'For example {example}',
    number_button: 'Send the code',
    back: 'Back to the code',
    error: 'Error: {title}',
    wrong_code: 'That code isn’t right. {tries} left.',
    tries_one: '1 try',
    tries_many: '{n} tries',
    bad_code: 'Enter the {length} digits from the message.',
    too_soon: 'You can ask for another code in {seconds} seconds.',
    limited: 'No more codes can be sent for now. If one arrived, enter it. Otherwise wait ten minutes, then sign in again.',
    phone_invalid: 'That number can’t get a text. Enter a mobile number, with its country code if it’s from abroad.',
    phone_country: 'We can’t send codes to that country. Enter another number.',
    profile_invalid: 'The number in your profile can’t get a text. Enter a mobile number.',
    profile_country: 'The number in your profile is from a country we can’t send codes to. Enter another number.',
    number_limited: 'Too many codes were asked for. Wait ten minutes, then sign in again.',
    not_sent: 'The message could not be sent just now. Try again in a minute.',
    not_checked: 'The code could not be checked just now. Try again in a minute.',
    done_title: 'One moment',
    done_lead: 'We are taking you back to sign-in.',
    done_button: 'Go on',
    expired_title: 'This page has expired',
    expired_lead: 'Go back to where you signed in and start again. You’ll get a new code.',
    used_title: 'This code is no longer valid',
    used_lead: 'It has expired or was already used. Go back to where you signed in and start again for a new one.',
    tries_title: 'Too many wrong codes',
    tries_lead: 'Wait ten minutes, then sign in again. You’ll get a new code.',
    moment_title: 'One moment',
    moment_lead: 'This page isn’t ready yet. It will reload by itself. If it doesn’t, reload it in a few seconds.',
    invalid_title: 'This link doesn’t work',
    invalid_lead: 'It’s incomplete or wasn’t made for this page. Go back to where you signed in and start again.',
    broken_title: 'This isn’t working right now',
    broken_lead: 'It’s not your fault. Wait a few minutes, then sign in again.',
  },
  ...CONFIG.texts,
};

const LAYOUT = 2; // of keys and session tokens
const LAYOUTS = [LAYOUT]; // of tokens that are read: this one and, as soon as there is one, the one before
const MOMENT_SECONDS = 60; // what one machine has, all have by then
const MAX_TRIES = 5; // Twilio refuses the sixth check of a verification
const RESEND_WAITS = [30, 40, 60, 90, 120]; // seconds after the first, second, ... send
const CALL_FROM_SEND = 3;
const MAX_NUMBERS = 5; // different numbers texted in one session, as far as this instance remembers
const CALL_TIMEOUT_MS = 5000;
const VERDICT_SECONDS = 300;
const MAX_BODY = 16 * 1024;
const MAX_FIELD = 4096;
const CLOCK_SKEW = 30; // seconds

export default {
  async fetch(request, env) {
    try {
      const response = await answer(request, env ?? {});
      return request.method === 'HEAD' ? new Response(null, response) : response;
    } catch {
      return notice(contextOf(null, {}), 500, 'broken');
    }
  },
};

// ---- Requests

async function answer(request, env) {
  const settings = await readSettings(env);
  const context = contextOf(request, settings);
  const url = new URL(request.url);
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (url.searchParams.get('health') === '1') return health(settings);
    return withSession(context, url.searchParams, showSession);
  }
  if (request.method !== 'POST') return notice(context, 405, 'invalid', { Allow: 'GET, HEAD, POST' });
  if (!isOwnForm(request, url)) return notice(context, 403, 'invalid');
  const fields = await readForm(request);
  if (!fields) return notice(context, 400, 'invalid');
  return withSession(context, fields, act);
}

function contextOf(request, settings) {
  const preferences = readPreferences(request?.headers.get('accept-language') ?? '');
  const language = chooseLanguage(preferences);
  return { settings, method: request?.method, language, texts: TEXTS[language], country: chooseCountry(preferences) };
}

/** The keys in the environment, wherever the host keeps it. Ready is a page with a key that serves the logins which begin now. */
async function readSettings(env) {
  const keys = await readKeys({ ...globalThis.process?.env, ...env });
  return { keys, ready: keys.some(({ sends }) => sends || CONFIG.codeCheck === 'action') };
}

/** For the deployer: is the page public, which version runs, and which keys does it have? The ids are no secret. */
function health({ keys, ready }) {
  const ids = (some) => some.map(({ id }) => id);
  const senders = keys.filter(({ sends }) => sends);
  const answer = { phonegate: 'form', layout: LAYOUT, version: CONFIG.version, ready, keys: ids(keys), senders: ids(senders) };
  return new Response(JSON.stringify(answer), { status: 200, headers: { ...HEADERS, 'Content-Type': 'application/json' } });
}

/**
 * Only this page's own form may post here. Browsers say where a request comes from in Sec-Fetch-Site and
 * Origin; behind a proxy the page's own host is the one that was forwarded. A browser can't be made
 * to forge any of these headers on another site.
 */
function isOwnForm(request, url) {
  const site = request.headers.get('sec-fetch-site');
  if (site && site !== 'same-origin') return false;
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  const own = [url.host, request.headers.get('host'), request.headers.get('x-forwarded-host')];
  try {
    return own.includes(new URL(origin).host);
  } catch {
    return false; // "null" and other things that are no origin
  }
}

async function readForm(request) {
  const type = (request.headers.get('content-type') ?? '').split(';')[0].replace(/[ \t]+$/, '').toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return null;
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return null;
  const body = await request.text();
  return body.length > MAX_BODY ? null : new URLSearchParams(body);
}

/** Reads the session out of the parameters and goes on with it, or says what is wrong. */
async function withSession(context, parameters, next) {
  if (context.settings.keys.length === 0) return notice(context, 503, 'broken');
  const fields = {};
  for (const name of ['session_token', 'state', 'intent', 'code', 'number', 'country']) {
    const values = parameters.getAll(name);
    if (values.length > 1 || values[0]?.length > MAX_FIELD) return notice(context, 400, 'invalid');
    fields[name] = values[0] ?? '';
  }
  // The state is Auth0's and opaque, but it is made for addresses (base64url), so it holds neither address nor markup.
  if (!/^[\w.~=-]+$/.test(fields.state)) return notice(context, 400, 'invalid');
  const { session, key, problem } = await readSession(fields.session_token, context.settings.keys);
  if (problem === 'expired') return notice(context, 410, 'expired');
  if (problem === 'moment') return notice(context, 409, 'moment', context.method === 'GET' ? { Refresh: '2' } : {});
  if (problem) return notice(context, 400, 'invalid');
  if (session.check === 'form' && !key.sends) return notice(context, 503, 'broken');
  return next({ ...context, session, key, state: fields.state }, fields);
}

function showSession(context) {
  const { session } = context;
  if (session.task === 'code') return codePage(context, session.limited ? { problem: 'limited' } : {});
  const reasons = { phone_invalid: 'profile_invalid', phone_country: 'profile_country' };
  return numberPage(context, { problem: reasons[session.reason] });
}

function act(context, { intent, code, number, country }) {
  const { session } = context;
  const hasServer = session.check === 'form';
  const mayChange = hasServer && session.change === true;
  if (intent === 'number' && mayChange) return startNumber(context, number, country);
  if (session.task !== 'code') return mayChange ? numberPage(context) : notice(context, 400, 'invalid');
  if (intent === 'change' && mayChange) return numberPage(context);
  if (intent === 'back') return showSession(context);
  if (intent === 'resend' && hasServer) return sendAgain(context, 'sms');
  if (intent === 'call' && hasServer) return sendAgain(context, 'call');
  if (intent === 'check' || intent === '') return hasServer ? checkCode(context, code) : handBack(context, code);
  return notice(context, 400, 'invalid');
}

// ---- What a user can do

async function checkCode(context, typed) {
  const { session } = context;
  const code = readCode(typed);
  if (!code) return codePage(context, { status: 422, problem: 'bad_code' });
  const reply = await callTwilio(context, 'POST', 'VerificationCheck', { VerificationSid: session.vsid, Code: code });
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
function handBack(context, typed) {
  const code = readCode(typed);
  if (!code) return codePage(context, { status: 422, problem: 'bad_code' });
  return goOn(context, { purpose: 'phonegate/code', code });
}

/** Sends the same code again, as text or call, if the wait is over. Twilio knows the number and the sends so far. */
async function sendAgain(context, channel) {
  const { session } = context;
  const found = await callTwilio(context, 'GET', `Verifications/${session.vsid}`);
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
  const reply = await callTwilio(context, 'POST', 'Verifications', { ...form, RateLimits });
  return isUnknownLimit(reply.code) ? callTwilio(context, 'POST', 'Verifications', form) : reply;
}

/** Starts a verification of a number that the user has typed here, in the national form of a country or with its "+". */
async function startNumber(given, typed, region) {
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
    reply = await callTwilio(context, 'GET', `Verifications/${encodeURIComponent(number)}`);
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

function secondsToResend({ sends = 1, sent = 0 }) {
  const wait = RESEND_WAITS[Math.min(sends, RESEND_WAITS.length) - 1] ?? RESEND_WAITS[0];
  return Math.max(0, Math.min(wait, sent + wait - now()));
}

function mayCall({ sends = 1 }) {
  return sends + 1 >= CALL_FROM_SEND;
}

// ---- Tokens: HS256 by Web Crypto, this one algorithm and nothing else (RFC 7515, RFC 8725)

const utf8 = new TextEncoder();

async function readSession(token, keys) {
  const invalid = { problem: 'invalid' };
  const parts = token.split('.');
  if (parts.length !== 3) return invalid;
  const [header, payload, signature] = parts.map(decodeSegment);
  if (!header || !payload || !signature) return invalid;
  const { alg, typ, crit } = parseObject(header) ?? {};
  if (alg !== 'HS256' || (typ !== undefined && typ !== 'JWT') || crit !== undefined) return invalid;
  const session = parseObject(payload);
  if (!session) return invalid;
  // Up to here nothing is proven. The name of a key only says which one has to have signed this.
  const key = keys.find(({ id }) => id === session.key);
  if (!LAYOUTS.includes(session.layout) || !key) return isOnItsWay(session) ? { problem: 'moment' } : invalid;
  const signed = utf8.encode(`${parts[0]}.${parts[1]}`);
  if (!(await crypto.subtle.verify('HMAC', await hmacKey(key.session, 'verify'), signature, signed))) return invalid;
  if (!isSession(session)) return invalid;
  return isExpired(session) ? { problem: 'expired' } : { session, key };
}

/** Whether a token may be good at another machine, which has a new key or a newer version of this page some seconds earlier. */
function isOnItsWay({ layout, key, iat }) {
  const newKey = LAYOUTS.includes(layout) && typeof key === 'string' && /^[0-9a-f]{16}$/.test(key);
  const newVersion = Number.isInteger(layout) && layout > LAYOUT;
  return (newKey || newVersion) && Number.isFinite(iat) && Math.abs(now() - iat) <= MOMENT_SECONDS;
}

function isSession(claims) {
  return claims.purpose === 'phonegate/session'
    && CONFIG.hosts.includes(claims.iss) && CONFIG.hosts.includes(claims.host)
    && typeof claims.sub === 'string' && claims.sub !== ''
    && Number.isFinite(claims.iat) && claims.iat <= now() + CLOCK_SKEW
    && Number.isFinite(claims.exp) && claims.exp - claims.iat <= 600
    && (claims.nbf === undefined || (Number.isFinite(claims.nbf) && claims.nbf <= now() + CLOCK_SKEW))
    && typeof claims.login === 'string' && /^[0-9a-f]{32}$/.test(claims.login)
    && (claims.check === 'form' || claims.check === 'action')
    && Number.isInteger(claims.digits) && claims.digits >= 4 && claims.digits <= 10
    && (claims.task === 'number' || (claims.task === 'code' && isVerificationSid(claims.vsid)));
}

function isExpired({ exp }) {
  return exp <= now();
}

/** The context with something more in its session; pages sign it again when they are rendered. */
function remember(context, more) {
  return { ...context, session: { ...context.session, ...more } };
}

async function sign(claims, secret) {
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => encodeSegment(utf8.encode(JSON.stringify(part)))).join('.');
  const signature = await crypto.subtle.sign('HMAC', await hmacKey(secret, 'sign'), utf8.encode(text));
  return `${text}.${encodeSegment(new Uint8Array(signature))}`;
}

function hmacKey(secret, usage) {
  return crypto.subtle.importKey('raw', utf8.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

function encodeSegment(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of a base64url segment, null unless it is written in its one canonical way. */
function decodeSegment(segment) {
  if (!/^[A-Za-z0-9_-]+$/.test(segment) || segment.length % 4 === 1) return null;
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (segment.length % 4)) % 4));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return encodeSegment(bytes) === segment ? bytes : null;
}

function parseObject(bytes) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function now() {
  return Math.floor(Date.now() / 1000);
}

// ---- Twilio Verify

/** One call, never repeated (a repeated send is another text): {ok, code, body}; no answer is ok false, code 0. */
async function callTwilio({ key: { service, apiKey, apiSecret } }, method, path, form) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), CALL_TIMEOUT_MS);
  try {
    const response = await fetch(`https://verify.twilio.com/v2/Services/${service}/${path}`, {
      method,
      headers: {
        Authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}`,
        Accept: 'application/json',
        ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      body: form && new URLSearchParams(form).toString(),
      redirect: 'manual',
      signal: stop.signal,
    });
    const body = await response.json();
    return { ok: response.status >= 200 && response.status < 300, code: Number(body?.code) || 0, body: body ?? {} };
  } catch {
    return { ok: false, code: 0, body: {} };
  } finally {
    clearTimeout(timer);
  }
}

function isVerificationSid(value) {
  return typeof value === 'string' && /^VE[0-9a-f]{32}$/i.test(value);
}

// phonegate:keys (the same text in Action and form)

/**
 * The keys among variables, oldest first. A key's name ends in a hash of its session secret; a value that its name does not
 * certify is left out, so an edited or half-written key does nothing. Only a key with a Twilio part can send and check codes.
 */
async function readKeys(variables) {
  const keys = [];
  for (const name of Object.keys(variables).sort()) {
    const id = /^PHONEGATE_KEY_\d{12}_([0-9a-f]{16})$/.exec(name)?.[1];
    if (!id || typeof variables[name] !== 'string') continue;
    const [session, apiKey, apiSecret, service, ...more] = variables[name].split('.');
    if (session.length < 32 || (await idOf(session)) !== id) continue;
    const sends = Boolean(apiKey && apiSecret) && isServiceSid(service) && more.length === 0;
    keys.push({ id, session, apiKey, apiSecret, service, sends });
  }
  return keys;
}

async function idOf(session) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`phonegate/key/2|${session}`));
  return hex(hash).slice(0, 16);
}

/** What the form signs its answer to one login with. */
function verdictKey(session, login) {
  return hmac(session, `phonegate/verdict/2|${login}`);
}

async function hmac(secret, text) {
  const [key, message] = [secret, text].map((value) => new TextEncoder().encode(value));
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return hex(await crypto.subtle.sign('HMAC', imported, message));
}

function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isServiceSid(value) {
  return typeof value === 'string' && /^VA[0-9a-f]{32}$/i.test(value);
}

// phonegate:end-of-keys

// phonegate:limits (the same text in Action and form)

/**
 * What Twilio counts sends by, under the names of the service's two rate limits: the user, and the network that the login
 * came from. Twilio is given keyed hashes, so it learns neither, and whatever a user id holds, they are well-formed.
 */
async function limitsOf(service, user, address) {
  const limits = { phonegate_user: await pseudonym(service, user) };
  const network = networkOf(address);
  if (network) limits.phonegate_ip = await pseudonym(service, network);
  return JSON.stringify(limits);
}

async function pseudonym(service, text) {
  return (await hmac(service, text)).slice(0, 32);
}

/** An IPv4 address, or the first half of an IPv6 address: the second half is the user's own to choose. "" for none. */
function networkOf(address) {
  const text = typeof address === 'string' ? address.toLowerCase() : '';
  if (!text.includes(':')) return text;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/.exec(text);
  if (mapped) return mapped[1];
  const [head, tail] = text.split('::').map((part) => (part ? part.split(':') : []));
  const gap = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...gap, ...(tail ?? [])].slice(0, 4).map((group) => parseInt(group, 16) || 0).join(':');
}

/** Twilio's codes for sends that are too many: for the number, for a rate limit of the service, for the account. */
function isLimit(code) {
  return [60203, 20429, 25109].includes(code);
}

/** Twilio's codes for a send that names a rate limit which is not there. Nothing was sent then, so it may be tried without. */
function isUnknownLimit(code) {
  return [60200, 20404].includes(code);
}

// phonegate:end-of-limits

// phonegate:numbers (the same text in Action and form)

/**
 * Reads what a person typed as a phone number: {number} in E.164; {problem: "phone_invalid"} if it is none;
 * {number, problem: "phone_country"} if its country is not allowed. Understands spaces, dashes, dots,
 * brackets, slashes, other scripts' digits, a leading 00, a stray "(0)" and, with a home country, national form.
 */
function normaliseNumber(typed, { home, allowed }) {
  const invalid = { problem: 'phone_invalid' };
  if (typeof typed !== 'string' || typed.length > 60) return invalid;
  const text = westernDigits(typed).replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, '').trim();
  const dialled = text.replace(/^(\(?(?:\+|00)[^(]*)\(0\)/, '$1').replace(/[\s().\/\u2010-\u2015\u2212-]/g, '');
  let number = null;
  if (/^\+\d+$/.test(dialled)) number = dialled;
  else if (/^00\d+$/.test(dialled)) number = `+${dialled.slice(2)}`;
  else if (/^\d+$/.test(dialled) && home) number = readNational(dialled, home);
  if (!isE164(number)) return invalid;
  if (allowed.length === 0) return { number };

  const sameCode = allowed.filter(({ code }) => number.startsWith(`+${code}`));
  for (const country of sameCode) {
    const national = fitNational(number.slice(1 + country.code.length), country);
    if (national !== null) return { number: `+${country.code}${national}` };
  }
  // With a calling code that several countries share, a number that fits none of ours is another country's.
  if (sameCode.some(({ shared }) => !shared)) return invalid;
  return { number, problem: 'phone_country' };
}

/** Full-width, Arabic-Indic and Persian digits as 0 to 9. */
function westernDigits(text) {
  return text.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => digit.charCodeAt(0) & 15);
}

function readNational(digits, home) {
  const national = fitNational(digits, home);
  if (national !== null) return `+${home.code}${national}`;
  const rest = digits.startsWith(home.code) ? fitNational(digits.slice(home.code.length), home) : null;
  return rest !== null ? `+${home.code}${rest}` : null;
}

/** The national number as the country's plan has it, without a trunk prefix; null if it does not fit the plan. */
function fitNational(digits, { pattern, trunk, trunkRule }) {
  const plan = new RegExp(`^(?:${pattern})$`);
  const prefix = trunk ? new RegExp(`^(?:${trunk})`).exec(digits) : null;
  if (prefix) {
    const groups = prefix.slice(1);
    const moved = trunkRule && groups.at(-1) !== undefined ? trunkRule.replace(/\$(\d)/g, (_, n) => groups[n - 1] ?? '') : '';
    const bare = moved + digits.slice(prefix[0].length);
    if (plan.test(bare)) return bare;
  }
  return plan.test(digits) ? digits : null;
}

function isE164(value) {
  return typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value);
}

// phonegate:end-of-numbers

// ---- Countries

/** The plan of a country that may be chosen; null for any other. */
function findCountry(region) {
  const { allowed, picker } = CONFIG.phone;
  const listed = allowed.find((country) => country.region === region);
  if (listed || !/^[A-Z]{2}$/.test(region)) return listed ?? null;
  const line = picker.plans.find((plan) => plan.startsWith(`${region} `));
  if (!line) return null;
  const [, code, pattern, trunk, trunkRule] = line.split(' ');
  return { region, code, pattern, trunk, trunkRule };
}

/** The country that is preselected: the default, else the one of the browser's language, if it may be chosen. */
function chooseCountry(preferences) {
  const { home, allowed } = CONFIG.phone;
  const regions = home ? [home.region] : preferences.map(({ tag }) => /-([a-z]{2})$/.exec(tag)?.[1].toUpperCase());
  return regions.find((region) => region && findCountry(region)) ?? (allowed.length === 1 ? allowed[0].region : '');
}

/** The list to choose from; where there is one country only, nothing is asked. */
function countryField(context) {
  const { picker, allowed } = CONFIG.phone;
  const names = picker.names[context.language] ?? picker.names.en;
  if (!names) return allowed.length === 1 ? html`<input type="hidden" name="country" value="${allowed[0].region}">` : '';
  const codes = new Map(allowed.map(({ region, code }) => [region, code]));
  for (const plan of picker.plans) codes.set(plan.slice(0, 2), plan.split(' ', 2)[1]);
  const options = names.split('|').map((line) => {
    const region = line.slice(0, 2);
    const selected = region === context.country ? html` selected` : '';
    return html`<option value="${region}"${selected}>${line.slice(3)} ${isolated(`+${codes.get(region)}`)}</option>`;
  });
  return html`<label for="country">${say(context, 'country_label')}</label>
      <select id="country" name="country" autocomplete="country">
        ${context.country ? '' : html`<option value="">${say(context, 'country_none')}</option>`}${options}
      </select>`;
}

// ---- Pages

/*
 * The code is not sent by itself when its last digit is typed: that can't be undone, and a user has five tries.
 * The field takes more characters than the code has digits, so that spaces and dashes may be pasted.
 */
async function codePage(context, { status = 200, problem, values = {}, done } = {}) {
  const { session } = context;
  const masked = isolated(`•••• ••${lastDigits(session)}`);
  const t = (key, more) => say(context, key, { length: session.digits, masked, ...values, ...more });
  const seconds = secondsToResend(session);
  const hasServer = session.check === 'form';
  const quiet = [
    hasServer && !session.limited && html`<button name="intent" value="resend" class="quiet" formnovalidate
      data-wait="${seconds}" data-waiting="${t('resend_in', { time: '{time}' })}">${t('resend')}</button>`,
    hasServer && !session.limited && mayCall(session) && html`<button name="intent" value="call" class="quiet" formnovalidate
      data-wait="${seconds}">${t('call')}</button>`,
    hasServer && session.change === true
      && html`<button name="intent" value="change" class="quiet" formnovalidate>${t('change')}</button>`,
  ].filter(Boolean);
  return page(context, status, titleOf(context, t('code_title'), problem), t('code_title'), html`
    <p class="lead">${t('code_lead')}</p>
    ${done ? html`<p class="done" role="status">${t(done)}</p>` : ''}
    <form method="post" action="?">
      ${await hidden(context)}
      <label for="code">${t('code_label')}</label>
      <input id="code" name="code" class="code" type="text" inputmode="numeric" autocomplete="one-time-code" autofocus
        required maxlength="28" spellcheck="false" dir="ltr" ${flaw(problem)}>
      ${problem ? html`<p id="problem" class="problem" role="alert">${t(problem)}</p>` : ''}
      <button name="intent" value="check" class="main">${t('code_button')}</button>
      ${quiet.length > 0 ? html`<div class="more">${quiet}</div>` : html`<p class="more">${t('no_resend')}</p>`}
    </form>`);
}

async function numberPage(context, { status = 200, problem } = {}) {
  const t = (key, values) => say(context, key, values);
  return page(context, status, titleOf(context, t('number_title'), problem), t('number_title'), html`
    <p class="lead">${t('number_lead')}</p>
    <form method="post" action="?">
      ${await hidden(context)}
      ${countryField(context)}
      <label for="number">${t('number_label')}</label>
      <input id="number" name="number" type="tel" autocomplete="tel" autofocus required maxlength="60" dir="ltr" ${flaw(problem, 'hint')}>
      <p id="hint" class="hint">${t('number_hint', { example: isolated(CONFIG.phone.example) })}</p>
      ${problem ? html`<p id="problem" class="problem" role="alert">${t(problem)}</p>` : ''}
      <button name="intent" value="number" class="main">${t('number_button')}</button>
      ${context.session.task === 'code'
        ? html`<div class="more"><button name="intent" value="back" class="quiet" formnovalidate>${t('back')}</button></div>` : ''}
    </form>`);
}

/** The way back to Auth0: signs the answer with the login's own key and has the browser post it to the session's pinned host. */
async function goOn(context, answerClaims) {
  const { session, key, state } = context;
  const { iss, sub, vsid, host, login } = session;
  const iat = now();
  const claims = { iss, sub, iat, exp: iat + VERDICT_SECONDS, state, vsid, ...answerClaims };
  const verdict = await sign(claims, await verdictKey(key.session, login));
  const title = say(context, 'done_title');
  return page(context, 200, title, title, html`
    <p class="lead">${say(context, 'done_lead')}</p>
    <form method="post" action="https://${host}/continue?state=${encodeURIComponent(state)}" data-go>
      <input type="hidden" name="session_token" value="${verdict}">
      <button class="main" autofocus>${say(context, 'done_button')}</button>
    </form>`, { leaving: true });
}

/** A page without a way on: what happened, and what to do. */
function notice(context, status, name, headers) {
  const title = say(context, `${name}_title`);
  return page(context, status, title, title, html`<p class="lead">${say(context, `${name}_lead`)}</p>`, { headers });
}

async function hidden(context) {
  const token = await sign(context.session, context.key.session);
  return html`<input type="hidden" name="session_token" value="${token}"><input type="hidden" name="state" value="${context.state}">`;
}

/** What ties a field to its hint and to a problem; the field is invalid only if the problem lies in what was typed. */
function flaw(problem, hint) {
  const described = [problem && 'problem', hint].filter(Boolean).join(' ');
  const typed = ['wrong_code', 'bad_code', 'phone_invalid', 'phone_country'].includes(problem);
  return html`${described ? html`aria-describedby="${described}"` : ''}${typed ? html` aria-invalid="true"` : ''}`;
}

/** The document's title; it is what a screen reader says first, so it says that something is wrong. */
function titleOf(context, title, problem) {
  return problem ? say(context, 'error', { title }) : title;
}

/** Text that runs from left to right, also amid text that runs from right to left. */
function isolated(text) {
  return `\u2066${text}\u2069`;
}

function lastDigits({ hint }) {
  return /^\d{2}$/.test(hint) ? hint : '••';
}

function say({ texts }, key, values = {}) {
  return (texts[key] ?? TEXTS.en[key]).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The languages of Accept-Language (RFC 9110, 12.5.4), best first, in lower case; those with q=0 are left out. */
function readPreferences(header) {
  const wanted = header.slice(0, 500).toLowerCase().split(',').map((entry) => {
    const [tag, ...parameters] = entry.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { tag, quality: quality ? Number(quality.slice(2)) || 0 : 1 };
  });
  return wanted.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

function chooseLanguage(preferences) {
  for (const { tag } of preferences) {
    const known = [tag, tag.split('-')[0]].find((name) => Object.hasOwn(TEXTS, name));
    if (known) return known;
  }
  return 'en';
}

// ---- HTML

class Markup {
  constructor(text) { this.text = text; }
}

/** A tagged template whose values are escaped, unless they are markup themselves. */
function html(strings, ...values) {
  return new Markup(strings.reduce((text, piece, i) => text + render(values[i - 1]) + piece));
}

function render(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin', // no-referrer would turn the own form's Origin into "null"
  'Strict-Transport-Security': 'max-age=63072000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex',
};

/**
 * The page that leaves has no form-action: Chromium holds the whole chain of redirects to it, and /continue
 * redirects on to the application, whose address this page does not know. Nothing can be injected
 * there: its one form is rendered here and shows no input. On all other pages forms may post to this page only
 * and, in case a browser restores one of them, to the pinned tenants.
 */
function securityPolicy(nonce, leaving) {
  const tenants = CONFIG.hosts.map((host) => ` https://${host}`).join('');
  return [
    "default-src 'none'", `style-src 'nonce-${nonce}'`, `script-src 'nonce-${nonce}'`,
    CONFIG.brand.logoSource && `img-src ${CONFIG.brand.logoSource}`,
    !leaving && `form-action 'self'${tenants}`, "base-uri 'none'", "frame-ancestors 'none'",
  ].filter(Boolean).join('; ');
}

function page(context, status, title, heading, content, { leaving = false, headers = {} } = {}) {
  const nonce = encodeSegment(crypto.getRandomValues(new Uint8Array(16)));
  const { name, logo } = CONFIG.brand;
  const body = html`<!doctype html>
<html lang="${context.language}" dir="${context.texts.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}${name ? ` · ${name}` : ''}</title>
<style nonce="${nonce}">${new Markup(STYLE)}</style>
</head>
<body>
<main>
${logo ? html`<img class="logo" src="${logo}" alt="${name}">` : html`<p class="brand">${name}</p>`}
<h1>${heading}</h1>
${content}
</main>
<script nonce="${nonce}">${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return new Response(body.text, {
    status,
    headers: {
      ...HEADERS, ...headers, 'Content-Type': 'text/html; charset=utf-8', 'Content-Language': context.language,
      'Content-Security-Policy': securityPolicy(nonce, leaving), Vary: 'Accept-Language',
    },
  });
}

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #16181d; --soft: #565c69; --line: #858b98; --bad: #b3261e;
  --good: #1d6b37; --main: ${CONFIG.brand.color}; --on-main: ${CONFIG.brand.onColor};
  --accent: ${CONFIG.brand.light.accent}; --edge: ${CONFIG.brand.light.edge}; }
@media (prefers-color-scheme: dark) { :root { --paper: #121419; --ink: #eceef2; --soft: #a6acb9; --line: #767d8b; --bad: #ff9d94;
  --good: #86d6a0; --accent: ${CONFIG.brand.dark.accent}; --edge: ${CONFIG.brand.dark.edge}; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  min-height: 100vh; min-height: 100svh; padding: clamp(1.5rem, 11vh, 8rem) 1.5rem 3rem; -webkit-text-size-adjust: 100%; }
main { max-width: 22rem; margin: 0 auto; overflow-wrap: break-word; }
.logo { display: block; max-width: 12rem; max-height: 3rem; margin-bottom: 2.5rem; }
.brand { font-weight: 650; letter-spacing: -.01em; margin-bottom: 2.5rem; }
.brand:empty { display: none; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; text-wrap: balance; }
.lead { color: var(--soft); margin-top: .5rem; text-wrap: pretty; }
.done { color: var(--good); margin-top: .75rem; }
form { margin-top: 2rem; }
label { display: block; font-weight: 550; margin-bottom: .5rem; }
input, select { display: block; width: 100%; height: 3.5rem; padding: 0 1rem; font: inherit; font-size: 1.125rem; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
select { margin-bottom: 1.25rem; padding: 0 .75rem; text-overflow: ellipsis; }
[dir=rtl] input { text-align: right; }
.code { font-size: 1.75rem; font-variant-numeric: tabular-nums; letter-spacing: .3em; height: 4rem; }
input[type=hidden] { display: none; }
input[aria-invalid] { border-color: var(--bad); border-width: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; }
input[aria-invalid]:focus-visible { outline-color: var(--bad); }
.hint { color: var(--soft); font-size: .9375rem; margin-top: .5rem; }
.problem { color: var(--bad); margin-top: .625rem; }
button { font: inherit; cursor: pointer; }
.main { display: block; width: 100%; min-height: 3.25rem; margin-top: 1.25rem; padding: .5rem 1rem; font-weight: 600; color: var(--on-main);
  background: var(--main); border: 1px solid var(--edge); border-radius: .75rem; }
.main:hover { filter: brightness(1.08); }
.more { display: flex; flex-direction: column; align-items: flex-start; margin-top: 1rem; color: var(--soft); font-size: .9375rem; }
.quiet { min-height: 2.25rem; padding: 0; color: var(--soft); background: none; border: 0; border-radius: .25rem; font-size: .9375rem;
  font-variant-numeric: tabular-nums; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .25em; }
.quiet:hover { color: var(--ink); }
:lang(ar) h1, :lang(ar) .brand, :lang(ja) h1 { letter-spacing: 0; }
:lang(ja) { line-break: strict; word-break: auto-phrase; }
.quiet:disabled { text-decoration: none; cursor: default; color: var(--soft); }
`;

const SCRIPT = `
(function () {
  var form = document.querySelector('form');
  if (!form) return;
  var field = document.querySelector('input[autofocus]');
  if (field) field.focus();
  if (form.hasAttribute('data-go')) return form.submit();
  var sent = false;
  form.addEventListener('submit', function (event) {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) sent = false; });
  document.querySelectorAll('[data-wait]').forEach(function (button) {
    var label = button.textContent;
    var waiting = button.getAttribute('data-waiting') || label;
    var until = Date.now() + 1000 * button.getAttribute('data-wait');
    (function tick() {
      var left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      if (left <= 0) { button.textContent = label; return; }
      var time = '\\u2066' + Math.floor(left / 60) + ':' + ('0' + left % 60).slice(-2) + '\\u2069';
      button.textContent = waiting.replace('{time}', time);
      setTimeout(tick, 250);
    })();
  });
})();
`;
