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
