-- finish_settling: not an arrow. Everything that followed from the end of this task is written; it needs no place in `leases`.
-- KEYS: task leases
-- ARGV: task_id
-- REPLY: ok

redis.call('ZREM', keys.leases, args.task_id)
redis.call('HDEL', keys.task, 'settling')
return { 'ok' }
