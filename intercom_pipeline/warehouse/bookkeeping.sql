-- What the pipeline remembers between runs. Readers find the same tables in the published file.
CREATE SCHEMA IF NOT EXISTS pipeline;

CREATE TABLE IF NOT EXISTS pipeline.about (
    key VARCHAR PRIMARY KEY,
    value VARCHAR
);
COMMENT ON TABLE pipeline.about IS 'What this file is: schema version, workspace, release that wrote it.';

CREATE TABLE IF NOT EXISTS pipeline.bookmarks (
    stream VARCHAR PRIMARY KEY,
    bookmark TIMESTAMPTZ,
    completed_at TIMESTAMPTZ
);
COMMENT ON TABLE pipeline.bookmarks IS 'How far each stream is synced; one row a stream that was synced completely once.';
COMMENT ON COLUMN pipeline.bookmarks.bookmark IS 'Newest cursor value safely stored, by Intercom''s clock; NULL for a stream that has no cursor.';
COMMENT ON COLUMN pipeline.bookmarks.completed_at IS 'When the stream was last synced completely.';

CREATE TABLE IF NOT EXISTS pipeline.slices (
    stream VARCHAR,
    number BIGINT,
    kind VARCHAR,
    lower BIGINT,
    upper BIGINT,
    page_token VARCHAR,
    newest BIGINT
);
COMMENT ON TABLE pipeline.slices IS 'Work begun and not ended: a sync that was stopped goes on from here.';
COMMENT ON COLUMN pipeline.slices.number IS 'Tells the slices of a stream apart.';
COMMENT ON COLUMN pipeline.slices.kind IS 'backfill: created between lower and upper; incremental: updated since lower.';
COMMENT ON COLUMN pipeline.slices.lower IS 'First second of the slice (unix seconds).';
COMMENT ON COLUMN pipeline.slices.upper IS 'Last second of the slice (unix seconds); NULL when it is open.';
COMMENT ON COLUMN pipeline.slices.page_token IS 'Page to ask for next; NULL at the first page.';
COMMENT ON COLUMN pipeline.slices.newest IS 'The bookmark to set when the stream is complete (unix seconds).';

CREATE TABLE IF NOT EXISTS pipeline.parents_asked (
    stream VARCHAR,
    parent_id VARCHAR,
    version TIMESTAMPTZ,
    PRIMARY KEY (stream, parent_id)
);
COMMENT ON TABLE pipeline.parents_asked IS 'For streams that are asked for record by record of another stream: which were asked, and as of which state.';
COMMENT ON COLUMN pipeline.parents_asked.parent_id IS 'The id of the record of the other stream, such as the contact whose notes were fetched.';
COMMENT ON COLUMN pipeline.parents_asked.version IS 'The _synced_at of its row when it was asked; it is asked again when its row changes.';

CREATE TABLE IF NOT EXISTS pipeline.runs (
    run_id VARCHAR,
    stream VARCHAR,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    result VARCHAR,
    error VARCHAR,
    records_read BIGINT,
    rows_inserted BIGINT,
    rows_updated BIGINT,
    rows_unchanged BIGINT,
    rows_removed BIGINT,
    requests BIGINT,
    retries BIGINT,
    waited_seconds DOUBLE,
    received_bytes BIGINT,
    seconds DOUBLE,
    bookmark_before TIMESTAMPTZ,
    bookmark_after TIMESTAMPTZ,
    work VARCHAR
);
ALTER TABLE pipeline.runs ADD COLUMN IF NOT EXISTS work VARCHAR; -- not in files of release 0.1.0
COMMENT ON TABLE pipeline.runs IS 'One row a stream and run: what was read, changed and asked for, and how it ended.';
COMMENT ON COLUMN pipeline.runs.run_id IS 'The run: Dagster''s id of it, or one of its own.';
COMMENT ON COLUMN pipeline.runs.stream IS 'The stream.';
COMMENT ON COLUMN pipeline.runs.started_at IS 'When the stream''s part in the run began.';
COMMENT ON COLUMN pipeline.runs.finished_at IS 'When it ended.';
COMMENT ON COLUMN pipeline.runs.error IS 'What went wrong, or why it was skipped; NULL where nothing did.';
COMMENT ON COLUMN pipeline.runs.records_read IS 'Records that Intercom handed out.';
COMMENT ON COLUMN pipeline.runs.rows_inserted IS 'Rows of the stream''s own table that were new.';
COMMENT ON COLUMN pipeline.runs.rows_updated IS 'Rows of the stream''s own table that were replaced.';
COMMENT ON COLUMN pipeline.runs.rows_unchanged IS 'Rows that were the same already, or newer.';
COMMENT ON COLUMN pipeline.runs.requests IS 'Requests sent, repeats included.';
COMMENT ON COLUMN pipeline.runs.retries IS 'Requests sent again after a failure.';
COMMENT ON COLUMN pipeline.runs.received_bytes IS 'Bytes of answers, after decompression.';
COMMENT ON COLUMN pipeline.runs.bookmark_before IS 'The bookmark before the run; NULL where there was none.';
COMMENT ON COLUMN pipeline.runs.bookmark_after IS 'The bookmark after the run; NULL where there is none.';
COMMENT ON COLUMN pipeline.runs.result IS 'complete, partial (stopped, resumes where it was), failed, or skipped (not to be had here; error says why).';
COMMENT ON COLUMN pipeline.runs.work IS 'sync, backfill (of a part) or sweep (for what is gone).';
COMMENT ON COLUMN pipeline.runs.rows_removed IS 'Rows deleted or flagged as gone.';
COMMENT ON COLUMN pipeline.runs.waited_seconds IS 'Seconds that requests waited for the rate limit, summed over requests.';
COMMENT ON COLUMN pipeline.runs.seconds IS 'Seconds from the stream''s start to its end.';

CREATE TABLE IF NOT EXISTS pipeline.view_columns (
    view_name VARCHAR,
    attribute VARCHAR,
    column_name VARCHAR,
    PRIMARY KEY (view_name, attribute)
);
COMMENT ON TABLE pipeline.view_columns IS 'The column of each attribute in the wide views; once given, it stays.';
COMMENT ON COLUMN pipeline.view_columns.attribute IS 'The attribute''s name, exactly; for view_name reporting_, the name of a dataset.';

CREATE TABLE IF NOT EXISTS pipeline.schema_events (
    table_name VARCHAR,
    field VARCHAR,
    drift VARCHAR,
    first_seen_at TIMESTAMPTZ,
    last_seen_at TIMESTAMPTZ,
    occurrences BIGINT,
    PRIMARY KEY (table_name, field, drift)
);
COMMENT ON TABLE pipeline.schema_events IS 'Where Intercom''s records differed from the declared columns. The values stand in the rows'' _extra.';
COMMENT ON COLUMN pipeline.schema_events.drift IS 'new field, misfit (the value did not fit the column''s type), without key, unreadable, or mended (half a character, spelled out).';

CREATE TABLE IF NOT EXISTS pipeline.tombstones (
    contact_id VARCHAR,
    mark VARCHAR,
    digest VARCHAR,
    words INTEGER,
    purged_at TIMESTAMPTZ
);
COMMENT ON TABLE pipeline.tombstones IS 'Contacts who were purged: what comes of them again is not stored. Nothing here is clear text but the id.';
COMMENT ON COLUMN pipeline.tombstones.contact_id IS 'The id that Intercom gave the contact.';
COMMENT ON COLUMN pipeline.tombstones.mark IS 'What was hashed: email, phone, external_id or name; NULL in the row of the id alone.';
COMMENT ON COLUMN pipeline.tombstones.digest IS 'Its HMAC-SHA256 with the key of the data folder, as hexadecimal digits.';
COMMENT ON COLUMN pipeline.tombstones.words IS 'How many words a name has; 0 for anything else.';
COMMENT ON COLUMN pipeline.tombstones.purged_at IS 'When the contact was purged (UTC).';
