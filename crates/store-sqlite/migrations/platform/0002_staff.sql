-- Who works the desk. The password is an Argon2id string, the TOTP secret is sealed; a login is never given to another.
CREATE TABLE staff (
    id BLOB NOT NULL PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    totp BLOB NOT NULL,
    totp_step INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    locked_until INTEGER,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX staff_login ON staff (login);

-- An empty department is every department of the city. A role taken away stays, so that old entries can be named.
CREATE TABLE staff_role (
    staff BLOB NOT NULL,
    role TEXT NOT NULL,
    city TEXT NOT NULL,
    department TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    taken_at INTEGER,
    PRIMARY KEY (staff, role, city, department)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    staff BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_ms INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    stepped_up_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX staff_session_id ON staff_session (id);
CREATE INDEX staff_session_staff ON staff_session (staff);
CREATE INDEX staff_session_expires ON staff_session (expires_at);

-- Who did what to which object, and why. Written before the deed, its outcome after it; neither can be changed.
CREATE TABLE staff_act (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    staff BLOB NOT NULL,
    act TEXT NOT NULL,
    city TEXT,
    department TEXT,
    object TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_act_staff ON staff_act (staff, at, id);
CREATE INDEX staff_act_city ON staff_act (city, at, id);

CREATE TABLE staff_act_end (
    act BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER staff_act_kept_1 BEFORE UPDATE ON staff_act BEGIN SELECT RAISE(ABORT, 'the log of acts is append-only'); END;
CREATE TRIGGER staff_act_kept_2 BEFORE DELETE ON staff_act BEGIN SELECT RAISE(ABORT, 'the log of acts is append-only'); END;
CREATE TRIGGER staff_act_end_kept_1 BEFORE UPDATE ON staff_act_end BEGIN SELECT RAISE(ABORT, 'the log of acts is append-only'); END;
CREATE TRIGGER staff_act_end_kept_2 BEFORE DELETE ON staff_act_end BEGIN SELECT RAISE(ABORT, 'the log of acts is append-only'); END;
