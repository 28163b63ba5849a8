-- What came of each campaign of bulk replies; shares are taken over the replies of which the answer is known.
CREATE OR REPLACE VIEW analytics.campaign_results AS
SELECT
    campaign,
    count(*) AS replies,
    count(*) FILTER (outcome = 'sent') AS sent,
    count(*) FILTER (outcome = 'failed') AS failed,
    count(*) FILTER (outcome = 'stale') AS stale,
    count(*) FILTER (outcome = 'unknown') AS unknown,
    count(*) FILTER (outcome = 'held') AS held,
    count(*) FILTER (outcome = 'intended') AS being_sent,
    min(sent_at) AS first_sent_at,
    max(sent_at) AS last_sent_at,
    count(first_answer_seconds) AS answered,
    count(answered_within_a_day) AS answer_known,
    count(*) FILTER (answered_within_a_day) AS answered_within_a_day,
    count(*) FILTER (answered_within_a_day) / nullif(count(answered_within_a_day), 0) AS answered_share,
    median(first_answer_seconds) AS median_answer_seconds,
    count(*) FILTER (reopened) AS reopened,
    count(rating) AS rated,
    avg(rating) AS average_rating
FROM analytics.campaign_replies
GROUP BY campaign;

COMMENT ON VIEW analytics.campaign_results IS 'What came of campaigns of bulk replies, as far as the last sync knows. One row is one campaign.';
COMMENT ON COLUMN analytics.campaign_results.campaign IS 'What the replies were for.';
COMMENT ON COLUMN analytics.campaign_results.replies IS 'How many conversations were tried, sent or not.';
COMMENT ON COLUMN analytics.campaign_results.sent IS 'How many replies were sent.';
COMMENT ON COLUMN analytics.campaign_results.failed IS 'How many were surely not applied; they may be tried again.';
COMMENT ON COLUMN analytics.campaign_results.stale IS 'How many were not sent, since the conversation had changed.';
COMMENT ON COLUMN analytics.campaign_results.unknown IS 'How many may have been applied: replies resolve finds out.';
COMMENT ON COLUMN analytics.campaign_results.held IS 'How many were not found in their conversation; a person may send them again.';
COMMENT ON COLUMN analytics.campaign_results.being_sent IS 'How many were about to be sent when the log was written.';
COMMENT ON COLUMN analytics.campaign_results.first_sent_at IS 'When the first was sent (UTC).';
COMMENT ON COLUMN analytics.campaign_results.last_sent_at IS 'When the last was sent (UTC).';
COMMENT ON COLUMN analytics.campaign_results.answered IS 'How many the customer answered so far, however late.';
COMMENT ON COLUMN analytics.campaign_results.answer_known IS 'Of how many it is known whether the customer answered within 24 hours: those 24 hours are over.';
COMMENT ON COLUMN analytics.campaign_results.answered_within_a_day IS 'How many the customer answered within 24 hours (calendar time).';
COMMENT ON COLUMN analytics.campaign_results.answered_share IS 'answered_within_a_day of answer_known, from 0 to 1; NULL while none is known, on the first day.';
COMMENT ON COLUMN analytics.campaign_results.median_answer_seconds IS 'Median of the seconds to the first answer, over those answered, however late (calendar time).';
COMMENT ON COLUMN analytics.campaign_results.reopened IS 'How many conversations were opened again after their reply.';
COMMENT ON COLUMN analytics.campaign_results.rated IS 'How many conversations were rated after their reply.';
COMMENT ON COLUMN analytics.campaign_results.average_rating IS 'The average of these ratings, from 1 to 5; NULL where there are none.';
