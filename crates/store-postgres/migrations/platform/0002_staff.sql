-- Who works the desk. The password is an Argon2id string, the TOTP secret is sealed; a login is never given to another.
CREATE TABLE staff (
    id BYTEA NOT NULL PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    totp BYTEA NOT NULL,
    totp_step BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE UNIQUE INDEX staff_login ON staff (login);

-- An empty department is every department of the city. A role taken away stays, so that old entries can be named.
CREATE TABLE staff_role (
    staff BYTEA NOT NULL,
    role TEXT NOT NULL,
    city TEXT NOT NULL,
    department TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    taken_at BIGINT,
    PRIMARY KEY (staff, role, city, department)
);

CREATE TABLE staff_session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL,
    staff BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    stepped_up_at BIGINT
);
CREATE UNIQUE INDEX staff_session_id ON staff_session (id);
CREATE INDEX staff_session_staff ON staff_session (staff);
CREATE INDEX staff_session_expires ON staff_session (expires_at);

-- Who did what to which object, and why. Written before the deed, its outcome after it; neither can be changed.
CREATE TABLE staff_act (
    id BYTEA NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    staff BYTEA NOT NULL,
    act TEXT NOT NULL,
    city TEXT,
    department TEXT,
    object TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX staff_act_staff ON staff_act (staff, at, id);
CREATE INDEX staff_act_city ON staff_act (city, at, id);

CREATE TABLE staff_act_end (
    act BYTEA NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL
);

CREATE FUNCTION staff_act_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of acts is append-only';
END $$;
CREATE TRIGGER staff_act_kept BEFORE UPDATE OR DELETE ON staff_act FOR EACH ROW EXECUTE FUNCTION staff_act_kept();
CREATE TRIGGER staff_act_end_kept BEFORE UPDATE OR DELETE ON staff_act_end FOR EACH ROW EXECUTE FUNCTION staff_act_kept();
