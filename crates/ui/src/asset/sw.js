// Keeps the shell, the help and the offline page for when the network is gone. Personal pages never enter the cache, because
// only the addresses below do, asked for without cookies. Signing out empties it all the same.

const NAME = 'shell-1';
const SHELL = ['/offline', '/help', '/assets/app.js', '/assets/icon.svg'];

const keep = () => caches.open(NAME).then((cache) => Promise.all(SHELL.map((path) =>
  fetch(path, { credentials: 'omit', cache: 'no-cache' }).then((answer) => answer.ok && cache.put(path, answer)))));

addEventListener('install', (event) => { skipWaiting(); event.waitUntil(keep().catch(() => {})); });

addEventListener('activate', (event) => event.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))))
  .then(() => clients.claim())));

addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(caches.delete(NAME).then(keep).catch(() => {}));
});

addEventListener('fetch', (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const page = request.mode === 'navigate';
  if (!page && !SHELL.includes(url.pathname)) return;
  event.respondWith(fetch(request).catch(() => caches.open(NAME)
    .then((cache) => cache.match(url.pathname).then((kept) => kept || (page && cache.match('/offline'))))
    .then((kept) => kept || Response.error())));
});
