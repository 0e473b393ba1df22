import { verdictKey } from '../../shared/keys.mjs';
import { CONFIG, TEXTS, VERDICT_SECONDS } from './config.mjs';
import { countryField } from './countries.mjs';
import { html, page } from './html.mjs';
import { now, sign } from './tokens.mjs';
import { mayCall, secondsToResend } from './user.mjs';

// ---- Pages

/*
 * The code is not sent by itself when its last digit is typed: that can't be undone, and a user has five tries.
 * The field takes more characters than the code has digits, so that spaces and dashes may be pasted.
 */
export async function codePage(context, { status = 200, problem, values = {}, done } = {}) {
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

export async function numberPage(context, { status = 200, problem } = {}) {
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
export async function goOn(context, answerClaims) {
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
export function notice(context, status, name, headers) {
  const title = say(context, `${name}_title`);
  return page(context, status, title, title, html`<p class="lead">${say(context, `${name}_lead`)}</p>`, { headers });
}

export async function hidden(context) {
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
export function isolated(text) {
  return `\u2066${text}\u2069`;
}

function lastDigits({ hint }) {
  return /^\d{2}$/.test(hint) ? hint : '••';
}

export function say({ texts }, key, values = {}) {
  return (texts[key] ?? TEXTS.en[key]).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The languages of Accept-Language (RFC 9110, 12.5.4), best first, in lower case; those with q=0 are left out. */
export function readPreferences(header) {
  const wanted = header.slice(0, 500).toLowerCase().split(',').map((entry) => {
    const [tag, ...parameters] = entry.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { tag, quality: quality ? Number(quality.slice(2)) || 0 : 1 };
  });
  return wanted.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

export function chooseLanguage(preferences) {
  for (const { tag } of preferences) {
    const known = [tag, tag.split('-')[0]].find((name) => Object.hasOwn(TEXTS, name));
    if (known) return known;
  }
  return 'en';
}
