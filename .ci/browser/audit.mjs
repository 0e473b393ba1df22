// Has axe look at a page for what keeps people out.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Throws if axe finds a violation. It is given to the page by the debugger, past the page's security policy. Where scripts
 * don't run, it looks at a copy of the page.
 */
export async function audit({ browser, page, scripted }, what) {
  if (scripted) return look(page, what);
  const copy = await browser.newPage({ viewport: page.viewportSize() });
  await copy.setContent((await page.content()).replace(/<script[^]*?<\/script>/g, ''));
  await look(copy, what);
  return copy.close();
}

async function look(page, what) {
  await page.evaluate(source);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  if (passes.length === 0) throw new Error(`axe found nothing to look at: ${what}`);
  const found = violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html }) => html).join(' ')}`);
  if (found.length > 0) throw new Error(`${what}: ${found.join('\n')}`);
}
