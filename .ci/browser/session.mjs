import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

// The app's redirect URI is on loopback and no business of the proxy, to which Playwright would lead it otherwise.
process.env.PLAYWRIGHT_DISABLE_FORCED_CHROMIUM_PROXIED_LOOPBACK = '1';

// How long the browser waits for anything. Machines are slow at times; nothing here is meant to take that long.
const patience = 60_000;

// Session is one browser without a past, and the record of what happened in it.
export class Session {
  static async open({ proxy, chromium: executablePath, artefacts }, name, scripted, look = {}) {
    mkdirSync(artefacts, { recursive: true });
    const browser = await chromium.launch({
      executablePath,
      proxy: { server: proxy },
      // In a container, as root, Chromium can't start its own sandbox and finds little shared memory.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, // the certificate authority is made afresh for each run
      javaScriptEnabled: scripted,
      viewport: { width: 1000, height: 900 },
      ...look,
    });
    const page = await context.newPage();
    return new this(browser, page, { name, scripted, artefacts });
  }

  constructor(browser, page, { name, scripted, artefacts }) {
    Object.assign(this, { browser, page, name, scripted, artefacts });
    this.record = { steps: [], screenshots: [], requests: [], problems: [] };
    page.setDefaultTimeout(patience);
    page.on('request', (request) => {
      const { protocol, origin, pathname } = new URL(request.url());
      if (!protocol.startsWith('http')) return;
      this.record.requests.push({ from: new URL(request.frame().url()).origin, method: request.method(), to: origin, path: pathname });
    });
    page.on('pageerror', (error) => this.record.problems.push(`uncaught: ${error.message}`));
    // Lock asks for pictures and translations that the sandbox does not have; it works without them.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.record.problems.push(`console: ${message.text()}`);
      }
    });
  }

  // called says whether any request so far went to a path.
  called(path) {
    return this.record.requests.some((request) => request.path === path);
  }

  // step notes what has come to pass, with what the page said, and takes a picture of it.
  async step(what, said) {
    this.record.steps.push({ what, said });
    await this.shoot(what);
  }

  async shoot(what) {
    const number = String(this.record.screenshots.length + 1).padStart(2, '0');
    const path = join(this.artefacts, `${this.name} ${number} ${what}.png`.replaceAll(' ', '-'));
    await this.page.screenshot({ path, animations: 'disabled' });
    this.record.screenshots.push(path);
  }

  // arrive waits until the browser is back in the app and says with what address.
  async arrive(redirectURI) {
    await this.page.waitForURL((url) => url.href.startsWith(redirectURI));
    await this.step('back in the app');
    return this.page.url();
  }

  async close() {
    await this.browser.close();
    return this.record;
  }
}
