-- Who is waiting for an answer? (longest first)
SELECT id AS conversation, source_type AS channel,
       date_diff('day', waiting_since, now()) AS days_waiting,
       left(source_body_text, 60) AS opening_message
FROM conversations
WHERE state = 'open' AND waiting_since IS NOT NULL AND _deleted_at IS NULL
ORDER BY waiting_since LIMIT 5
