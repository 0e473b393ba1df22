import { readKeys } from '../../shared/keys.mjs';
import { CONFIG, LAYOUT, MAX_BODY, MAX_FIELD, TEXTS } from './config.mjs';
import { chooseCountry } from './countries.mjs';
import { HEADERS } from './html.mjs';
import { chooseLanguage, codePage, notice, numberPage, readPreferences } from './pages.mjs';
import { readSession } from './tokens.mjs';
import { checkCode, handBack, sendAgain, startNumber } from './user.mjs';

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
