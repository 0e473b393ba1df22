// Imported before the bundle's server: holds its limits to be sensible, and makes its patience a fiftieth of what it is.
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { createServer } = http;
http.createServer = (options, listener) => {
  for (const [name, most] of Object.entries({ headersTimeout: 20_000, requestTimeout: 20_000, keepAliveTimeout: 75_000, maxHeaderSize: 16 * 1024 })) {
    if (!(options[name] > 0 && options[name] <= most)) throw new Error(`${name} is ${options[name]}`);
  }
  return createServer({ ...options, headersTimeout: options.headersTimeout / 50, requestTimeout: options.requestTimeout / 50, connectionsCheckingInterval: 20 }, listener);
};
syncBuiltinESMExports();
