// What has to hold on every page, measured in the page.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Accessibility mistakes, one line each. The source goes in over the debugger's line, which no content policy rules. */
export async function axe(page) {
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')} — ${node.failureSummary.replace(/\s+/g, ' ')}`));
  }, TAGS);
}

/** How far the page is wider than the screen. */
export const overflowPx = (page) => page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);

/** What can be tapped and is smaller than a finger; links in running text are exempt, as in WCAG 2.5.8. */
export const smallTargets = (page, min) => page.evaluate((px) => {
  const small = [];
  for (const it of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (it.matches('.skip') || !it.checkVisibility({ visibilityProperty: true })) continue;
    const parent = it.parentElement;
    const own = it.textContent.trim();
    const inText = it.tagName === 'A' && getComputedStyle(it).display === 'inline' && own && parent.textContent.trim().length > own.length;
    if (inText) continue;
    // A choice is tapped on its label as well, a linked picture on the picture.
    const boxes = [it, ...(it.matches('[type=radio],[type=checkbox]') ? it.labels : []), ...it.querySelectorAll('img')].map((one) => one.getBoundingClientRect());
    const [width, height] = [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))];
    if (width < px - 0.5 || height < px - 0.5) {
      small.push(`${it.tagName.toLowerCase()}${it.className ? `.${it.className}` : ''} “${(own || it.name || '').slice(0, 20)}” ${width.toFixed(0)}×${height.toFixed(0)}`);
    }
  }
  return small;
}, min);

const ICON = '/assets/icon.svg';

/** What a page costs on the wire, each time as on a first visit. */
export class Wire {
  static async of(citizen) {
    const wire = new Wire();
    const session = await citizen.context.newCDPSession(citizen.page);
    wire.context = citizen.context;
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
      // The tab's picture is counted below: a browser fetches it once, whenever it likes, and not every one tells of it.
      if (request.url.endsWith(ICON)) return;
      // A redirect keeps its id and is a request of its own.
      wire.requests.push({ id: requestId, url: request.url, type });
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => wire.bytes.set(requestId, encodedDataLength));
    wire.session = session;
    return wire;
  }

  requests = [];
  bytes = new Map();

  async firstVisit() {
    await this.context.clearCookies({ name: 'css' });
    this.requests.length = 0;
    this.bytes.clear();
  }

  /** Everything that a browser which knows nothing of us asks for, the picture in the tab included. */
  async seen(page) {
    const linked = await page.locator(`link[rel=icon][href="${ICON}"]`).count();
    // A page without the link would be worse: browsers then ask for /favicon.ico.
    const urls = this.requests.map((one) => one.url).concat(linked === 1 ? [ICON] : ['/favicon.ico, for want of a link']);
    const of = (type) => this.requests.filter((one) => one.type === type).reduce((sum, one) => sum + (this.bytes.get(one.id) ?? 0), 0);
    return { count: urls.length, document: of('Document'), script: of('Script'), urls };
  }
}
