-- Contacts that were merged away, each with the contact it is now. A merge is told of by either side: by the
-- one that is gone (its `_merged_into`), or by the one that stays (its `merge_history`, API 2.16 and later).
CREATE OR REPLACE VIEW main.contact_merges AS
WITH RECURSIVE told AS (
    SELECT id AS contact_id, _merged_into AS merged_into_id, NULL::BIGINT AS seconds
    FROM main.contacts
    WHERE _merged_into IS NOT NULL
    UNION ALL
    SELECT merge ->> 'source_contact_id', id, TRY_CAST(merge ->> 'merged_at' AS BIGINT)
    FROM (
        SELECT id, unnest(list_concat(merge_history -> '$[*]', merge_history -> '$.data[*]')) AS merge
        FROM main.contacts
        WHERE merge_history IS NOT NULL
    )
),
merges AS (
    SELECT * FROM told
    WHERE contact_id != merged_into_id
    -- Told twice, the merge that came first is the one that took the contact away.
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY seconds NULLS LAST, merged_into_id) = 1
),
-- UNION, not UNION ALL: what was met before is not followed again, so that a circle comes to an end.
chain AS (
    SELECT contact_id, merged_into_id AS present FROM merges
    UNION
    SELECT chain.contact_id, merges.merged_into_id FROM chain JOIN merges ON merges.contact_id = chain.present
)
SELECT
    contact_id,
    merged_into_id,
    present AS present_contact_id,
    CASE WHEN seconds BETWEEN 1 AND 253402300799 THEN to_timestamp(seconds) END AS merged_at
FROM merges
LEFT JOIN (SELECT * FROM chain WHERE present NOT IN (SELECT contact_id FROM merges)) USING (contact_id);
COMMENT ON VIEW main.contact_merges IS 'Contacts that were merged into others, each with the contact it is now. One row is one contact that was merged away.';
COMMENT ON COLUMN main.contact_merges.contact_id IS 'The id the contact had, which conversations and tickets may still name.';
COMMENT ON COLUMN main.contact_merges.merged_into_id IS 'The contact it was merged into.';
COMMENT ON COLUMN main.contact_merges.present_contact_id IS 'The contact it is now, after all merges that followed; NULL where they lead nowhere but in a circle.';
COMMENT ON COLUMN main.contact_merges.merged_at IS 'When it was merged (UTC); NULL where Intercom did not say.';
