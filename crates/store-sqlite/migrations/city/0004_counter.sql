-- Who is here and waits to be called. The name is masked already: a hall shows it.
CREATE TABLE arrival (
    booking BLOB NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    section TEXT NOT NULL,
    resource TEXT NOT NULL,
    day TEXT NOT NULL,
    number TEXT NOT NULL,
    call_no INTEGER,
    name TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    called_to TEXT NOT NULL,
    called_at INTEGER,
    times INTEGER NOT NULL,
    passed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX arrival_place ON arrival (service, place, day);

-- Entries at a gate, under the key that the gate drew: a repeat is told from a second entry.
CREATE TABLE gate_entry (
    booking BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many have left a place on a day.
CREATE TABLE gate_left (
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    day TEXT NOT NULL,
    people INTEGER NOT NULL CHECK (people >= 0),
    PRIMARY KEY (service, place, day)
) STRICT, WITHOUT ROWID;

-- Prices that a desk asked for, from a day on: what for (`what` is empty for the ticket of a place), who asked, who decided.
CREATE TABLE price_change (
    id BLOB NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    what TEXT NOT NULL,
    from_on TEXT NOT NULL,
    price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
    before_fen INTEGER NOT NULL CHECK (before_fen >= 0),
    reason TEXT NOT NULL,
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined')),
    decided_by BLOB,
    decided_at INTEGER,
    note TEXT NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX price_change_place ON price_change (service, place, asked_at);
CREATE INDEX price_change_approved ON price_change (decided_at) WHERE state = 'approved';
