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

export const CONFIG = /* phonegate:config */ {
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
export const TEXTS = {
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

export const LAYOUT = 2; // of keys and session tokens
export const LAYOUTS = [LAYOUT]; // of tokens that are read: this one and, as soon as there is one, the one before
export const MOMENT_SECONDS = 60; // what one machine has, all have by then
export const MAX_TRIES = 5; // Twilio refuses the sixth check of a verification
export const RESEND_WAITS = [30, 40, 60, 90, 120]; // seconds after the first, second, ... send
export const CALL_FROM_SEND = 3;
export const MAX_NUMBERS = 5; // different numbers texted in one session, as far as this instance remembers
export const VERDICT_SECONDS = 300;
export const MAX_BODY = 16 * 1024;
export const MAX_FIELD = 4096;
export const CLOCK_SKEW = 30; // seconds
