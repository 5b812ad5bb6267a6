// Keeps the shell, the help and the offline page for when the network is gone, and the vouchers that somebody asked to be
// kept on this phone. Nothing else that is personal enters a cache: the shell is asked for without cookies, a voucher only
// when its button was pressed. Signing out empties both, and a voucher whose owner is signed out is dropped when it is asked for.

const NAME = 'shell-2';
const OWN = 'vouchers-1';
const SHELL = ['/offline', '/help', '/assets/app.js', '/assets/icon.svg'];

const keep = () => caches.open(NAME).then((cache) => Promise.all(SHELL.map((path) =>
  fetch(path, { credentials: 'omit', cache: 'no-cache' }).then((answer) => answer.ok && cache.put(path, answer)))));
const own = (work) => caches.open(OWN).then(work);
const tell = (event, data) => event.source.postMessage(data);

addEventListener('install', (event) => { skipWaiting(); event.waitUntil(keep().catch(() => {})); });

addEventListener('activate', (event) => event.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((name) => name !== NAME && name !== OWN).map((name) => caches.delete(name))))
  .then(() => clients.claim())));

addEventListener('message', (event) => {
  const { data } = event;
  if (data === 'forget') event.waitUntil(Promise.all([caches.delete(OWN), caches.delete(NAME)]).then(keep).catch(() => {}));
  if (data.ask) event.waitUntil(own((cache) => cache.match(data.ask)).then((kept) => tell(event, kept ? data.ask : '')));
  if (data.keep) {
    event.waitUntil(own((cache) => Promise.all([data.keep, data.sheet].filter((path) => path).map((path) =>
      fetch(path).then((answer) => { if (!answer.ok || answer.redirected) throw answer; return cache.put(path, answer); }))))
      .then(() => tell(event, data.keep)).catch(() => tell(event, '')));
  }
});

addEventListener('fetch', (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const page = request.mode === 'navigate';
  if (!page && !SHELL.includes(url.pathname) && !/^\/desk\/assets\/|\.css$/.test(url.pathname)) return;
  event.respondWith(fetch(request).then((answer) => {
    // The way to the sign-in page: what was kept is not theirs any more.
    if (page && answer.type === 'opaqueredirect') event.waitUntil(own((cache) => cache.delete(url.pathname)));
    return answer;
  }).catch(() => caches.match(url.pathname)
    .then((kept) => kept || (page && caches.match('/offline')))
    .then((kept) => kept || Response.error())));
});
