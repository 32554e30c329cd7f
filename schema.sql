-- The database of slapproxy: SQLite, one file. A migration step of storage/migrate.rs leads from each version to the next.
-- Times are whole microseconds since the epoch (UTC). Parameter maps are JSON objects, typed as the requester sent them.

-- Machines that hold partitions. `description` is what the formatter posted, without its partitions.
CREATE TABLE computer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    title TEXT UNIQUE,
    address TEXT,
    netmask TEXT,
    description TEXT NOT NULL DEFAULT '{}',
    formatted_at INTEGER
) STRICT;

-- Places. A partition is free while it holds no instance; allocation goes in the order of the ids.
CREATE TABLE partition (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    computer_id INTEGER NOT NULL REFERENCES computer (id),
    reference TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '{}',
    instance_id INTEGER UNIQUE REFERENCES instance (id),
    UNIQUE (computer_id, reference)
) STRICT;
CREATE INDEX partition_free ON partition (computer_id, id) WHERE instance_id IS NULL;

-- Addresses of a partition, in the order of the description. A routed one is reached through a gateway on the tap.
CREATE TABLE partition_address (
    partition_id INTEGER NOT NULL REFERENCES partition (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    interface TEXT NOT NULL,
    address TEXT NOT NULL,
    netmask TEXT,
    gateway TEXT,
    network TEXT,
    PRIMARY KEY (partition_id, position)
) STRICT, WITHOUT ROWID;

-- Software releases supplied to a computer; `position` is the order of the latest supplies.
CREATE TABLE software_installation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    computer_id INTEGER NOT NULL REFERENCES computer (id),
    software_release TEXT NOT NULL,
    requested_state TEXT NOT NULL CHECK (requested_state IN ('available', 'destroyed')),
    position INTEGER NOT NULL,
    UNIQUE (computer_id, software_release)
) STRICT;

-- Instances, software and shared alike. A root has no `root_id`; a person's request has no `requester_id`.
-- A shared instance is served by the instance `host_id` and known to it as `shared_reference`.
-- `imported_seconds` is the timestamp as the Python proxy gave it, for as long as `timestamp` is the same microsecond.
CREATE TABLE instance (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL CHECK (title <> ''),
    root_id INTEGER REFERENCES instance (id),
    requester_id INTEGER REFERENCES instance (id),
    software_release TEXT NOT NULL,
    software_type TEXT NOT NULL,
    requested_state TEXT NOT NULL CHECK (requested_state IN ('started', 'stopped', 'destroyed')),
    parameters TEXT NOT NULL,
    connection TEXT,
    sla TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    host_id INTEGER REFERENCES instance (id),
    shared_reference TEXT,
    -- the computer that a shared instance lives on: the same title may be shared once on each
    host_computer_id INTEGER REFERENCES computer (id), imported_seconds REAL,
    CHECK ((shared = 1) = (host_id IS NOT NULL)),
    CHECK ((shared = 1) = (shared_reference IS NOT NULL)),
    CHECK ((shared = 1) = (host_computer_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX instance_software ON instance (ifnull(root_id, 0), title) WHERE shared = 0;
CREATE UNIQUE INDEX instance_shared ON instance (ifnull(root_id, 0), title, host_computer_id) WHERE shared = 1;
CREATE UNIQUE INDEX instance_shared_reference ON instance (shared_reference, host_id) WHERE shared = 1;
CREATE INDEX instance_host ON instance (host_id) WHERE shared = 1;
CREATE INDEX instance_root ON instance (root_id);
CREATE INDEX instance_requester ON instance (requester_id);

-- Names that instances had before a rename: identifiers made of them are still accepted, unless others have them now.
CREATE TABLE former_name (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    root_title TEXT NOT NULL,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    shared_reference TEXT
) STRICT;
CREATE INDEX former_name_title ON former_name (title, root_title, shared);
CREATE INDEX former_name_reference ON former_name (shared_reference) WHERE shared_reference IS NOT NULL;
CREATE INDEX former_name_instance ON former_name (instance_id);

-- The latest report about a computer, an installation or an instance.
CREATE TABLE status (
    id INTEGER PRIMARY KEY,
    computer_id INTEGER UNIQUE REFERENCES computer (id) ON DELETE CASCADE,
    software_installation_id INTEGER UNIQUE REFERENCES software_installation (id) ON DELETE CASCADE,
    instance_id INTEGER UNIQUE REFERENCES instance (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    CHECK ((computer_id IS NOT NULL) + (software_installation_id IS NOT NULL) + (instance_id IS NOT NULL) = 1)
) STRICT;

-- What happened, for good: it names its subjects by text, so it outlives them. A repeated event is counted, not repeated.
-- `changes` is JSON, or empty. `woken` names other instances that are processed again because of it: a line feed, then a
-- line for each, its title and the title of its root (empty for a root) with a tab between them.
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
CREATE INDEX event_last_at ON event (last_at, id);
CREATE INDEX event_subject ON event (computer, partition, instance, software_release, id);

-- Consumption reports (TioXML), numbered per computer and source reference.
CREATE TABLE consumption (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    computer_id INTEGER NOT NULL REFERENCES computer (id),
    source_reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    user TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (computer_id, source_reference, number)
) STRICT;

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

-- The latest request of each title that found no place, or is accepted and waits for one, until the same request finds
-- one or is given up.
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
