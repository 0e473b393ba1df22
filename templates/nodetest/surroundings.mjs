// Loaded before the bundle's server (node --import): its clock stands still, Twilio is a stand-in.
//
//   PHONEGATE_NOW     the time
//   PHONEGATE_TWILIO  what Twilio answers to every call; each call is a line "call METHOD URL" on standard output
//   PHONEGATE_HURRY   anything: its patience is a fiftieth
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { PHONEGATE_NOW, PHONEGATE_TWILIO, PHONEGATE_HURRY } = process.env;
const RealDate = Date;
const at = RealDate.parse(PHONEGATE_NOW);
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length > 0) super(...given); else super(at); }
  static now() { return at; }
};
globalThis.fetch = async (address, { method }) => {
  process.stdout.write(`call ${method} ${address}\n`);
  return new Response(PHONEGATE_TWILIO, { status: 200 });
};

const { createServer } = http;
http.createServer = (options, listener) => {
  for (const [name, most] of Object.entries({ headersTimeout: 20_000, requestTimeout: 20_000, keepAliveTimeout: 75_000 })) {
    if (!(options[name] > 0 && options[name] <= most)) throw new Error(`${name} is ${options[name]}`);
  }
  if (!(options.maxHeaderSize <= 16 * 1024)) throw new Error(`maxHeaderSize is ${options.maxHeaderSize}`);
  if (!PHONEGATE_HURRY) return createServer(options, listener);
  return createServer({ ...options, headersTimeout: options.headersTimeout / 50, requestTimeout: options.requestTimeout / 50, connectionsCheckingInterval: 20 }, listener);
};
syncBuiltinESMExports();
