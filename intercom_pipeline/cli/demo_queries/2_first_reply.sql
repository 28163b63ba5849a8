-- How long until a teammate first replies? (minutes within office hours)
SELECT source_type AS channel, count(time_to_admin_reply) AS replied,
       (median(time_to_admin_reply) / 60)::INTEGER AS median_minutes,
       (quantile_cont(time_to_admin_reply, 0.9) / 60)::INTEGER AS p90_minutes
FROM conversations
WHERE _deleted_at IS NULL
GROUP BY ALL ORDER BY replied DESC LIMIT 8
