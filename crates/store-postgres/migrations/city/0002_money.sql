-- Money. A payment has a public id, which nobody can guess, and a number within the city, by which the journal names it in
-- few bytes. Personal columns hold sealed bytes and go when the account goes; the journal and the receipts' leaves stay.
CREATE TABLE payment (
    number BIGINT NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL,
    account BYTEA,
    subject BYTEA,
    card BYTEA,
    service TEXT NOT NULL,
    department TEXT NOT NULL,
    payee TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen BETWEEN 0 AND amount_fen),
    again BIGINT NOT NULL,
    detail BYTEA,
    biller_ref TEXT,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    paid_at BIGINT,
    paid_month BIGINT,
    posted_at BIGINT
);
CREATE UNIQUE INDEX payment_id ON payment (id);
CREATE INDEX payment_account ON payment (account, number);
CREATE INDEX payment_subject ON payment (subject);
CREATE INDEX payment_expires ON payment (expires_at) WHERE state = 'pending';
CREATE INDEX payment_state ON payment (state, number) WHERE state IN ('pending', 'paid', 'posting', 'failed', 'refunding');
CREATE INDEX payment_posted ON payment (posted_at);

-- A bill that is held cannot be put into another payment: it is open here, or it was paid here once and for all.
CREATE TABLE payment_bill (
    payment BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BYTEA NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    surcharge_fen BIGINT NOT NULL CHECK (surcharge_fen BETWEEN 0 AND amount_fen),
    held BIGINT NOT NULL,
    PRIMARY KEY (payment, part)
);
CREATE UNIQUE INDEX payment_bill_held ON payment_bill (key) WHERE held = 1;
CREATE INDEX payment_bill_key ON payment_bill (key);

CREATE TABLE attempt (
    out_trade_no TEXT NOT NULL PRIMARY KEY,
    payment BIGINT NOT NULL,
    part BIGINT NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    trade_no TEXT,
    opened_at BIGINT NOT NULL,
    paid_at BIGINT,
    queries BIGINT NOT NULL,
    query_at BIGINT
);
CREATE UNIQUE INDEX attempt_part ON attempt (payment, part);
CREATE INDEX attempt_query ON attempt (query_at) WHERE query_at IS NOT NULL;
CREATE INDEX attempt_paid ON attempt (provider, paid_at);

CREATE TABLE refund (
    refund_no TEXT NOT NULL PRIMARY KEY,
    payment BIGINT NOT NULL,
    part BIGINT NOT NULL,
    out_trade_no TEXT NOT NULL,
    route TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    asked_by BYTEA,
    asked_at BIGINT NOT NULL,
    decided_by BYTEA CHECK (decided_by <> asked_by),
    decided_at BIGINT,
    done_by BYTEA,
    note TEXT,
    document_no TEXT,
    changed_at BIGINT NOT NULL,
    approved_at BIGINT,
    done_at BIGINT
);
CREATE UNIQUE INDEX refund_part ON refund (payment, part);
CREATE INDEX refund_state ON refund (state, asked_at);
CREATE INDEX refund_approved ON refund (approved_at);
CREATE INDEX refund_done ON refund (done_at);

-- The roll-up stands beside the name: what the journal says up to and including entry `rolled_to`. A balance is the roll-up
-- and the tail after it, so no row is hot while money moves.
CREATE TABLE ledger_account (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    debit_fen BIGINT NOT NULL,
    credit_fen BIGINT NOT NULL,
    rolled_to BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_account_name ON ledger_account (name);

-- The journal. Entries are never changed. Both sides of a transfer stand in one row, so what is debited is credited.
CREATE TABLE transfer (
    seq BIGINT NOT NULL PRIMARY KEY,
    debit BIGINT NOT NULL,
    credit BIGINT NOT NULL CHECK (credit <> debit),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    at BIGINT NOT NULL,
    payment BIGINT NOT NULL,
    step BIGINT NOT NULL,
    part BIGINT NOT NULL
);
CREATE UNIQUE INDEX transfer_once ON transfer (payment, step, part);
CREATE INDEX transfer_debit ON transfer (debit, seq);
CREATE INDEX transfer_credit ON transfer (credit, seq);

-- The tree of receipts: leaf `number` is for ever, the body goes with the account.
CREATE TABLE receipt (
    number BIGINT NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL,
    payment BIGINT NOT NULL,
    receipt_no TEXT NOT NULL,
    leaf BYTEA NOT NULL,
    body BYTEA,
    issued_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX receipt_id ON receipt (id);
CREATE UNIQUE INDEX receipt_no ON receipt (receipt_no);
CREATE UNIQUE INDEX receipt_payment ON receipt (payment);

CREATE TABLE merkle_node (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);

-- Every callback that was ever believed, by the provider's key of it, so that a repeat is known for ever.
CREATE TABLE callback (
    provider TEXT NOT NULL,
    key_sha256 BYTEA NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    due_at BIGINT,
    tries BIGINT NOT NULL,
    outcome TEXT,
    applied_at BIGINT,
    PRIMARY KEY (provider, key_sha256)
);
CREATE INDEX callback_due ON callback (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE reconciliation (
    day TEXT NOT NULL,
    side TEXT NOT NULL,
    party TEXT NOT NULL,
    ours BIGINT NOT NULL,
    theirs BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (day, side, party)
);

-- A break is named by what it is about, so that a day that is compared again finds the same ones. One that a comparison found
-- vanishes with a later comparison; one that was met on the way does not.
CREATE TABLE reconciliation_break (
    id BYTEA NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    side TEXT NOT NULL,
    party TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_no TEXT NOT NULL,
    ours_fen BIGINT,
    theirs_fen BIGINT,
    vanishes BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    claimed_by BYTEA,
    claimed_at BIGINT,
    resolved_at BIGINT,
    resolved_by BYTEA,
    cause TEXT,
    note TEXT
);
CREATE UNIQUE INDEX reconciliation_break_about ON reconciliation_break (day, side, party, kind, order_no);
CREATE INDEX reconciliation_break_open ON reconciliation_break (day) WHERE resolved_at IS NULL;

CREATE TABLE settlement (
    day TEXT NOT NULL,
    payee TEXT NOT NULL,
    payments BIGINT NOT NULL,
    gross_fen BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    refunded_fen BIGINT NOT NULL,
    PRIMARY KEY (day, payee)
);

CREATE TABLE daily_close (
    day TEXT NOT NULL PRIMARY KEY,
    closed_by BYTEA NOT NULL,
    closed_at BIGINT NOT NULL
);

CREATE TABLE autopay (
    id BYTEA NOT NULL PRIMARY KEY,
    account BYTEA NOT NULL,
    card BYTEA NOT NULL,
    service TEXT NOT NULL,
    provider TEXT NOT NULL,
    agreement BYTEA NOT NULL,
    limit_fen BIGINT NOT NULL CHECK (limit_fen > 0),
    since_at BIGINT NOT NULL,
    stopped_at BIGINT,
    check_at BIGINT
);
CREATE INDEX autopay_account ON autopay (account);
CREATE UNIQUE INDEX autopay_card ON autopay (card, service) WHERE stopped_at IS NULL;
CREATE INDEX autopay_check ON autopay (check_at) WHERE check_at IS NOT NULL;

-- A debit that the citizen has been told of. It is made once.
CREATE TABLE autopay_debit (
    autopay BYTEA NOT NULL,
    key BYTEA NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    told_at BIGINT NOT NULL,
    debit_at BIGINT,
    outcome TEXT,
    payment BYTEA,
    PRIMARY KEY (autopay, key)
);
CREATE INDEX autopay_debit_due ON autopay_debit (debit_at) WHERE debit_at IS NOT NULL;
