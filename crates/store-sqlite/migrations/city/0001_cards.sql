-- Personal columns hold sealed bytes; a key is a keyed hash by which equals are found. Instants are milliseconds.
CREATE TABLE card (
    id BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    subject BLOB,
    kind TEXT NOT NULL,
    relation TEXT NOT NULL,
    consent BLOB,
    key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    bound_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX card_holder ON card (account, kind, key);
CREATE INDEX card_key ON card (key);
CREATE INDEX card_consent ON card (consent);
CREATE INDEX card_subject ON card (subject);

CREATE TABLE answer (
    key BLOB NOT NULL,
    service TEXT NOT NULL,
    sealed BLOB NOT NULL,
    department TEXT NOT NULL,
    evidence_sha256 BLOB NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (key, service)
) STRICT, WITHOUT ROWID;

-- Clustered by whose data was read, because that is who asks.
CREATE TABLE access (
    subject BLOB NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    actor_kind TEXT NOT NULL,
    actor BLOB,
    purpose TEXT NOT NULL,
    service TEXT,
    door TEXT NOT NULL,
    PRIMARY KEY (subject, at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    key BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    sealed INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    cause TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at);

CREATE TABLE once (
    actor BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_at ON once (at);
