/** A column of JSON with the first characters of Unicode, and halves of surrogate pairs, as `storedValue` writes them. */
function escapedJson(column: string): string {
  const first = String.raw`regexp_replace(${column}::text, '(?<!\\)((?:\\\\)*)\\u000([0-3])', '\1' || chr(1) || '\2', 'g')`;
  const halves = String.raw`regexp_replace(${first}, '(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}', '\1\\ufffd', 'g')`;
  const escapes = ['22', '23', '32', '33'].map((two) => String.raw`\u0001\u000${two[0]}\u000${two[1]}`);
  const escaped = escapes.reduce((text, one, code) => `replace(${text}, chr(1) || '${code}', '${one}')`, halves);
  return `${column} = (${escaped})::json`;
}

/**
 * The tables that are not made of the catalogue. A released migration is never changed: stores out there have run it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE connector (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    account_id text NOT NULL,
    tags jsonb NOT NULL DEFAULT '{}',
    -- The scan that "now" is; null while none has ended well.
    scan bigint,
    -- The last one that was tried and read nothing, if it is newer than that.
    failed_scan bigint
  );
  CREATE TABLE scan (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connector text COLLATE "C" NOT NULL REFERENCES connector,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    -- As the first line of a snapshot has it; null for one that failed.
    header jsonb,
    -- Somebody has more access keys than the credential report has slots.
    has_additional_keys boolean NOT NULL DEFAULT false,
    error jsonb,
    CHECK ((header IS NULL) <> (error IS NULL))
  );
  CREATE INDEX scan_then ON scan (connector, ended_at);
  `,
  `
  -- What a control said of a scan. It outlives the scan's own row, so it holds when that ended.
  CREATE TABLE judgement (
    connector text COLLATE "C" NOT NULL REFERENCES connector,
    control text COLLATE "C" NOT NULL,
    scan bigint NOT NULL,
    at timestamptz NOT NULL,
    severity text NOT NULL,
    parameters json NOT NULL,
    verdict text NOT NULL,
    found int NOT NULL,
    excepted int NOT NULL,
    total int,
    errors json NOT NULL,
    PRIMARY KEY (connector, control, scan)
  );
  CREATE INDEX judgement_of_scan ON judgement (scan);
  -- A row is a state of a finding, from the scan that found it so until the scan that found it otherwise.
  CREATE TABLE finding (
    -- The same in all rows of a finding.
    id text COLLATE "C" NOT NULL,
    connector text COLLATE "C" NOT NULL REFERENCES connector,
    control text COLLATE "C" NOT NULL,
    type text NOT NULL,
    identifier text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    key json,
    state text NOT NULL CHECK (state IN ('OPEN', 'EXCEPTED')),
    -- False: the control could not be judged, so nobody knows.
    is_known boolean NOT NULL,
    exception json,
    first bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last bigint,
    last_at timestamptz,
    -- The last scan before that in which it was found.
    seen_at timestamptz
  );
  CREATE UNIQUE INDEX finding_now ON finding (id) WHERE last IS NULL;
  CREATE INDEX finding_life ON finding (connector, control, id, first);
  CREATE INDEX finding_begun ON finding (first);
  CREATE INDEX finding_ended ON finding (last) WHERE last IS NOT NULL;
  -- A URL that has taken what a scan changed, by its hash: it may hold a secret.
  CREATE TABLE delivery (
    scan bigint NOT NULL,
    url_hash text NOT NULL,
    delivered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scan, url_hash)
  );
  `,
  `
  -- A finding belongs to the values that its control was asked with, and each row tells its whole life so far: what was
  -- deleted before it is not missed, and none of it has to be put together again.
  ALTER TABLE judgement
    -- When the next one of the same control and account follows; null for the newest.
    ADD COLUMN next_at timestamptz,
    -- What it changed of findings; null for nothing.
    ADD COLUMN changes json;
  ALTER TABLE finding
    ADD COLUMN parameters json NOT NULL DEFAULT '{}',
    -- What its beginning was: OPENED, REOPENED, EXCEPTED; null where it only goes on.
    ADD COLUMN change text,
    -- What its end was: RESOLVED, RETIRED; null where it goes on in another row.
    ADD COLUMN ended text,
    -- When the next row of the same finding begins; null for the newest.
    ADD COLUMN next_at timestamptz,
    ADD COLUMN first_seen timestamptz,
    ADD COLUMN became_at timestamptz,
    ADD COLUMN reopened int NOT NULL DEFAULT 0;
  UPDATE judgement SET next_at = n.next_at
  FROM (SELECT connector, control, scan, lead(at) OVER (PARTITION BY connector, control ORDER BY scan) AS next_at
        FROM judgement) n
  WHERE (judgement.connector, judgement.control, judgement.scan) = (n.connector, n.control, n.scan);
  UPDATE finding SET
    change = l.change, ended = l.ended, next_at = l.next_at, first_seen = l.first_seen, became_at = l.became_at,
    reopened = l.reopened, seen_at = coalesce(finding.seen_at, l.seen_at), parameters = coalesce(l.parameters, '{}')
  FROM (
    SELECT c.*, max(first_at) FILTER (WHERE change IS NOT NULL) OVER life AS became_at,
           (count(*) FILTER (WHERE change = 'REOPENED') OVER life)::int AS reopened
    FROM (
      SELECT f.id, f.first, f.first_at, j.parameters, lead(f.first_at) OVER life AS next_at,
             min(f.first_at) OVER life AS first_seen, max(f.seen_at) OVER life AS seen_at,
             CASE WHEN lag(f.last) OVER life = f.first AND lag(f.state) OVER life = f.state THEN NULL
                  WHEN f.state = 'EXCEPTED' THEN 'EXCEPTED'
                  WHEN lag(f.last) OVER life IS NULL THEN 'OPENED' ELSE 'REOPENED' END AS change,
             CASE WHEN f.last IS NOT NULL AND lead(f.first) OVER life IS DISTINCT FROM f.last THEN 'RESOLVED' END AS ended
      FROM finding f LEFT JOIN judgement j ON (j.connector, j.control, j.scan) = (f.connector, f.control, f.first)
      WINDOW life AS (PARTITION BY f.id ORDER BY f.first)
    ) c WINDOW life AS (PARTITION BY c.id ORDER BY c.first)
  ) l
  WHERE (finding.id, finding.first) = (l.id, l.first);
  ALTER TABLE finding ALTER COLUMN parameters DROP DEFAULT, ALTER COLUMN first_seen SET NOT NULL,
    ALTER COLUMN became_at SET NOT NULL;
  UPDATE judgement SET changes = c.changes
  FROM (
    SELECT connector, control, scan, json_build_object(
      'open', sum(open), 'excepted', sum(excepted), 'opened', count(*) FILTER (WHERE kind = 'OPENED'),
      'reopened', count(*) FILTER (WHERE kind = 'REOPENED'), 'resolved', count(*) FILTER (WHERE kind = 'RESOLVED'),
      'retired', 0, 'set_apart', count(*) FILTER (WHERE kind = 'EXCEPTED')) AS changes
    FROM (
      SELECT connector, control, first AS scan, change AS kind, (state = 'OPEN')::int AS open, (state = 'EXCEPTED')::int AS excepted
      FROM finding
      UNION ALL
      SELECT connector, control, last, ended, -(state = 'OPEN')::int, -(state = 'EXCEPTED')::int FROM finding WHERE last IS NOT NULL
    ) e GROUP BY 1, 2, 3
    HAVING count(kind) > 0
  ) c
  WHERE (judgement.connector, judgement.control, judgement.scan) = (c.connector, c.control, c.scan);
  DROP INDEX finding_now;
  CREATE UNIQUE INDEX finding_newest ON finding (id) WHERE next_at IS NULL;
  CREATE INDEX finding_order ON finding (control, connector, identifier, id) WHERE next_at IS NULL;
  -- How many are in which state now: without, a page of them is not looked for in its order.
  CREATE STATISTICS finding_state ON ((CASE WHEN last IS NOT NULL THEN ended ELSE state END) COLLATE "C") FROM finding;
  CREATE INDEX judgement_newest ON judgement (connector, control) WHERE next_at IS NULL;
  CREATE INDEX judgement_of_control ON judgement (control, scan);
  CREATE INDEX judgement_then ON judgement (at);
  `,
  `
  -- Where an account stands, as the file of connectors that named it last had it.
  ALTER TABLE connector ADD COLUMN organization text;
  -- The root and the units that it is in, from the top, each with id and name.
  ALTER TABLE connector ADD COLUMN units jsonb NOT NULL DEFAULT '[]';
  -- A file of connectors names it, and not somebody who scanned it alone.
  ALTER TABLE connector ADD COLUMN is_enrolled boolean NOT NULL DEFAULT false;
  -- The file names it no longer, or AWS says that it is closed: since when it is not asked about, and why.
  ALTER TABLE connector ADD COLUMN retired_at timestamptz;
  ALTER TABLE connector ADD COLUMN retired_why text;
  -- Accounts that are to be scanned once each, by one process or several.
  CREATE TABLE round (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Which accounts were asked for; a round is gone on with by who asks for the same.
    selection text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
  );
  CREATE UNIQUE INDEX round_open ON round (selection) WHERE ended_at IS NULL;
  CREATE TABLE round_account (
    round bigint NOT NULL REFERENCES round,
    connector text COLLATE "C" NOT NULL REFERENCES connector,
    -- How often a process has begun to scan it: one whose scan ends processes is given up.
    begun int NOT NULL DEFAULT 0,
    PRIMARY KEY (round, connector)
  );
  ALTER TABLE scan ADD COLUMN round bigint REFERENCES round;
  -- Whoever scans an account a second time in a round, after a pause in which another did, keeps nothing.
  CREATE UNIQUE INDEX scan_of_round ON scan (round, connector) WHERE round IS NOT NULL;
  `,
  `
  -- What a finding holds as JSON is asked about, and no text is taken out of JSON that has a NUL or half of a surrogate pair
  -- in it: they are written as everywhere else in the store.
  UPDATE finding SET ${['key', 'exception', 'parameters'].map(escapedJson).join(', ')}
  WHERE concat(key, exception, parameters) ~ '\\\\u(000[0-3]|d[89a-f])';
  `,
  `
  -- What was and is no more, in the order in which pages are made: those as of an earlier time need not read all of it.
  DO $$ DECLARE type text; BEGIN
    FOR type IN SELECT jsonb_object_keys(tables) FROM store LOOP
      EXECUTE format('CREATE INDEX %I ON %I (identifier, _connector) WHERE _last IS NOT NULL', type || '_past', type);
    END LOOP;
  END $$;
  `,
];

/** Their names, and that of the table which says what a store is. */
export const FIXED_TABLES: readonly string[] = [
  'store',
  ...MIGRATIONS.flatMap((sql) => [...sql.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = '']) => name)),
];
