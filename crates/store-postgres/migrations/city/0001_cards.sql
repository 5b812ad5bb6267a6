-- Personal columns hold sealed bytes; a key is a keyed hash by which equals are found. Instants are milliseconds.
CREATE TABLE card (
    id BYTEA NOT NULL PRIMARY KEY,
    account BYTEA NOT NULL,
    subject BYTEA,
    kind TEXT NOT NULL,
    relation TEXT NOT NULL,
    consent BYTEA,
    key BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    bound_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX card_holder ON card (account, kind, key);
CREATE INDEX card_key ON card (key);
CREATE INDEX card_consent ON card (consent);
CREATE INDEX card_subject ON card (subject);

CREATE TABLE answer (
    key BYTEA NOT NULL,
    service TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    department TEXT NOT NULL,
    evidence_sha256 BYTEA NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (key, service)
);

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
