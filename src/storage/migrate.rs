//! The ladder of our own schema: each step leads from one version to the next, and all of them run in one transaction.
//!
//! What a step makes must read as in schema.sql, letter by letter: a test compares the two.

/// The steps, from version 1 upwards.
const STEPS: &[&str] = &[IDENTITIES, REASONS, COMPATIBILITY, FORWARDING, PLACEMENT];

/// The version of schema.sql.
pub(super) const VERSION: i64 = 6;

/// Whether climbing from a version leaves instances without the texts that foreign readers see.
pub(super) fn lacks_texts(from: i64) -> bool {
    steps(from).any(|step| step == COMPATIBILITY)
}

/// The steps that lead from a version to that of schema.sql.
pub(super) fn steps(from: i64) -> impl Iterator<Item = &'static str> {
    STEPS.iter().copied().skip(usize::try_from(from).unwrap_or(usize::MAX).saturating_sub(1))
}

/// Version 2: people, tokens, certificates.
const IDENTITIES: &str = "
-- People, who speak with a certificate or a token of this master.
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- Access tokens of people: of each, only its SHA-256 digest is kept.
CREATE TABLE token (
    digest BLOB PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_person ON token (person_id);

-- Certificates that the authority gave out. `owner` is their common name; they outlive what they were given to. The key is
-- kept of an instance's only, which is handed out again and again.
CREATE TABLE certificate (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    serial TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    computer_id INTEGER REFERENCES computer (id) ON DELETE SET NULL,
    instance_id INTEGER REFERENCES instance (id) ON DELETE SET NULL,
    person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    certificate TEXT NOT NULL,
    key TEXT,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX certificate_computer ON certificate (computer_id);
CREATE INDEX certificate_instance ON certificate (instance_id);
CREATE INDEX certificate_person ON certificate (person_id);
CREATE INDEX certificate_revoked ON certificate (revoked_at) WHERE revoked_at IS NOT NULL;
";

/// Version 3: what changed, what was refused, and what was used.
const REASONS: &str = "
ALTER TABLE event RENAME TO former_event;
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    user TEXT NOT NULL,
    kind TEXT NOT NULL,
    computer TEXT,
    partition TEXT,
    instance TEXT,
    software_release TEXT,
    text TEXT NOT NULL,
    changes TEXT NOT NULL,
    woken TEXT NOT NULL
) STRICT;
INSERT INTO event SELECT *, '', '' FROM former_event;
DROP TABLE former_event;
CREATE INDEX event_last_at ON event (last_at, id);
CREATE INDEX event_subject ON event (computer, partition, instance, software_release, id);

-- Of each consumption report, whose use each of its movements is, and why it does not count: as judged when it arrived.
CREATE TABLE movement (
    consumption_id INTEGER NOT NULL REFERENCES consumption (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    item TEXT CHECK (item IN ('computer', 'instance')),
    title TEXT,
    root_title TEXT,
    fault TEXT,
    PRIMARY KEY (consumption_id, position)
) STRICT, WITHOUT ROWID;

-- The latest request of each title that found no place, until the same request finds one or is given up.
CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root_id INTEGER REFERENCES instance (id) ON DELETE CASCADE,
    requester_id INTEGER REFERENCES instance (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    software_release TEXT NOT NULL,
    software_type TEXT NOT NULL,
    requested_state TEXT,
    parameters TEXT NOT NULL,
    sla TEXT NOT NULL,
    user TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX refusal_title ON refusal (title, shared, ifnull(root_id, 0));
CREATE INDEX refusal_root ON refusal (root_id);
CREATE INDEX refusal_requester ON refusal (requester_id);
";

/// Version 4: what databases of the Python proxy hold, and what their readers see.
const COMPATIBILITY: &str = "
ALTER TABLE instance ADD COLUMN imported_seconds REAL;
-- What foreign readers see of instances, kept as it is written, since SQL cannot write it: `parameters` and `connection` as
-- XML documents; of a shared instance, `entry` is its place in the list of its host, as a JSON array of texts between which
-- the numbers of its maps and lists go. `hosts` stays 1 once an instance has served a shared one.
CREATE TABLE instance_xml (
    instance_id INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    parameters TEXT,
    connection TEXT,
    entry TEXT,
    hosts INTEGER NOT NULL DEFAULT 0 CHECK (hosts IN (0, 1))
) STRICT;

-- Requests that another master fulfils, by the titles that it knows.
CREATE TABLE forwarded_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partition_reference TEXT NOT NULL,
    master_url TEXT NOT NULL,
    UNIQUE (partition_reference, master_url)
) STRICT;

-- What the server keeps of its configuration: `local_software_release_root`, to which local releases are relative.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Version 5: what became of forwarded requests, and what frontends lead to.
const FORWARDING: &str = "
-- What is known of forwarded requests that were made here; of imported ones nothing is. The last five are of the last answer.
CREATE TABLE forwarded_detail (
    forwarded_request_id INTEGER PRIMARY KEY REFERENCES forwarded_request (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    root_title TEXT NOT NULL,
    requester_id INTEGER REFERENCES instance (id) ON DELETE SET NULL,
    software_release TEXT NOT NULL,
    software_type TEXT NOT NULL,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    computer TEXT,
    partition TEXT,
    state TEXT,
    connection TEXT,
    answered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX forwarded_detail_requester ON forwarded_detail (requester_id);

-- Frontends that need no host, by who requested them (a person, where it is nobody) and their titles: the HTTP proxy reaches
-- the servers of their URLs.
CREATE TABLE frontend (
    requester_id INTEGER REFERENCES instance (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    url TEXT NOT NULL
) STRICT;
CREATE INDEX frontend_requester ON frontend (requester_id, title);
";

/// Version 6: what places are like, how full they are, and what is moving.
const PLACEMENT: &str = "
-- Computers that are not as usual: closed ones get nothing new, and `network` is what `network_guid` of an SLA names.
CREATE TABLE computer_property (
    computer_id INTEGER PRIMARY KEY REFERENCES computer (id) ON DELETE CASCADE,
    network TEXT,
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;

-- Partitions that are not as their formatter says: `type` and `ports` (numbers with blanks between them) replace what it says,
-- closed ones get nothing new.
CREATE TABLE partition_property (
    partition_id INTEGER PRIMARY KEY REFERENCES partition (id) ON DELETE CASCADE,
    type TEXT CHECK (type IN ('virtio', 'slave', 'full', 'limited')),
    ports TEXT,
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;

-- How many partitions of each computer are free, and how many shared instances each software instance serves, so that
-- nobody has to count them. Triggers keep them.
CREATE TABLE computer_load (
    computer_id INTEGER PRIMARY KEY REFERENCES computer (id) ON DELETE CASCADE,
    free INTEGER NOT NULL
) STRICT;
CREATE TABLE instance_load (
    instance_id INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    software_release TEXT NOT NULL,
    shared INTEGER NOT NULL
) STRICT;
CREATE INDEX instance_load_release ON instance_load (software_release, shared, instance_id);
CREATE TRIGGER computer_made AFTER INSERT ON computer BEGIN
    INSERT INTO computer_load (computer_id, free) VALUES (new.id, 0);
END;
CREATE TRIGGER partition_made AFTER INSERT ON partition BEGIN
    UPDATE computer_load SET free = free + (new.instance_id IS NULL) WHERE computer_id = new.computer_id;
END;
CREATE TRIGGER partition_changed AFTER UPDATE OF instance_id ON partition BEGIN
    UPDATE computer_load SET free = free + (new.instance_id IS NULL) - (old.instance_id IS NULL)
    WHERE computer_id = new.computer_id;
END;
CREATE TRIGGER partition_removed AFTER DELETE ON partition BEGIN
    UPDATE computer_load SET free = free - (old.instance_id IS NULL) WHERE computer_id = old.computer_id;
END;
CREATE TRIGGER software_instance_made AFTER INSERT ON instance WHEN new.shared = 0 BEGIN
    INSERT INTO instance_load (instance_id, software_release, shared) VALUES (new.id, new.software_release, 0);
END;
CREATE TRIGGER software_instance_changed AFTER UPDATE OF software_release ON instance WHEN new.shared = 0 BEGIN
    UPDATE instance_load SET software_release = new.software_release WHERE instance_id = new.id;
END;
CREATE TRIGGER shared_instance_made AFTER INSERT ON instance WHEN new.shared = 1 BEGIN
    UPDATE instance_load SET shared = shared + 1 WHERE instance_id = new.host_id;
END;
CREATE TRIGGER shared_instance_changed AFTER UPDATE OF host_id ON instance WHEN new.host_id <> old.host_id BEGIN
    UPDATE instance_load SET shared = shared - 1 WHERE instance_id = old.host_id;
    UPDATE instance_load SET shared = shared + 1 WHERE instance_id = new.host_id;
END;
CREATE TRIGGER shared_instance_removed AFTER DELETE ON instance WHEN old.shared = 1 BEGIN
    UPDATE instance_load SET shared = shared - 1 WHERE instance_id = old.host_id;
END;

-- Instances that are moving: `left_id` stands for one in the partition that it leaves, until it runs in the other one.
CREATE TABLE move (
    instance_id INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    left_id INTEGER NOT NULL UNIQUE REFERENCES instance (id) ON DELETE CASCADE
) STRICT;
INSERT INTO computer_load (computer_id, free) SELECT c.id, (SELECT COUNT(*) FROM partition p
    WHERE p.computer_id = c.id AND p.instance_id IS NULL) FROM computer c;
INSERT INTO instance_load (instance_id, software_release, shared) SELECT i.id, i.software_release, (SELECT COUNT(*)
    FROM instance s WHERE s.host_id = i.id AND s.shared = 1) FROM instance i WHERE i.shared = 0;
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rusqlite::Connection;

    use super::*;

    const FIRST: &str = include_str!("../../fixtures/legacy/schema-1.sql");
    const LATEST: &str = include_str!("../../schema.sql");

    fn objects(sql: &[&str]) -> BTreeMap<String, Option<String>> {
        let connection = Connection::open_in_memory().unwrap();
        for sql in sql {
            connection.execute_batch(sql).unwrap();
        }
        let mut objects = connection.prepare("SELECT name, sql FROM sqlite_schema").unwrap();
        let objects = objects.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        objects.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn the_ladder_leads_to_the_schema() {
        let climbed: Vec<&str> = [FIRST].into_iter().chain(steps(1)).collect();
        assert_eq!(objects(&climbed), objects(&[LATEST]));
        assert_eq!((steps(VERSION - 1).count(), steps(VERSION).count()), (1, 0));
    }
}
