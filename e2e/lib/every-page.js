// Every page that a citizen can meet, with the browser of whoever meets it: for the bars that hold on all of them, in every
// state that a page has.
import { CITY, ELECTRICITY, SOON } from './city.js';
import { fits } from './people.js';
import { COACH, Desk, HOSPITAL, POLICE, TICKET } from './booking.js';
import { PHONE_AGENT, Till, account, unpaid } from './till.js';

export const LOOKS = {
  light: { context: { colorScheme: 'light' }, cookies: {}, tapPx: 44 },
  dark: { context: { colorScheme: 'dark' }, cookies: {}, tapPx: 44 },
  elder: { context: { colorScheme: 'light' }, cookies: { size: 'huge' }, tapPx: 60 },
  narrow: { context: { colorScheme: 'light', viewport: { width: 320, height: 640 } }, cookies: { theme: 'dark', lang: 'en' }, tapPx: 44 },
};

const service = (id) => `/${CITY}/s/${id}`;
const ask = (id) => `${service(id)}/ask`;

/** Somebody with an open violation, several electricity bills and a hospital card. */
const payer = (person) => fits.driver(person) && unpaid(account(person, 'electricity')).length > 1 && account(person, 'hospital') && account(person, 'water');

/** The four browsers: nobody's, somebody's before the real-name check, somebody's without cards, and a settled citizen's. */
export async function browsers(citizen, people, look) {
  const open = async (person) => {
    const one = await citizen(person, { userAgent: PHONE_AGENT, ...look.context });
    const cookies = Object.entries(look.cookies).map(([name, value]) => ({ name, value, url: one.house.url }));
    if (cookies.length) await one.context.addCookies(cookies);
    return one;
  };
  const [nobody, newcomer, cardless, settled] = [
    await open({ phone: people.phone() }),
    await open(await people.cast(fits.anybody)),
    await open(await people.cast(fits.anybody)),
    await open(await people.cast(payer)),
  ];
  await newcomer.isSignedIn();
  await cardless.isVerified();
  await settled.isVerified();
  await settled.hasCar();
  await settled.hasLicence();
  for (const biller of ['electricity', 'water', 'hospital']) await new Till(settled).has(biller);
  // Consents in both directions, one agreed to and one waiting.
  const consent = (from, to, kind) => from.post('/me/consents', { person_name: to.person.name, person_phone: to.person.phone, kind });
  await consent(cardless, settled, 'vehicle');
  await settled.page.goto('/me/consents');
  await settled.page.locator('form[action$="/grant"] button').click();
  await consent(cardless, settled, 'licence');
  await consent(settled, cardless, 'licence');
  await settled.post('/me/tokens', { label: '家里的电脑' });
  return { nobody, newcomer, cardless, settled };
}

/** Sends the page's own form as it stands. */
const send = (action) => async ({ page }) => {
  await page.locator(`form[action="${action}"] button.wide`).click();
  await page.waitForSelector('#errors, .notice');
};

/** All pages: who opens it, its address, the status that it has, and what is done first or then. */
export function pages(house) {
  const record = async ({ page }) => {
    await page.goto(ask('vehicle-violation'));
    return page.locator('.record a').first().getAttribute('href');
  };
  const card = async ({ page }) => {
    await page.goto(`/${CITY}/cards`);
    return page.locator('a[href$="/unbind"]').first().getAttribute('href');
  };
  const begin = (id, query = '') => async ({ page }) => {
    await page.goto(ask(id));
    const href = await page.locator('a[href*="/pay/"]').first().getAttribute('href');
    return query ? `${href.split('?')[0]}?${query}` : href;
  };
  // The newest period alone, which this biller does not take.
  const tooSoon = async ({ page }) => {
    await page.goto(ask('electricity-bill'));
    const [form, row] = [page.locator('form:has([type=checkbox])'), page.locator('[type=checkbox]').last()];
    return `${await form.getAttribute('action')}?bill=${await row.getAttribute('value')}`;
  };
  const begun = async (one) => {
    await one.page.goto(await begin('electricity-bill')(one));
    await one.page.locator('form.card button.wide').click();
    await one.page.waitForURL(`${house.sandbox}/**`);
  };
  const payment = (more = '') => async ({ page }) => {
    await page.goto(`/${CITY}/payments`);
    return `${await page.locator('main ul.rows a').first().getAttribute('href')}${more}`;
  };
  const state = async (one, wanted) => {
    const path = `${await payment()(one)}/state`;
    for (let i = 0; i < 300 && (await (await one.get(path)).text()) !== wanted; i++) await one.page.waitForTimeout(100);
  };
  const paid = async (one, wanted) => {
    const till = new Till(one);
    await till.paysElsewhere('alipay', await till.order('alipay'));
    await state(one, wanted);
  };
  const printed = async (one) => {
    const file = await (await one.get(await payment('/receipt.json')(one))).text();
    return file;
  };
  const confirmed = async (one) => {
    await one.page.goto(await payment('/receipt')(one));
    return one.page.locator('a[href*="/verify/"]').getAttribute('href');
  };
  const book = (service) => `/${CITY}/s/${service.id}/book`;
  const chosen = (service, steps) => async ({ page }) => {
    await page.goto(book(service));
    for (let i = 1; i < steps; i++) await page.goto(await page.locator('main ul.rows a[href*="/book?"]').first().getAttribute('href'));
    return page.locator('main ul.rows a[href*="/book?"]').first().getAttribute('href');
  };
  const unit = (service, steps) => async (one) => {
    await one.page.goto(await chosen(service, steps)(one));
    return one.page.locator('main a[href*="/book/check?"]').first().getAttribute('href');
  };
  const booked = (service) => async (one) => { one.booked = await new Desk(one).has(service); };
  // Held until it is paid, and then given back.
  const held = async (one) => {
    await new Desk(one).has(COACH);
    await one.page.goto(`/${CITY}/bookings`);
    one.booked = await one.page.locator('main ul.rows a:has(.t-warn)').first().getAttribute('href');
  };
  const givenBack = (one) => one.post(`${one.booked}/cancel`, {});
  const booking = (more = '') => async (one) => `${one.booked}${more}`;
  const beside = (id, to) => async (one) => (await begin(id, 'x=1')(one)).split('?')[0].replace('/pay/', `/${to}/`);
  return [
    { name: 'landing', who: 'nobody', path: '/' },
    { name: 'cities', who: 'nobody', path: '/cities' },
    { name: 'cities-none', who: 'nobody', path: '/cities?q=zzzz' },
    { name: 'home-signed-out', who: 'nobody', path: `/${CITY}`, home: true },
    { name: 'services', who: 'nobody', path: `/${CITY}/services` },
    { name: 'search', who: 'nobody', path: `/${CITY}/search` },
    { name: 'search-found', who: 'nobody', path: `/${CITY}/search?q=wz` },
    { name: 'search-none', who: 'nobody', path: `/${CITY}/search?q=zzzz` },
    ...['vehicle-violation', 'driver-violation', 'licence-points', 'driver-medical-exam', 'electricity-bill', 'water-bill', 'gas-bill',
      'heating-bill', 'broadband-bill', 'hospital-card']
      .map((id) => ({ name: `start-${id}`, who: 'nobody', path: service(id) })),
    { name: 'soon', who: 'nobody', path: `/${SOON}` },
    { name: 'sign-in', who: 'nobody', path: `/sign-in?to=/${CITY}` },
    { name: 'sign-in-mistake', who: 'nobody', path: '/sign-in', then: send('/sign-in') },
    { name: 'code', who: 'nobody', path: '/sign-in/code', first: (one) => one.post('/sign-in', { phone: one.person.phone }) },
    { name: 'code-mistake', who: 'nobody', path: '/sign-in/code', then: send('/sign-in/code') },
    { name: 'settings', who: 'nobody', path: '/settings' },
    { name: 'settings-saved', who: 'nobody', path: '/settings?saved=1' },
    { name: 'help', who: 'nobody', path: '/help' },
    { name: 'privacy', who: 'nobody', path: '/privacy' },
    { name: 'accessibility', who: 'nobody', path: '/accessibility' },
    { name: 'status', who: 'nobody', path: '/status' },
    { name: 'offline', who: 'nobody', path: '/offline' },
    { name: 'gallery', who: 'nobody', path: '/gallery' },
    ...[['gone', 410], ['too-large', 413], ['too-many', 429], ['internal', 500], ['busy', 503], ['timeout', 503], ['foreign-form', 403],
      ['conflict', 409], ['city-soon', 200]].map(([name, status]) => ({ name: `trouble-${name}`, who: 'nobody', path: `/gallery/${name}`, status })),
    { name: 'not-found', who: 'nobody', path: '/no/such/page', status: 404 },
    { name: 'not-found-in-city', who: 'nobody', path: service('no-such-service'), status: 404 },
    { name: 'method-not-allowed', who: 'nobody', path: '/sign-out', status: 405 },
    { name: 'home-newcomer', who: 'newcomer', path: `/${CITY}`, home: true },
    { name: 'start-newcomer', who: 'newcomer', path: service('vehicle-violation') },
    { name: 'real-name', who: 'newcomer', path: '/real-name' },
    { name: 'real-name-mistake', who: 'newcomer', path: '/real-name', then: send('/real-name') },
    { name: 'me-newcomer', who: 'newcomer', path: '/me' },
    { name: 'access-newcomer', who: 'newcomer', path: '/me/access' },
    { name: 'tokens-none', who: 'newcomer', path: '/me/tokens' },
    { name: 'home-cardless', who: 'cardless', path: `/${CITY}`, home: true },
    { name: 'cards-none', who: 'cardless', path: `/${CITY}/cards` },
    { name: 'needs-card', who: 'cardless', path: ask('vehicle-violation') },
    { name: 'add-vehicle', who: 'cardless', path: `/${CITY}/cards/vehicle` },
    { name: 'add-vehicle-mistake', who: 'cardless', path: `/${CITY}/cards/vehicle`, then: send(`/${CITY}/cards/vehicle`) },
    { name: 'add-vehicle-child', who: 'cardless', path: `/${CITY}/cards/vehicle?for=ward` },
    { name: 'add-licence', who: 'cardless', path: `/${CITY}/cards/licence` },
    { name: 'add-licence-mistake', who: 'cardless', path: `/${CITY}/cards/licence`, then: send(`/${CITY}/cards/licence`) },
    { name: 'needs-account', who: 'cardless', path: ask(ELECTRICITY.id) },
    { name: 'add-account', who: 'cardless', path: `/${CITY}/cards/customer/${ELECTRICITY.id}` },
    { name: 'add-account-mistake', who: 'cardless', path: `/${CITY}/cards/customer/${ELECTRICITY.id}`, then: send(`/${CITY}/cards/customer/${ELECTRICITY.id}`) },
    { name: 'consents-received', who: 'cardless', path: '/me/consents' },
    { name: 'consents-asked', who: 'cardless', path: '/me/consents?asked=1' },
    { name: 'consents-mistake', who: 'cardless', path: '/me/consents', then: send('/me/consents') },
    { name: 'violations', who: 'settled', path: ask('vehicle-violation') },
    { name: 'violation-detail', who: 'settled', find: record, like: '/x/s/y/ask/card/row' },
    { name: 'points', who: 'settled', path: ask('licence-points') },
    { name: 'exam', who: 'settled', path: ask('driver-medical-exam') },
    { name: 'bills', who: 'settled', path: ask(ELECTRICITY.id) },
    { name: 'balance', who: 'settled', path: ask('hospital-card') },
    { name: 'home', who: 'settled', path: `/${CITY}`, home: true },
    { name: 'start', who: 'settled', path: service('vehicle-violation') },
    { name: 'cards', who: 'settled', path: `/${CITY}/cards` },
    { name: 'unbind', who: 'settled', find: card, like: '/x/cards/card/unbind' },
    { name: 'payments-none', who: 'cardless', path: `/${CITY}/payments` },
    { name: 'accounts-none', who: 'cardless', path: `/${CITY}/bills` },
    { name: 'verify', who: 'nobody', path: '/verify' },
    { name: 'verify-wrong', who: 'nobody', path: '/verify', then: send('/verify') },
    { name: 'receipt-key', who: 'nobody', path: `/${CITY}/receipt-key` },
    { name: 'water', who: 'settled', path: ask('water-bill') },
    { name: 'accounts', who: 'settled', path: `/${CITY}/bills` },
    { name: 'check', who: 'settled', find: begin('electricity-bill'), like: '/x/s/y/pay/card' },
    { name: 'check-accept', who: 'settled', find: begin('vehicle-violation'), like: '/x/s/y/pay/card' },
    { name: 'check-too-soon', who: 'settled', find: tooSoon, like: '/x/s/y/pay/card', status: 409 },
    { name: 'top-up-mistake', who: 'settled', find: begin('hospital-card', 'amount=5'), like: '/x/s/y/pay/card', status: 422 },
    { name: 'top-up', who: 'settled', find: begin('hospital-card', 'amount=50'), like: '/x/s/y/pay/card' },
    { name: 'rest', who: 'settled', find: beside('hospital-card', 'rest'), like: '/x/s/y/rest/card' },
    { name: 'autopay', who: 'settled', find: beside('electricity-bill', 'autopay'), like: '/x/s/y/autopay/card' },
    { name: 'payment-pending', who: 'settled', first: begun, find: payment(), like: '/x/payments/payment' },
    { name: 'home-unfinished', who: 'settled', path: `/${CITY}`, home: true },
    { name: 'payment-processing', who: 'settled', first: async (one) => { await house.fault('electricity', 'down'); await paid(one, 'posting'); },
      find: payment(), like: '/x/payments/payment' },
    { name: 'payment-posted', who: 'settled', first: async (one) => { await house.allWell(); await state(one, 'posted'); }, find: payment(), like: '/x/payments/payment' },
    { name: 'receipt', who: 'settled', find: payment('/receipt'), like: '/x/payments/payment/receipt' },
    { name: 'verify-genuine', who: 'settled', path: '/verify', then: async (one) => {
      const file = await printed(one);
      await one.page.goto('/verify');
      await one.page.locator('textarea').fill(file);
      await one.page.locator('form.card button.wide').click();
      await one.page.waitForSelector('.good');
    } },
    { name: 'confirmed', who: 'settled', find: confirmed, like: '/x/verify/receipt' },
    { name: 'confirmed-altered', who: 'settled', find: async (one) => (await confirmed(one)).replace('a=', 'a=9'), like: '/x/verify/receipt' },
    { name: 'payments', who: 'settled', path: `/${CITY}/payments` },
    { name: 'me', who: 'settled', path: '/me' },
    { name: 'access', who: 'settled', path: '/me/access' },
    { name: 'consents', who: 'settled', path: '/me/consents' },
    { name: 'sessions', who: 'settled', path: '/me/sessions' },
    { name: 'tokens', who: 'settled', path: '/me/tokens' },
    { name: 'export', who: 'settled', path: '/me/export' },
    { name: 'delete', who: 'settled', path: '/me/delete' },
    { name: 'delete-mistake', who: 'settled', path: '/me/delete', then: send('/me/delete') },
    ...[HOSPITAL, POLICE, TICKET, COACH].map((service) => ({ name: `book-${service.id}`, who: 'nobody', path: book(service) })),
    { name: 'book-sections', who: 'nobody', find: chosen(HOSPITAL, 1), like: '/x/s/y/book' },
    { name: 'book-doctors', who: 'nobody', find: chosen(HOSPITAL, 2), like: '/x/s/y/book' },
    { name: 'book-halls', who: 'nobody', find: chosen(POLICE, 1), like: '/x/s/y/book' },
    { name: 'book-windows', who: 'nobody', find: chosen(POLICE, 2), like: '/x/s/y/book' },
    { name: 'book-bands', who: 'nobody', find: chosen(TICKET, 1), like: '/x/s/y/book' },
    { name: 'book-trips', who: 'nobody', find: chosen(COACH, 2), like: '/x/s/y/book' },
    { name: 'query', who: 'nobody', path: `${service(HOSPITAL.id)}/query` },
    { name: 'query-mistake', who: 'nobody', path: `${service(HOSPITAL.id)}/query`, then: send(`${service(HOSPITAL.id)}/query`) },
    { name: 'draw-none', who: 'nobody', path: `${service(TICKET.id)}/draw?place=x&on=2026-05-20`, status: 404 },
    { name: 'bookings-none', who: 'cardless', path: `/${CITY}/bookings` },
    { name: 'companions', who: 'cardless', path: '/me/companions' },
    { name: 'companions-mistake', who: 'cardless', path: '/me/companions', then: send('/me/companions') },
    { name: 'book-check', who: 'settled', find: unit(HOSPITAL, 2), like: '/x/s/y/book/check' },
    { name: 'book-check-window', who: 'settled', find: unit(POLICE, 2), like: '/x/s/y/book/check' },
    { name: 'book-check-ticket', who: 'settled', find: unit(TICKET, 1), like: '/x/s/y/book/check' },
    { name: 'book-check-seats', who: 'settled', find: unit(COACH, 2), like: '/x/s/y/book/check' },
    { name: 'booking', who: 'settled', first: booked(POLICE), find: booking(), like: '/x/bookings/booking' },
    { name: 'booking-cancel', who: 'settled', find: booking('/cancel'), like: '/x/bookings/booking/cancel' },
    { name: 'booking-held', who: 'settled', first: held, find: booking(), like: '/x/bookings/booking' },
    { name: 'booking-given-back', who: 'settled', first: givenBack, find: booking(), like: '/x/bookings/booking' },
    { name: 'bookings', who: 'settled', path: `/${CITY}/bookings` },
    { name: 'home-booked', who: 'settled', path: `/${CITY}`, home: true },
    { name: 'stale', who: 'settled', path: `${ask('vehicle-violation')}?again=1`, first: () => house.fault('traffic-police', 'down') },
    { name: 'unavailable', who: 'settled', path: ask('driver-violation'), status: 503 },
    { name: 'driver-violations', who: 'settled', path: ask('driver-violation'), first: async (one) => {
      await house.allWell();
      // The breaker, which may have opened, lets a question through after its cool-down.
      for (let i = 0; i < 40 && (await one.get(ask('driver-violation'))).status() !== 200; i++) await one.page.waitForTimeout(250);
    } },
  ];
}
