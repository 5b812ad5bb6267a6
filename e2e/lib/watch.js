// Notes what must never happen while a browser looks at our pages.

// The browser's own line about a page that is rightly a 404 or a 503; scripts and pictures that fail are noted all the same.
const STATUS = 'Failed to load resource: the server responded with a status of';

export function watch(context, house, complaints) {
  const pages = new Set();
  context.on('request', (request) => {
    const url = request.url();
    if (request.isNavigationRequest()) pages.add(url);
    const ours = url.startsWith(`${house.url}/`) || url.startsWith('data:') || url.startsWith('blob:');
    // The sandbox's inbox is a link that the code page offers while the sandbox is on.
    const inbox = request.isNavigationRequest() && url.startsWith(house.sandbox);
    // A payment leads to the cashier; a page's worker is told of the redirect on the way.
    const cashier = url.startsWith(house.sandbox) && /^\/(alipay|wechatpay)\/(gateway\.do|cashier\/)/.test(new URL(url).pathname);
    if (!ours && !inbox && !cashier) complaints.push(`a stranger's address: ${url}`);
  });
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    const { url } = message.location();
    const expected = message.text().startsWith(STATUS) && pages.has(url);
    if (!expected) complaints.push(`console: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => complaints.push(`script: ${error.error()}`));
}
