// What the pages do a little better with script. Each piece has a form or a link beneath it that works without.
// Kept to what browsers of 2017 understand; older ones skip modules altogether.

const $ = (selector, root) => (root || document).querySelector(selector);
const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

// After a mistake, the reader starts at what needs mending.
const errors = $('#errors');
if (errors) errors.focus();

// Two taps must not make two requests. The button is disabled after the submit, so that its name still travels.
addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.busy) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = '1';
  setTimeout(() => {
    for (const button of all('.btn[type=submit]', form)) {
      button.disabled = true;
      button.setAttribute('aria-busy', 'true');
      const label = $('span', button);
      button.dataset.label = label.textContent;
      label.textContent = form.dataset.busy;
    }
  });
});

// Coming back with the back button shows the page as it was left: make it usable again.
addEventListener('pageshow', () => {
  for (const form of all('form[data-sent]')) delete form.dataset.sent;
  for (const button of all('.btn[aria-busy]')) {
    button.disabled = false;
    button.removeAttribute('aria-busy');
    $('span', button).textContent = button.dataset.label;
  }
});

// A button that may be used again after a while.
for (const button of all('[data-after]')) {
  const label = $('span', button);
  const words = label.textContent;
  const until = Date.now() + 1000 * button.dataset.after;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    label.textContent = left > 0 ? `${words} (${left})` : words;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}

// Search while typing: fetch the page that the form would have led to, and take over one region of it.
for (const form of all('form[data-live]')) {
  const region = document.getElementById(form.dataset.live);
  if (!region) continue;
  region.setAttribute('aria-live', 'polite');
  let timer = 0;
  let turn = 0;
  form.addEventListener('input', (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
  // Pinyin being composed is not a word yet.
  form.addEventListener('compositionend', () => { clearTimeout(timer); timer = setTimeout(look, 50); });
  async function look() {
    const mine = ++turn;
    const url = form.action.split('?')[0] + '?' + new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(url);
      if (!answer.ok || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(form.dataset.live);
      if (!fresh || mine !== turn) return;
      region.textContent = '';
      for (const node of Array.from(fresh.childNodes)) region.appendChild(document.importNode(node, true));
      history.replaceState(null, '', url);
    } catch (_) { /* The form still works. */ }
  }
}

// Size and appearance change in place. The cookie is set by the same POST that the form would have sent.
for (const form of all('form[data-display]')) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name=size],button[name=theme]');
    if (!button) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    fetch(form.action, { method: 'POST', body, redirect: 'manual' }).then((answer) => {
      if (answer.type !== 'opaqueredirect' && !answer.ok) throw answer;
      for (const other of all(`button[name=${button.name}]`)) {
        if (!other.closest('[data-display]')) continue;
        document.documentElement.classList.toggle(other.value, other.value === button.value);
        other.setAttribute('aria-pressed', String(other.value === button.value));
      }
    }).catch(() => {
      // Send it the plain way; a hidden field stands for the button.
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = button.name;
      field.value = button.value;
      form.appendChild(field);
      form.submit();
    });
  });
}

// Printing, for whoever does not know the browser's menu.
for (const button of all('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// A chosen file is read into the box that could also be filled by pasting.
for (const choose of all('[data-read]')) {
  const box = document.getElementById(choose.dataset.read);
  const input = $('input', choose);
  choose.hidden = !window.FileReader;
  input.addEventListener('change', () => {
    const reader = new FileReader();
    reader.onload = () => { box.value = reader.result; };
    if (input.files[0]) reader.readAsText(input.files[0]);
  });
}

// A page that waits asks from time to time how far things are, ever more rarely, and says so on its button. Nothing moves
// under a finger: the page itself changes only while nobody can be about to touch it.
const waiting = $('[data-poll]');
if (waiting) {
  let pause = 2000;
  let timer = 0;
  const ask = async (away) => {
    clearTimeout(timer);
    try {
      const answer = document.hidden ? null : await fetch(waiting.dataset.poll);
      if (answer && answer.ok && await answer.text() !== waiting.dataset.state) {
        if (away || 'go' in waiting.dataset) return location.replace(waiting.href);
        $('span', waiting).textContent = waiting.dataset.news;
        return waiting.classList.remove('btn-2');
      }
    } catch (_) { /* The button still works. */ }
    pause = Math.min(pause * 1.4, 30000);
    timer = setTimeout(() => ask(false), pause);
  };
  timer = setTimeout(() => ask(false), pause);
  // Back from the provider's app.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(true); });
}

// The chosen day is in sight, and its neighbours with it.
const day = $('.days [aria-current]');
if (day) day.closest('.days').scrollLeft = day.offsetLeft - 40;

// A hold ends at a moment of the server's. Counted on screen; said aloud twice.
for (const box of all('[data-left]')) {
  const until = Date.now() + Number(box.dataset.left);
  const said = $('[role=status]', box);
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    const two = (part) => String(Math.floor(part) % 60).padStart(2, '0');
    $('[data-clock]', box).textContent = left < 3600 ? `${Math.floor(left / 60)}:${two(left)}` : `${Math.floor(left / 3600)}:${two(left / 60)}:${two(left)}`;
    const words = left > 120 ? '' : left > 0 ? box.dataset.soon : box.dataset.over;
    if (said.textContent !== words) said.textContent = words;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}

// In a queue the form sends itself again, with everything in it; the little work that a rush asks for is done meanwhile.
// Nothing waits for it but this page, so that it needs no thread of its own.
const queue = $('form[data-again]');
if (queue) {
  let sent = false;
  const send = () => { if (!sent) { sent = true; queue.submit(); } };
  queue.addEventListener('submit', () => { sent = true; });
  setTimeout(send, 1000 * queue.dataset.again);
  const { work, bits } = queue.dataset;
  const subtle = window.crypto && crypto.subtle;
  const text = new TextEncoder();
  const solves = (sum) => Math.clz32(new DataView(sum).getUint32(0)) >= bits;
  const step = async (from) => {
    const sums = [];
    for (let i = 0; i < 64; i++) sums.push(subtle.digest('SHA-256', text.encode(`${work}.${from + i}`)));
    const at = (await Promise.all(sums)).findIndex(solves);
    if (at < 0) return setTimeout(() => step(from + 64));
    $('[name=solution]', queue).value = from + at;
  };
  if (work && subtle) step(0);
}

// Offline: say so, and keep what is not personal at hand.
const banner = $('#offline');
const online = () => { if (banner) banner.hidden = navigator.onLine; };
addEventListener('online', online);
addEventListener('offline', online);
online();
if ('serviceWorker' in navigator) {
  // After everything else: on a slow line the page comes first.
  const register = () => navigator.serviceWorker.register('/sw.js').catch(() => {});
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
  addEventListener('submit', (event) => {
    const worker = navigator.serviceWorker.controller;
    if (worker && 'signOut' in event.target.dataset) worker.postMessage('forget');
  });
  // A voucher is kept for when there is no network, if its owner says so.
  for (const keep of all('[data-keep]')) {
    const say = (kept) => {
      keep.hidden = false;
      keep.disabled = kept;
      if (kept) $('span', keep).textContent = keep.dataset.keep;
    };
    navigator.serviceWorker.addEventListener('message', (event) => say(event.data === location.pathname));
    navigator.serviceWorker.ready.then(({ active }) => {
      active.postMessage({ ask: location.pathname });
      keep.addEventListener('click', () => {
        const sheet = $('link[rel=stylesheet]');
        active.postMessage({ keep: location.pathname, sheet: sheet && sheet.href });
      });
    });
  }
}
