-- Who is here and waits to be called. The name is masked already: a hall shows it.
CREATE TABLE arrival (
    booking BYTEA NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    section TEXT NOT NULL,
    resource TEXT NOT NULL,
    day TEXT NOT NULL,
    number TEXT NOT NULL,
    call_no BIGINT,
    name TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL,
    called_to TEXT NOT NULL,
    called_at BIGINT,
    times BIGINT NOT NULL,
    passed_at BIGINT
);
CREATE INDEX arrival_place ON arrival (service, place, day);

-- Entries at a gate, under the key that the gate drew: a repeat is told from a second entry.
CREATE TABLE gate_entry (
    booking BYTEA NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- How many have left a place on a day.
CREATE TABLE gate_left (
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    day TEXT NOT NULL,
    people BIGINT NOT NULL CHECK (people >= 0),
    PRIMARY KEY (service, place, day)
);

-- Prices that a desk asked for, from a day on: what for (`what` is empty for the ticket of a place), who asked, who decided.
CREATE TABLE price_change (
    id BYTEA NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    what TEXT NOT NULL,
    from_on TEXT NOT NULL,
    price_fen BIGINT NOT NULL CHECK (price_fen >= 0),
    before_fen BIGINT NOT NULL CHECK (before_fen >= 0),
    reason TEXT NOT NULL,
    asked_by BYTEA NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined')),
    decided_by BYTEA,
    decided_at BIGINT,
    note TEXT NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE INDEX price_change_place ON price_change (service, place, asked_at);
CREATE INDEX price_change_approved ON price_change (decided_at) WHERE state = 'approved';
