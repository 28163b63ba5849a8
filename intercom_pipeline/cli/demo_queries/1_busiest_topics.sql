-- What are customers asking about? (by tag)
SELECT tag_name AS topic, count(*) AS conversations,
       count(*) FILTER (state = 'open') AS open_now,
       round(avg(rating), 1) AS rating
FROM conversation_tags
JOIN conversations ON conversations.id = conversation_id
WHERE conversations._deleted_at IS NULL
GROUP BY ALL ORDER BY conversations DESC LIMIT 8
