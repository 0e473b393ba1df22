/*
 * Runs the form on a computer of your own: Node 20 or later, no dependency.
 * phonegate:server
 *
 *   node server.mjs
 *
 * Env  HOST and PORT, where to listen (127.0.0.1 and 8080), and the form's secrets; see verify.mjs. One that is missing
 *      or too short ends the program at once: a form that can't work should not look as if it did.
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
  const { version, ready } = await (await form.fetch(HEALTH, env)).json();
  const problems = problemsOf(env, ready);
  if (problems.length > 0) fail(`${problems.join('\n')}\nHand the form its secrets with: phonegate secrets -- COMMAND`);

  const server = createServer({
    maxHeaderSize: MAX_HEADER, headersTimeout: HEADER_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 1000,
  }, (request, response) => void answer(request, response, env, server));
  server.on('error', ({ code }) => fail(`Can't listen on ${host}, port ${port}: ${code}.`));
  server.listen(port, host, () => {
    console.log(`The form, version ${version}, listens on ${host}, port ${server.address().port}.`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(server));
}

/** What is wrong with the secrets, in words and without their values. */
function problemsOf(env, ready) {
  const problems = [];
  for (const name of ['SESSION_SECRET', 'VERDICT_SECRET', 'SESSION_SECRET_PREVIOUS', 'VERDICT_SECRET_PREVIOUS']) {
    const size = Buffer.byteLength(env[name] ?? '');
    if (size === 0 && !name.endsWith('_PREVIOUS')) problems.push(`${name} is missing.`);
    if (size > 0 && size < 32) problems.push(`${name} has ${size} bytes; it needs 32 or more.`);
  }
  if (Boolean(env.SESSION_SECRET_PREVIOUS) !== Boolean(env.VERDICT_SECRET_PREVIOUS)) {
    problems.push('SESSION_SECRET_PREVIOUS and VERDICT_SECRET_PREVIOUS belong together; one of them is missing.');
  }
  if (problems.length === 0 && !ready) {
    const names = ['TWILIO_API_KEY', 'TWILIO_API_SECRET', 'TWILIO_VERIFY_SERVICE'];
    const missing = names.filter((name) => !env[name]);
    problems.push(missing.length > 0 ? `${missing.join(', ')}: missing.` : 'TWILIO_VERIFY_SERVICE is not the SID of a Verify service (VA...).');
  }
  return problems;
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
