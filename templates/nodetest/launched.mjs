// Imported before Vercel's launcher or the bundle's server, in its process: stops the clock, opens a door through which the test sets clock and
// environment, and leads what would go to Twilio to a stand-in. Everything else is theirs.
import http from 'node:http';

const standIn = process.env.STAND_IN;
const RealDate = Date;
const realFetch = fetch;
let at = RealDate.now();
let names = [];

globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length > 0) super(...given); else super(at); }
  static now() { return at; }
};
globalThis.fetch = (address, options) => {
  const headers = new Headers(options.headers);
  headers.set('x-standin-for', String(address));
  return realFetch(standIn, { ...options, headers });
};

const door = http.createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const { env, now } = JSON.parse(body);
  at = RealDate.parse(now);
  for (const name of names) delete process.env[name];
  names = Object.keys(env);
  Object.assign(process.env, env);
  response.writeHead(204, { connection: 'close' }).end();
});
door.listen(0, '127.0.0.1', () => process.stdout.write(`door: ${door.address().port}\n`));
door.unref(); // it is not what the process is for
