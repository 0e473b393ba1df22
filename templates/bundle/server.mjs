/*
 * Runs the form on a computer of your own: Node 20 or later, no dependency.
 * phonegate:server
 *
 *   node server.mjs
 *
 * Env  HOST and PORT, where to listen (127.0.0.1 and 8080), and the form's keys; see verify.mjs. Without one that the
 *      form can work with the program ends at once: a form that can't work should not look as if it did.
 *
 * Something in front of it has to speak TLS. SIGTERM and SIGINT let the answers under way be given first; a second one
 * does not. Nothing about a request is logged.
 */
import { createServer } from 'node:http';
import form from './verify.mjs';

const MAX_HEADER = 16 * 1024; // bytes; a link to the form has some 1,000
const MAX_BODY = 64 * 1024; // bytes that are kept of a body; the form refuses far smaller ones
const HEADER_MS = 10_000;
const REQUEST_MS = 20_000; // headers and body
const IDLE_MS = 65_000; // longer than what stands in front keeps an idle connection, so that none is closed as it is used again
const GRACE_MS = 20_000; // the form's slowest answer waits for three calls of 5 seconds

const HEALTH = new Request('http://form.invalid/?health=1');

async function main() {
  const { env } = process;
  const host = env.HOST || '127.0.0.1';
  const port = Number(env.PORT || 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535) fail('PORT is not the number of a port.');
  const health = await (await form.fetch(HEALTH, env)).json();
  const problems = problemsOf(env, health);
  if (!health.ready) fail(`${problems.join('\n')}\nAdd the form's key with: phonegate secrets -- COMMAND`);
  for (const problem of problems) console.error(problem); // another key works, so logins go on

  const server = createServer({
    maxHeaderSize: MAX_HEADER, headersTimeout: HEADER_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 1000,
  }, (request, response) => void answer(request, response, env, server));
  server.on('error', ({ code }) => fail(`Can't listen on ${host}, port ${port}: ${code}.`));
  server.listen(port, host, () => {
    console.log(`The form, version ${health.version}, listens on ${host}, port ${server.address().port}.`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(server));
}

/** What is wrong with the keys, in words and without their values. */
function problemsOf(env, { keys, senders, ready }) {
  const names = Object.keys(env).filter((name) => name.startsWith('PHONEGATE_KEY_')).sort();
  if (names.length === 0) return ['The environment has no key: no variable PHONEGATE_KEY_....'];
  const idOf = (name) => name.split('_').at(-1);
  const misfits = names.filter((name) => !keys.includes(idOf(name)));
  const problems = misfits.map((name) => `${name} is ignored: its value does not fit its name.`);
  if (ready) return problems;
  const unable = names.filter((name) => keys.includes(idOf(name)) && !senders.includes(idOf(name)));
  const missing = 'has no Twilio API key with a Verify service (VA...), and this form checks the codes';
  return [...problems, ...unable.map((name) => `${name} ${missing}.`)];
}

function fail(why) {
  console.error(why);
  process.exit(1);
}

/** No more connections; those at work end first, those that wait end now. */
function stop(server) {
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
}

async function answer(incoming, outgoing, env, server) {
  try {
    const request = await requestOf(incoming);
    if (!request) return say(outgoing, 405, 'Method not allowed');
    const response = await form.fetch(request, env);
    const body = Buffer.from(await response.arrayBuffer());
    const headers = Object.fromEntries(response.headers);
    if (incoming.method !== 'HEAD') headers['content-length'] = body.length;
    if (!server.listening) headers.connection = 'close'; // it was told to stop meanwhile
    outgoing.writeHead(response.status, headers);
    outgoing.end(body);
  } catch {
    if (outgoing.headersSent || incoming.destroyed) outgoing.destroy();
    else say(outgoing, 400, 'Bad request');
  }
}

function say(outgoing, status, text) {
  outgoing.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  outgoing.end(`${text}\n`);
}

/*
 * The request as the form takes it, null for a method that a Request can't have. Of the address only the query is
 * handed on: under which path the form is served is the business of what stands in front. A repeated header counts
 * with all its values, so that none can hide behind another.
 */
async function requestOf(incoming) {
  const { method, url } = incoming;
  if (['CONNECT', 'TRACE', 'TRACK'].includes(method)) return null;
  const body = await bodyOf(incoming);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  const address = new URL(`/${query}`, HEALTH.url); // a name that belongs to nobody: the form's own is in the header Host
  return new Request(address, { method, headers, body: method === 'GET' || method === 'HEAD' ? undefined : body });
}

/** The body, cut off where it is too large for the form anyway. */
function bodyOf(incoming) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    incoming.on('data', (chunk) => {
      if (size >= MAX_BODY) return;
      chunks.push(chunk);
      size += chunk.length;
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
    incoming.on('error', reject);
  });
}

await main();
