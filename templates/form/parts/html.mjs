import { CONFIG } from './config.mjs';
import { encodeSegment } from './tokens.mjs';

// ---- HTML

class Markup {
  constructor(text) { this.text = text; }
}

/** A tagged template whose values are escaped, unless they are markup themselves. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, piece, i) => text + render(values[i - 1]) + piece));
}

function render(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}

export const HEADERS = {
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

export function page(context, status, title, heading, content, { leaving = false, headers = {} } = {}) {
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
