-- Personal columns hold sealed bytes; a *_index is a keyed hash by which equals are found. Instants are milliseconds.
CREATE TABLE account (
    id BYTEA NOT NULL PRIMARY KEY,
    phone_index BYTEA NOT NULL,
    phone BYTEA NOT NULL,
    person_index BYTEA,
    name BYTEA,
    resident_id BYTEA,
    born_on BYTEA,
    verified_at BIGINT,
    created_at BIGINT NOT NULL,
    lang TEXT,
    size TEXT,
    theme TEXT
);
CREATE UNIQUE INDEX account_phone ON account (phone_index);
CREATE UNIQUE INDEX account_person ON account (person_index);

CREATE TABLE code (
    phone_index BYTEA NOT NULL PRIMARY KEY,
    code_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX code_expires ON code (expires_at);

CREATE TABLE code_sent (
    phone_index BYTEA NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX code_sent_phone ON code_sent (phone_index, sent_at);
CREATE INDEX code_sent_at ON code_sent (sent_at);

-- Every page reads one row by the hash of its token.
CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL,
    account BYTEA NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX session_id ON session (id);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE consent (
    id BYTEA NOT NULL PRIMARY KEY,
    from_account BYTEA NOT NULL,
    to_account BYTEA NOT NULL,
    kind TEXT NOT NULL,
    label BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'revoked')),
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX consent_between ON consent (from_account, to_account, kind);
CREATE INDEX consent_to ON consent (to_account);

-- Ordered by whose data was read, because that is who asks.
CREATE TABLE access (
    subject BYTEA NOT NULL,
    at BIGINT NOT NULL,
    id BYTEA NOT NULL,
    actor_kind TEXT NOT NULL,
    actor BYTEA,
    purpose TEXT NOT NULL,
    service TEXT,
    door TEXT NOT NULL,
    PRIMARY KEY (subject, at, id)
);

CREATE TABLE outbox (
    key BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload BYTEA NOT NULL,
    sealed BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    cause TEXT
);
CREATE INDEX outbox_due ON outbox (due_at);

CREATE TABLE once (
    actor BYTEA NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX once_at ON once (at);
