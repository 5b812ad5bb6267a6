// What the desk's counter, gate and hall do with script. A counter reads codes with the camera; a hall keeps its picture
// fresh; a gate verifies vouchers without a network and reports what it let in when the network is back. Beneath each
// stands a form or a link that works without.

// The camera, where the browser can read codes by itself. What it reads is typed into the field, and sent.
for (const box of all('[data-scan]')) {
  const field = document.getElementById(box.dataset.scan);
  const button = $('button', box);
  const video = $('video', box);
  const label = $('span', button);
  const words = label.textContent;
  let stream = null;
  const stop = () => {
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
    video.hidden = true;
    label.textContent = words;
  };
  const look = async (detector) => {
    if (!stream) return;
    const [code] = await detector.detect(video).catch(() => []);
    if (!code) return setTimeout(() => look(detector), 200);
    field.value = code.rawValue;
    stop();
    field.form.requestSubmit();
  };
  const start = async () => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    video.srcObject = stream;
    video.hidden = false;
    label.textContent = button.dataset.stop;
    await video.play();
    look(new BarcodeDetector({ formats: ['qr_code'] }));
  };
  if ('BarcodeDetector' in window && navigator.mediaDevices) {
    box.hidden = false;
    button.addEventListener('click', () => (stream ? stop() : start().catch(stop)));
  }
}

// The hall: fetches the page that is shown and takes over its picture. Without a network the last one stays, and says so.
const hall = $('#hall');
if (hall && hall.dataset.hall) {
  const line = $('.hall-top p');
  const again = async () => {
    try {
      const answer = await fetch(location.href);
      if (answer.redirected) return location.reload();
      if (!answer.ok) throw answer;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      // Only what has changed is said aloud.
      const fresh = $('#hall', page);
      if (fresh.textContent !== hall.textContent) {
        hall.textContent = '';
        for (const node of Array.from(fresh.childNodes)) hall.appendChild(document.importNode(node, true));
      }
      line.textContent = $('.hall-top p', page).textContent;
      line.classList.remove('t-bad');
    } catch (_) {
      if (!line.classList.contains('t-bad')) line.textContent += ' · ' + hall.dataset.stale;
      line.classList.add('t-bad');
    }
    setTimeout(again, 1000 * hall.dataset.hall);
  };
  setTimeout(again, 1000 * hall.dataset.hall);
}

// The gate.
const gate = $('#gate');
if (gate) openGate().catch(() => {});

async function openGate() {
  const [key, keyHash, cityCode, placeKey] = gate.dataset.gate.split(' ');
  const { base, day, early } = gate.dataset;
  const form = $(`form[action="${base}"]`);
  const [field, answer, line, problems] = ['#code', '#answer', '#line', '#problems'].map((id) => $(id));
  const word = (name, ...values) => {
    let text = $(`template[data-word="${name}"]`).content.textContent;
    for (const value of values) text = text.replace('{}', value);
    return text;
  };
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
  const format = (lang, how) => new Intl.DateTimeFormat(lang, { timeZone: 'Asia/Shanghai', ...how });
  const clock = (ms) => format('en-GB', { hour: '2-digit', minute: '2-digit' }).format(ms);
  const date = (ms) => format('sv-SE').format(ms);
  // Today a time is enough; another day is named.
  const moment = (ms) => (date(ms) === date(Date.now()) ? clock(ms) : format(document.documentElement.lang, { month: 'long', day: 'numeric' }).format(ms));

  // Ed25519 is in browsers since 2023 to 2025. An older one keeps the plain form, which asks the city every time.
  let verifier;
  try {
    verifier = await crypto.subtle.importKey('raw', bytes(key), { name: 'Ed25519' }, false, ['verify']);
  } catch (_) {
    line.textContent = word('plain');
    return;
  }

  // What this device remembers of the day: numbers that are out of use, and entries that are still to be reported.
  const shelf = `gate ${base} ${day}`;
  const known = Object.assign({ used: {}, gone: {}, wait: [], since: 0, inside: 0, entered: 0, instant: 0 }, JSON.parse(localStorage.getItem(shelf) || '{}'));
  const keep = () => localStorage.setItem(shelf, JSON.stringify(known));
  for (const name of Object.keys(localStorage)) {
    // Another day's list is of no use, unless something of it was never reported.
    if (name.startsWith(`gate ${base} `) && name !== shelf) {
      const old = JSON.parse(localStorage.getItem(name));
      known.wait.unshift(...old.wait);
      localStorage.removeItem(name);
    }
  }
  keep();

  const tell = (tone, title, text, more) => {
    answer.textContent = '';
    const notice = document.createElement('div');
    notice.className = `notice t-${tone}`;
    if (tone === 'bad') notice.setAttribute('role', 'alert');
    const inside = document.createElement('div');
    const head = document.createElement('p');
    head.className = 'notice-title';
    head.textContent = title;
    inside.appendChild(head);
    for (const row of text) {
      const p = document.createElement('p');
      p.textContent = row;
      inside.appendChild(p);
    }
    if (more) inside.appendChild(more);
    notice.appendChild(inside);
    answer.appendChild(notice);
  };
  // Why not: with the time where one is known.
  const reason = (why, ...values) => {
    if (why === 'already_used' && values.length) return word('used_at', ...values);
    return word(document.querySelector(`template[data-word="${why}"]`) ? why : 'gone', ...values);
  };
  const stopped = (why, ...values) => tell('bad', word('stop'), [reason(why, ...values)]);
  // Whoever was away for long is signed out meanwhile: this device goes on, and reports when they are back.
  let signedOut = false;
  // Whoever was let in on this device alone is inside all the same.
  const waitingPersons = () => known.wait.reduce((sum, one) => sum + one.persons, 0);
  const figures = all('#counts .stat-value').slice(0, 2);
  const how = () => {
    const more = waitingPersons();
    if (known.since) [known.inside, known.entered].forEach((figure, at) => { figures[at].textContent = figure + more; });
    const waiting = known.wait.length ? ' · ' + word('waiting', known.wait.length) : '';
    line.textContent = word(!navigator.onLine ? 'offline' : signedOut ? 'signed_out' : 'online') + waiting;
    if (!navigator.onLine || !signedOut) return;
    const link = document.createElement('a');
    link.href = base;
    link.textContent = word('sign_in');
    line.append(' ', link);
  };
  const ask = async (path, more) => {
    const said = await fetch(base + path, { redirect: 'manual', ...more });
    signedOut = said.type === 'opaqueredirect';
    if (signedOut) how();
    if (!said.ok) throw said;
    return said.text();
  };

  // Seven bytes are seventeen digits; fewer bytes take fewer.
  const WIDTH = [0, 3, 5, 8, 10, 13, 15, 17];
  const read = (text) => {
    if (!/^[0-9]{129,600}$/.test(text)) return null;
    const out = [];
    for (let at = 0; at < text.length; at += 17) {
      const group = text.slice(at, at + 17);
      const length = WIDTH.indexOf(group.length);
      let value = BigInt(group);
      if (length < 0 || value >> BigInt(8 * length)) return null;
      const part = [];
      for (let i = 0; i < length; i++) {
        part.unshift(Number(value & 255n));
        value >>= 8n;
      }
      out.push(...part);
    }
    return Uint8Array.from(out);
  };

  /** What a voucher says, and whether this city has signed it. */
  const verify = async (text) => {
    const whole = read(text);
    // Twenty-four bytes say what it is of, sixty-four are the signature; what has to be shown stands between.
    if (!whole || whole.length < 88 || whole[0] !== 1) return null;
    const body = whole.slice(0, -64);
    const hex = (from, to) => Array.from(body.slice(from, to), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const number = (from, to) => parseInt(hex(from, to), 16);
    const form = new TextEncoder().encode('voucher of shimin, form 1\n');
    const signed = new Uint8Array(form.length + body.length);
    signed.set(form);
    signed.set(body, form.length);
    const genuine = hex(19, 23) === keyHash && number(1, 4) === Number(cityCode)
      && await crypto.subtle.verify({ name: 'Ed25519' }, verifier, whole.slice(-64), signed);
    const startsAt = Date.UTC(2020, 0, 1) + number(13, 16) * 60_000;
    const shows = [];
    for (let at = 24, left = body[23]; left > 0; left--) {
      const [persons, height, length] = body.slice(at, at + 3);
      shows.push({ persons, height, id: new TextDecoder().decode(body.slice(at + 3, at + 3 + length)) });
      at += 3 + length;
    }
    return {
      genuine, shows, startsAt, endsAt: startsAt + number(16, 18) * 60_000, persons: body[18],
      number: String(number(4, 9)).padStart(12, '0'), here: hex(9, 13) === placeKey,
    };
  };

  const report = async (entries) => {
    const body = new URLSearchParams({ entries: entries.map((one) => `${one.key} ${one.at || '-'} ${one.seen ? 'seen' : '-'} ${one.code}`).join('\n') });
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 4000);
    const said = await ask('/entries', { method: 'POST', body, signal: abort.signal }).finally(() => clearTimeout(timer));
    return said.trim().split('\n').map((row) => row.split(' '));
  };

  // What was let in without a network, told to the city. What it says no to is kept in sight: somebody is inside.
  let busy = false;
  const catchUp = async () => {
    if (busy || !navigator.onLine) return how();
    busy = true;
    try {
      while (known.wait.length) {
        const some = known.wait.slice(0, 50);
        const rows = await report(some);
        for (const one of some) {
          const [, outcome, ...values] = rows.find((row) => row[0] === one.key) || [];
          if (!outcome) throw rows;
          known.wait = known.wait.filter((other) => other.key !== one.key);
          if (outcome === 'in') continue;
          const p = document.createElement('p');
          p.textContent = word('problem', one.number, reason(outcome, ...values));
          if (!problems.firstChild) {
            const title = document.createElement('h2');
            title.textContent = word('problem_title');
            problems.appendChild(title);
          }
          problems.appendChild(p);
        }
        keep();
      }
      for (const row of (await ask(`/state?since=${known.since}`)).split('\n')) {
        const [name, value] = row.split(' ');
        if (name === 'gone') known.gone[value] = 1;
        if (name === 'inside' || name === 'entered' || name === 'instant') known[name] = Number(value);
        if (name === 'as_of') known.since = Number(value) - 60_000;
      }
      keep();
    } catch (_) { /* The network is away after all. */ }
    busy = false;
    how();
  };

  /** Asks the city; the answer is final. */
  const online = async (entry) => {
    const [[, outcome, ...values]] = await report([entry]);
    if (outcome === 'in') {
      known.used[values[0]] = Date.now();
      known.inside += Number(values[1]);
      known.entered += Number(values[1]);
      keep();
      how();
      return tell('ok', word('in', values[1]), [values[0]]);
    }
    stopped(outcome, ...values);
  };

  const show = (voucher, go) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn';
    button.textContent = word('seen');
    button.addEventListener('click', go);
    const name = (id) => { const known = $(`template[data-concession="${id}"]`); return known ? known.content.textContent : id; };
    const rows = voucher.shows.map((one) => word('concession', one.persons, name(one.id))
      + (one.height ? ' · ' + word('height', one.height) : ''));
    tell('warn', word('show'), rows, button);
    button.focus();
  };

  const check = async (code, seen) => {
    const voucher = await verify(code);
    const now = Date.now();
    const entry = { key: crypto.randomUUID(), code, seen, at: 0 };
    if (!voucher) {
      // A number that was typed is the city's to know.
      if (!/^[0-9]{12}$/.test(code)) return stopped('unreadable');
      if (!navigator.onLine) return stopped('number');
      const [[, outcome, ...values]] = await report([entry]).catch(() => [['', 'number']]);
      if (outcome === 'show') return form.submit();
      return outcome === 'in' ? tell('ok', word('in', values[1]), [values[0]]) : stopped(outcome, ...values);
    }
    if (!voucher.genuine) {
      // The city keeps a list of these.
      if (navigator.onLine) report([entry]).catch(() => {});
      return stopped('forged');
    }
    // Good for its day; where the rule says how early, from then on.
    const from = early ? voucher.startsAt - early * 60_000 : Date.parse(`${date(voucher.startsAt)}T00:00+08:00`);
    if (!voucher.here) return stopped('other_place');
    if (now >= voucher.endsAt) return stopped('too_late', moment(voucher.endsAt));
    if (now < from) return stopped('not_yet', moment(from));
    if (known.used[voucher.number]) return stopped('already_used', clock(known.used[voucher.number]));
    if (voucher.shows.length && !seen) return show(voucher, () => check(code, true).finally(() => field.focus()));
    if (navigator.onLine) {
      try {
        return await online(entry);
      } catch (_) { /* It went away just now: this device decides. */ }
    }
    if (known.gone[voucher.number]) return stopped('gone');
    const waiting = waitingPersons();
    if (known.instant && known.inside + waiting + voucher.persons > known.instant) return stopped('full', known.inside + waiting, known.instant);
    known.used[voucher.number] = now;
    known.wait.push({ ...entry, at: now, number: voucher.number, persons: voucher.persons, seen: true });
    keep();
    tell('ok', word('in', voucher.persons), [voucher.number]);
    how();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const code = field.value.replace(/[\s-]/g, '').replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
    field.value = '';
    check(code, false).catch(() => stopped('unreadable')).finally(() => { if (!$('#answer button')) field.focus(); });
  });
  addEventListener('online', catchUp);
  addEventListener('offline', how);
  setInterval(catchUp, 15_000);
  catchUp();

  // So that the page opens again on this device while there is no network, with what it needs. It holds nothing that is
  // anybody's. The way to the sign-in page is not kept in its place.
  const pieces = [location.pathname, ...all('link[rel=stylesheet], script[src]').map((piece) => piece.href || piece.src)];
  const keepPage = (cache) => Promise.all(pieces.map((piece) => fetch(piece, { redirect: 'error' }).then((said) => said.ok && cache.put(piece, said))));
  if ('caches' in window && navigator.onLine) caches.open('vouchers-1').then(keepPage).catch(() => {});
}
