// Who plays a part. Every journey gets persons of its own, so that no journey sees what another one did.

const EIGHTEEN_YEARS_MS = 18 * 365.25 * 86_400_000;
const WINDOW = 200;

/** True for whoever is grown up. */
export const adult = (person) => Date.now() - Date.parse(person.birth) > EIGHTEEN_YEARS_MS + 86_400_000;
const open = (violation) => violation.state !== 'paid';
const pictured = (violation) => violation.photo_status === 1;

// Small cars: their kind is the one that the form shows first.
const small = (vehicle) => vehicle.kind === '02';

/** Companies that send bills, and the hospital. */
const BILLERS = 6;

/** Bills of an account that are still to be paid. */
export const unpaid = (account) => account.bills.filter((bill) => bill.state === 'unpaid');

export const fits = {
  anybody: () => true,
  /** A small car with an open violation that has a photograph, and a licence. */
  driver: (person) => person.licence && person.vehicles.some((car) => small(car) && car.violations.some((one) => open(one) && pictured(one))),
  /** A driver with an account at every company, so that every service can be asked. */
  household: (person) => fits.driver(person) && person.customers.length === BILLERS,
  /** Owes the electricity company for two months or more. */
  owing: (person) => person.customers.some((one) => one.biller === 'electricity' && unpaid(one).length >= 2),
  spotless: (person) => person.licence && person.vehicles.some(small) && person.vehicles.every((car) => !car.violations.length),
  owner: (person) => person.vehicles.some(small),
};

/** The vehicle that a journey is about: the one with an open, pictured violation first. */
export const carOf = (person) =>
  person.vehicles.find((car) => small(car) && car.violations.some((one) => open(one) && pictured(one)))
  ?? person.vehicles.find(small) ?? person.vehicles[0];

export const openOf = (car) => car.violations.filter(open);

/** The account of a person at a company. */
export const accountOf = (person, biller) => person.customers.find((one) => one.biller === biller);

export class People {
  constructor(house, area) {
    this.house = house;
    this.area = area;
    this.next = 16;
    this.phones = 9_999;
    this.pool = [];
  }

  /** One of the demo persons, by the stable name of the part, with everything on record. */
  async role(role) {
    const login = this.house.logins.find((person) => person.role === role);
    const demo = await this.house.truth(this.area, 0, 16);
    const person = demo.find((one) => one.resident_id === (login?.resident_id ?? ''));
    if (!person) throw new Error(`no demo person plays ${role}`);
    return { ...person, phone: login.phone };
  }

  /** A demo child: the one of the family of a guardian who has a car. */
  async ward() {
    const demo = await this.house.truth(this.area, 0, 16);
    return demo.find((one) => !adult(one) && one.vehicles.length);
  }

  /** The next grown-up who fits and was not used yet. */
  async cast(fit) {
    for (;;) {
      for (const person of this.pool) {
        if (!person.used && adult(person) && fit(person)) {
          person.used = true;
          return { ...person, phone: this.phone() };
        }
      }
      const more = await this.house.truth(this.area, this.next, WINDOW);
      if (!more.length) throw new Error('nobody fits');
      this.next += more.length;
      this.pool.push(...more);
    }
  }

  /** A phone that nobody used. Nobody checks whose phone it is; counting down keeps clear of the persons' own. */
  phone() {
    return `1990000${String(this.phones--).padStart(4, '0')}`;
  }
}
