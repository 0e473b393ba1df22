// Bundles the Lock that npm has into one script that sets window.Auth0Lock, which is what the build on Auth0's CDN
// does. The npm package ships no such build.
//
//   node bundle.mjs FILE
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const target = process.argv[2];
if (!target) {
  console.error('usage: node bundle.mjs FILE');
  process.exit(2);
}

// auth0-js calls itself an ES module but its main files are UMD. Loaded outside their package they are taken for what
// they are; inside it they would export nothing.
const auth0js = {
  name: 'auth0-js',
  setup(bundle) {
    bundle.onResolve({ filter: /^auth0-js($|\/)/ }, ({ path }) => ({ path: require.resolve(path), namespace: 'umd' }));
    bundle.onLoad({ filter: /./, namespace: 'umd' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

await build({
  stdin: {
    contents: "import { Auth0Lock, Auth0LockPasswordless } from 'auth0-lock'; Object.assign(window, { Auth0Lock, Auth0LockPasswordless });",
    resolveDir: dirname(require.resolve('auth0-lock')),
  },
  outfile: target,
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2017',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  plugins: [auth0js],
  logLevel: 'warning',
});
console.log(target);
