// The form where Node's test runner can't reach into it: in another runtime's process, over HTTP. What stand-ins.mjs is to
// the form within this process, this is to that one.
//
// Clock and secrets are set there before the first request, or, where `control` names a port, before each. All that the form
// asks of Twilio arrives at descriptor 3, where the test that started this process listens already.
import assert from 'node:assert/strict';
import http from 'node:http';
import { checkCall } from './stand-ins.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let world;
let server;

/** Has Twilio answer with the world's replies, in order, while run goes on; see inWorld in stand-ins.mjs. */
export async function inRemoteWorld({ now, twilio, secrets }, at, run) {
  await listen();
  world = { replies: [...(twilio ?? [])], faults: [], secrets };
  if (at.control) {
    const { status } = await send(at.control, 'POST', '/', {}, JSON.stringify({ env: secrets, now }));
    assert.equal(status, 204, 'the world could not be set');
  }
  const response = await run();
  assert.deepEqual(world.faults, []);
  assert.equal(world.replies.length, 0, `${world.replies.length} calls were not made`);
  return response;
}

/** What the form there answers to a request. */
export async function askRemote(at, request) {
  const headers = { host: 'form.test', [at.proto]: 'https', ...Object.fromEntries(request.headers) };
  if (at.host && !headers[at.host]) headers[at.host] = 'form.test';
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : Buffer.from(await request.arrayBuffer());
  const { pathname, search } = new URL(request.url);
  const { status, text, ...answer } = await send(at.port, request.method, pathname + search, headers, body);
  return new Response(request.method === 'HEAD' ? null : text, { status, headers: answer.headers });
}

function send(port, method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, port, method, path, headers, host: '127.0.0.1' }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function listen() {
  if (server) return undefined;
  server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const url = new URL(request.headers['x-standin-for'] ?? `https://${request.headers.host}${request.url}`);
    const call = `${request.method} ${url.pathname}`;
    const reply = world.replies.shift();
    if (!reply) {
      world.faults.push(`unexpected call: ${call}`);
      return request.socket.destroy();
    }
    try {
      checkCall(reply, call, url, { headers: { Authorization: request.headers.authorization ?? '' }, redirect: 'manual', body }, world.secrets);
    } catch (fault) {
      world.faults.push(fault.message);
    }
    if (reply.fail === 'network') return request.socket.destroy();
    if (reply.fail === 'silence') return undefined;
    const text = reply.fail === 'html' ? '<html>' : JSON.stringify(reply.body);
    response.writeHead(reply.status, { 'content-type': reply.fail === 'html' ? 'text/html' : 'application/json' });
    return response.end(text);
  });
  server.unref();
  return new Promise((resolve) => { server.listen({ fd: 3 }, resolve); });
}
