-- What came of each bulk reply. It says what is known by the last sync: NULL is what is not known yet, or cannot
-- be, as whether a note, which the customer does not see, was answered.
CREATE OR REPLACE VIEW analytics.campaign_replies AS
WITH synced AS (
    -- Whatever was said before is in the tables; what was said while that sync ran need not be.
    SELECT max(started_at) AS synced_until FROM pipeline.runs
    WHERE stream = 'conversations' AND result = 'complete' AND coalesce(work, 'sync') = 'sync'
),
replies AS (
    SELECT
        log.*,
        -- By Intercom's clock, which dates the parts that follow; else by that of the machine that sent it.
        CASE WHEN outcome = 'sent' THEN coalesce(part.created_at, intended_at) END AS sent_at
    FROM pipeline.reply_log AS log
    LEFT JOIN main.conversation_parts AS part
        ON part.id = log.part_id AND part.conversation_id = log.conversation_id
    WHERE log.step = 'reply'
),
followed AS (
    SELECT
        ledger_id,
        campaign,
        conversation_id,
        min(part.created_at) FILTER (
            author_type IN ('user', 'lead', 'contact', 'visitor')
            -- A customer who writes into a conversation that is not open opens it.
            AND part_type IN ('comment', 'open', 'quick_reply')
        ) AS answered_at,
        bool_or(part_type = 'open' OR contains(part_type, 'reopen')) AS reopened,
        -- A policy for people's data can hide who did what.
        bool_or(author_type IS NULL OR part_type IS NULL) AS hidden
    FROM replies
    JOIN main.conversation_parts AS part USING (conversation_id)
    WHERE part._deleted_at IS NULL
        -- Intercom's times are whole seconds: within one, ids tell what came later.
        AND (
            part.created_at > sent_at
            OR (part.created_at = sent_at AND try_cast(part.id AS HUGEINT) > try_cast(part_id AS HUGEINT))
        )
    GROUP BY ALL
),
known AS (
    SELECT
        replies.*,
        sent_at + INTERVAL 24 HOUR AS a_day_later,
        -- Where the customer does not see it, what they write is no answer to it.
        CASE WHEN message_type != 'note' THEN answered_at END AS answered_at,
        reopened,
        -- Up to when nothing that followed can be missing.
        CASE WHEN stored.id IS NOT NULL AND NOT coalesce(hidden, false) THEN synced_until END AS known_until,
        CASE
            WHEN greatest(
                try_cast(conversation_rating ->> '$.created_at' AS BIGINT),
                try_cast(conversation_rating ->> '$.updated_at' AS BIGINT)
            ) >= epoch(sent_at) THEN rating
        END AS rating
    FROM replies
    CROSS JOIN synced
    LEFT JOIN followed USING (ledger_id, campaign, conversation_id)
    LEFT JOIN main.conversations AS stored ON stored.id = conversation_id AND stored._deleted_at IS NULL
)
SELECT
    known.campaign,
    known.conversation_id,
    known.outcome,
    known.message_type,
    sent_at,
    -- Not before the day is over: else those who answered would be known before those who did not.
    CASE
        WHEN known.message_type != 'note' AND known_until >= a_day_later
            THEN coalesce(answered_at <= a_day_later, false)
    END AS answered_within_a_day,
    date_diff('second', sent_at, answered_at) AS first_answer_seconds,
    CASE WHEN reopened THEN true WHEN known_until >= sent_at THEN false END AS reopened,
    rating,
    follow_up.message_type AS then_action,
    follow_up.outcome AS then_outcome,
    known.reason,
    known.admin_id,
    known.applied_by,
    known.plan_id,
    known.part_id,
    known.ledger_id
FROM known
LEFT JOIN (FROM pipeline.reply_log WHERE step = 'then') AS follow_up
    USING (ledger_id, campaign, conversation_id);

COMMENT ON VIEW analytics.campaign_replies IS 'What came of bulk replies, as far as the last sync knows. One row is one reply to one conversation in one campaign.';
COMMENT ON COLUMN analytics.campaign_replies.campaign IS 'What the reply is for.';
COMMENT ON COLUMN analytics.campaign_replies.conversation_id IS 'The conversation''s id, as in conversations.';
COMMENT ON COLUMN analytics.campaign_replies.outcome IS 'What became of it: sent, failed, stale, unknown, held or intended, as in pipeline.reply_log.';
COMMENT ON COLUMN analytics.campaign_replies.message_type IS 'comment or quick_reply, which the customer sees, or note.';
COMMENT ON COLUMN analytics.campaign_replies.sent_at IS 'When it was sent (UTC): when its part was created, or, where that is not stored, when it was about to be sent; NULL if it was not sent.';
COMMENT ON COLUMN analytics.campaign_replies.answered_within_a_day IS 'Whether the customer wrote within 24 hours of it (calendar time); NULL if it was not sent, for a note, until a sync that began a day later, and where the conversation is not stored or a policy hides who wrote.';
COMMENT ON COLUMN analytics.campaign_replies.first_answer_seconds IS 'Seconds from the reply to the first message of the customer after it (calendar time); NULL if there is none, and for a note.';
COMMENT ON COLUMN analytics.campaign_replies.reopened IS 'Whether the conversation was opened again after it, by the customer or a teammate; NULL if it was not sent, or no sync has been there since.';
COMMENT ON COLUMN analytics.campaign_replies.rating IS 'The conversation''s rating from 1 to 5, if it was asked for or changed after the reply; NULL otherwise.';
COMMENT ON COLUMN analytics.campaign_replies.then_action IS 'What was to be done with the conversation after the reply: close, snooze, assign, assign_team or tag; NULL if nothing was begun.';
COMMENT ON COLUMN analytics.campaign_replies.then_outcome IS 'What became of that, as in outcome.';
COMMENT ON COLUMN analytics.campaign_replies.reason IS 'Why it was not sent or is not known, or how it was found out that it was sent; NULL otherwise.';
COMMENT ON COLUMN analytics.campaign_replies.admin_id IS 'The id of the admin who answers, as in admins.';
COMMENT ON COLUMN analytics.campaign_replies.applied_by IS 'Who applied the plan: a user, or a Dagster run.';
COMMENT ON COLUMN analytics.campaign_replies.plan_id IS 'The plan, by the SHA-256 of its content.';
COMMENT ON COLUMN analytics.campaign_replies.part_id IS 'The part that the reply became, as in conversation_parts; NULL where that is not known.';
COMMENT ON COLUMN analytics.campaign_replies.ledger_id IS 'The ledger that knows it.';
