-- What can run out. A pool is so many units of one thing at one time; each of its legs says how many are taken, by the door
-- through which they were asked for, and no row can say more than there are. `turn` counts the changes of a pool, so that
-- whoever remembers it knows whether their memory is right.
CREATE TABLE pool (
    number INTEGER NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    section TEXT NOT NULL,
    resource TEXT NOT NULL,
    part TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    numbered INTEGER NOT NULL,
    legs INTEGER NOT NULL CHECK (legs BETWEEN 1 AND 64),
    online_max INTEGER NOT NULL,
    on_site_max INTEGER NOT NULL,
    phone_max INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    edited INTEGER NOT NULL,
    turn INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pool_what ON pool (service, place, resource, part, starts_at);
CREATE INDEX pool_day ON pool (service, day, place);
CREATE INDEX pool_place ON pool (service, place, day);

CREATE TABLE pool_leg (
    pool INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    capacity INTEGER NOT NULL,
    taken_online INTEGER NOT NULL CHECK (taken_online BETWEEN 0 AND online_max),
    taken_on_site INTEGER NOT NULL CHECK (taken_on_site BETWEEN 0 AND on_site_max),
    taken_phone INTEGER NOT NULL CHECK (taken_phone BETWEEN 0 AND phone_max),
    online_max INTEGER NOT NULL,
    on_site_max INTEGER NOT NULL,
    phone_max INTEGER NOT NULL,
    PRIMARY KEY (pool, leg),
    CHECK (taken_online + taken_on_site + taken_phone <= capacity)
) STRICT, WITHOUT ROWID;

-- One row for each leg on which a numbered unit is somebody's: two people cannot have one seat.
CREATE TABLE unit_taken (
    pool INTEGER NOT NULL,
    unit INTEGER NOT NULL CHECK (unit > 0),
    leg INTEGER NOT NULL,
    booking INTEGER NOT NULL,
    PRIMARY KEY (pool, unit, leg)
) STRICT, WITHOUT ROWID;

-- A booking has a public id, which nobody can guess and under which a claim is made: a repeat finds it by that. Its place
-- within the city (`seq`) is what the rows beside it name, and the number at the counter is reckoned from it (`numbering`).
-- Personal columns hold sealed bytes. `people` are the blind indexes of those for whom it is, the parties first, and `slots`
-- what they use up of their quotas, each of a fixed length. Every index is paid for by every sale: a claim in a rush puts
-- rows in no order into two trees, the account's and the slots', and appends to the others.
CREATE TABLE booking (
    seq INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    request BLOB NOT NULL,
    account BLOB,
    forgotten INTEGER NOT NULL,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    section TEXT NOT NULL,
    resource TEXT NOT NULL,
    matter TEXT NOT NULL,
    fault_scope TEXT NOT NULL,
    class TEXT NOT NULL,
    door TEXT NOT NULL,
    drawn INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    day TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    held_until_at INTEGER NOT NULL,
    missed_at INTEGER NOT NULL,
    extended INTEGER NOT NULL,
    consents TEXT NOT NULL,
    moves INTEGER NOT NULL,
    price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
    paid_fen INTEGER NOT NULL CHECK (paid_fen BETWEEN 0 AND price_fen),
    refunded_fen INTEGER NOT NULL CHECK (refunded_fen BETWEEN 0 AND paid_fen),
    parts TEXT NOT NULL,
    units INTEGER NOT NULL CHECK (units > 0),
    people BLOB NOT NULL,
    slots BLOB NOT NULL,
    -- What it took is still taken, although it is nobody's: until then, or for ever.
    back_at INTEGER,
    withdrawn INTEGER NOT NULL,
    lookup BLOB,
    payment BLOB,
    department_ref TEXT,
    moved_from BLOB,
    moved_to BLOB,
    detail BLOB,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX booking_id ON booking (id);
CREATE INDEX booking_account ON booking (account) WHERE account IS NOT NULL;
CREATE INDEX booking_held ON booking (held_until_at) WHERE state = 'held';
CREATE INDEX booking_missed ON booking (missed_at) WHERE state IN ('booked', 'paid');
CREATE INDEX booking_here ON booking (ends_at) WHERE state = 'checked_in';
CREATE INDEX booking_back ON booking (back_at) WHERE back_at IS NOT NULL;
CREATE INDEX booking_payment ON booking (payment) WHERE payment IS NOT NULL;

-- Which bookings took from a pool.
CREATE TABLE booking_pool (
    pool INTEGER NOT NULL,
    booking INTEGER NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (pool, booking)
) STRICT, WITHOUT ROWID;

-- Who else has to agree: found by their person before they have, by their login when they have. Most bookings have nobody.
CREATE TABLE booking_party (
    booking INTEGER NOT NULL,
    part INTEGER NOT NULL,
    person BLOB NOT NULL,
    account BLOB,
    PRIMARY KEY (booking, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_party_person ON booking_party (person);
CREATE INDEX booking_party_account ON booking_party (account) WHERE account IS NOT NULL;

-- What persons use up: so many of one thing in one time, whatever accounts they use. Nobody has what somebody has.
CREATE TABLE booking_slot (
    what BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (what, ordinal)
) STRICT, WITHOUT ROWID;

-- By this the numbers of bookings are shuffled.
CREATE TABLE numbering (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;

-- Faults on record. Blocks follow from them and are not stored.
CREATE TABLE mark (
    person BLOB NOT NULL,
    scope TEXT NOT NULL,
    fault TEXT NOT NULL,
    booking INTEGER NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (person, scope, fault, booking)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_booking ON mark (booking);

-- How many units of a day are in which state, kept as they change.
CREATE TABLE booking_tally (
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    units INTEGER NOT NULL,
    PRIMARY KEY (service, place, day, state)
) STRICT, WITHOUT ROWID;

-- Who would have what comes back, as long as anybody could use it.
CREATE TABLE waiting (
    id BLOB NOT NULL PRIMARY KEY,
    pool INTEGER NOT NULL,
    account BLOB,
    person BLOB NOT NULL,
    units INTEGER NOT NULL CHECK (units > 0),
    lot INTEGER,
    detail BLOB NOT NULL,
    joined_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX waiting_person ON waiting (pool, person);
CREATE INDEX waiting_until ON waiting (until_at);
CREATE INDEX waiting_account ON waiting (account) WHERE account IS NOT NULL;

-- A draw is published: the hash of its seed before the first claim, everything else after the last one.
CREATE TABLE draw (
    id BLOB NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    day TEXT NOT NULL,
    commitment BLOB NOT NULL,
    seed BLOB NOT NULL,
    opens_at INTEGER NOT NULL,
    closes_at INTEGER NOT NULL,
    closed_at INTEGER,
    result TEXT,
    drawn_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX draw_what ON draw (service, place, day);
CREATE INDEX draw_open ON draw (closes_at) WHERE drawn_at IS NULL;

CREATE TABLE draw_claim (
    draw BLOB NOT NULL,
    id BLOB NOT NULL,
    account BLOB,
    wishes TEXT NOT NULL,
    detail BLOB,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (draw, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draw_claim_account ON draw_claim (account) WHERE account IS NOT NULL;

-- Nobody is in a draw twice, not even as one of two.
CREATE TABLE draw_person (
    draw BLOB NOT NULL,
    person BLOB NOT NULL,
    claim BLOB NOT NULL,
    PRIMARY KEY (draw, person)
) STRICT, WITHOUT ROWID;

-- The latest time that was told here: a clock that is set back does not take it back.
CREATE TABLE steady (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    highest_at INTEGER NOT NULL
) STRICT;
INSERT INTO steady (one, highest_at) VALUES (1, 0);
