-- Money. A payment has a public id, which nobody can guess, and a number within the city, by which the journal names it in
-- few bytes. Personal columns hold sealed bytes and go when the account goes; the journal and the receipts' leaves stay.
CREATE TABLE payment (
    number INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    account BLOB,
    subject BLOB,
    card BLOB,
    service TEXT NOT NULL,
    department TEXT NOT NULL,
    payee TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    refunded_fen INTEGER NOT NULL CHECK (refunded_fen BETWEEN 0 AND amount_fen),
    again INTEGER NOT NULL,
    detail BLOB,
    biller_ref TEXT,
    opened_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    paid_at INTEGER,
    paid_month INTEGER,
    posted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX payment_id ON payment (id);
CREATE INDEX payment_account ON payment (account);
CREATE INDEX payment_subject ON payment (subject);
CREATE INDEX payment_expires ON payment (expires_at) WHERE state = 'pending';
CREATE INDEX payment_state ON payment (state) WHERE state IN ('pending', 'paid', 'posting', 'failed', 'refunding');
CREATE INDEX payment_posted ON payment (posted_at);

-- A bill that is held cannot be put into another payment: it is open here, or it was paid here once and for all.
CREATE TABLE payment_bill (
    payment INTEGER NOT NULL,
    part INTEGER NOT NULL,
    key BLOB NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    surcharge_fen INTEGER NOT NULL CHECK (surcharge_fen BETWEEN 0 AND amount_fen),
    held INTEGER NOT NULL,
    PRIMARY KEY (payment, part)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_bill_held ON payment_bill (key) WHERE held = 1;
CREATE INDEX payment_bill_key ON payment_bill (key);

CREATE TABLE attempt (
    out_trade_no TEXT NOT NULL PRIMARY KEY,
    payment INTEGER NOT NULL,
    part INTEGER NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    trade_no TEXT,
    opened_at INTEGER NOT NULL,
    paid_at INTEGER,
    queries INTEGER NOT NULL,
    query_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_part ON attempt (payment, part);
CREATE INDEX attempt_query ON attempt (query_at) WHERE query_at IS NOT NULL;
CREATE INDEX attempt_paid ON attempt (provider, paid_at);

CREATE TABLE refund (
    refund_no TEXT NOT NULL PRIMARY KEY,
    payment INTEGER NOT NULL,
    part INTEGER NOT NULL,
    out_trade_no TEXT NOT NULL,
    route TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    asked_by BLOB,
    asked_at INTEGER NOT NULL,
    decided_by BLOB CHECK (decided_by <> asked_by),
    decided_at INTEGER,
    done_by BLOB,
    note TEXT,
    document_no TEXT,
    changed_at INTEGER NOT NULL,
    approved_at INTEGER,
    done_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX refund_part ON refund (payment, part);
CREATE INDEX refund_state ON refund (state, asked_at);
CREATE INDEX refund_approved ON refund (approved_at);
CREATE INDEX refund_done ON refund (done_at);

-- The roll-up stands beside the name: what the journal says up to and including entry `rolled_to`. A balance is the roll-up
-- and the tail after it, so no row is hot while money moves.
CREATE TABLE ledger_account (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    debit_fen INTEGER NOT NULL,
    credit_fen INTEGER NOT NULL,
    rolled_to INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_account_name ON ledger_account (name);

-- The journal. Entries are never changed. Both sides of a transfer stand in one row, so what is debited is credited.
CREATE TABLE transfer (
    seq INTEGER NOT NULL PRIMARY KEY,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL CHECK (credit <> debit),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    at INTEGER NOT NULL,
    payment INTEGER NOT NULL,
    step INTEGER NOT NULL,
    part INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX transfer_once ON transfer (payment, step, part);
CREATE INDEX transfer_debit ON transfer (debit);
CREATE INDEX transfer_credit ON transfer (credit);

-- The tree of receipts: leaf `number` is for ever, the body goes with the account.
CREATE TABLE receipt (
    number INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    payment INTEGER NOT NULL,
    receipt_no TEXT NOT NULL,
    leaf BLOB NOT NULL,
    body BLOB,
    issued_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipt_id ON receipt (id);
CREATE UNIQUE INDEX receipt_no ON receipt (receipt_no);
CREATE UNIQUE INDEX receipt_payment ON receipt (payment);

CREATE TABLE merkle_node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- Every callback that was ever believed, by the provider's key of it, so that a repeat is known for ever.
CREATE TABLE callback (
    provider TEXT NOT NULL,
    key_sha256 BLOB NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER,
    tries INTEGER NOT NULL,
    outcome TEXT,
    applied_at INTEGER,
    PRIMARY KEY (provider, key_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX callback_due ON callback (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE reconciliation (
    day TEXT NOT NULL,
    side TEXT NOT NULL,
    party TEXT NOT NULL,
    ours INTEGER NOT NULL,
    theirs INTEGER NOT NULL,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (day, side, party)
) STRICT, WITHOUT ROWID;

-- A break is named by what it is about, so that a day that is compared again finds the same ones. One that a comparison found
-- vanishes with a later comparison; one that was met on the way does not.
CREATE TABLE reconciliation_break (
    id BLOB NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    side TEXT NOT NULL,
    party TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_no TEXT NOT NULL,
    ours_fen INTEGER,
    theirs_fen INTEGER,
    vanishes INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    claimed_by BLOB,
    claimed_at INTEGER,
    resolved_at INTEGER,
    resolved_by BLOB,
    cause TEXT,
    note TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reconciliation_break_about ON reconciliation_break (day, side, party, kind, order_no);
CREATE INDEX reconciliation_break_open ON reconciliation_break (day) WHERE resolved_at IS NULL;

CREATE TABLE settlement (
    day TEXT NOT NULL,
    payee TEXT NOT NULL,
    payments INTEGER NOT NULL,
    gross_fen INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    refunded_fen INTEGER NOT NULL,
    PRIMARY KEY (day, payee)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_close (
    day TEXT NOT NULL PRIMARY KEY,
    closed_by BLOB NOT NULL,
    closed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE autopay (
    id BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    card BLOB NOT NULL,
    service TEXT NOT NULL,
    provider TEXT NOT NULL,
    agreement BLOB NOT NULL,
    limit_fen INTEGER NOT NULL CHECK (limit_fen > 0),
    since_at INTEGER NOT NULL,
    stopped_at INTEGER,
    check_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX autopay_account ON autopay (account);
CREATE UNIQUE INDEX autopay_card ON autopay (card, service) WHERE stopped_at IS NULL;
CREATE INDEX autopay_check ON autopay (check_at) WHERE check_at IS NOT NULL;

-- A debit that the citizen has been told of. It is made once.
CREATE TABLE autopay_debit (
    autopay BLOB NOT NULL,
    key BLOB NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    told_at INTEGER NOT NULL,
    debit_at INTEGER,
    outcome TEXT,
    payment BLOB,
    PRIMARY KEY (autopay, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX autopay_debit_due ON autopay_debit (debit_at) WHERE debit_at IS NOT NULL;
