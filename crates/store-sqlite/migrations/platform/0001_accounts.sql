-- Personal columns hold sealed bytes; a *_index is a keyed hash by which equals are found. Instants are milliseconds.
CREATE TABLE account (
    id BLOB NOT NULL PRIMARY KEY,
    phone_index BLOB NOT NULL,
    phone BLOB NOT NULL,
    person_index BLOB,
    name BLOB,
    resident_id BLOB,
    born_on BLOB,
    verified_at INTEGER,
    created_at INTEGER NOT NULL,
    lang TEXT,
    size TEXT,
    theme TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_phone ON account (phone_index);
CREATE UNIQUE INDEX account_person ON account (person_index);

CREATE TABLE code (
    phone_index BLOB NOT NULL PRIMARY KEY,
    code_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    tries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX code_expires ON code (expires_at);

CREATE TABLE code_sent (
    phone_index BLOB NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX code_sent_phone ON code_sent (phone_index, sent_at);
CREATE INDEX code_sent_at ON code_sent (sent_at);

-- Clustered by the token's hash: every page reads one row by it.
CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    account BLOB NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_ms INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX session_id ON session (id);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE consent (
    id BLOB NOT NULL PRIMARY KEY,
    from_account BLOB NOT NULL,
    to_account BLOB NOT NULL,
    kind TEXT NOT NULL,
    label BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'revoked')),
    asked_at INTEGER NOT NULL,
    decided_at INTEGER,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_between ON consent (from_account, to_account, kind);
CREATE INDEX consent_to ON consent (to_account);

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
