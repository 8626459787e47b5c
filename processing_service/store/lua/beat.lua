-- beat: not an arrow. A worker's sign of life, kept for a minute; that its service was served, for a day.
-- KEYS: worker serving served_index
-- ARGV: worker_id service ttl_ms now (field value)...
-- REPLY: ok
--- @include "lib/clock"

local now = now_ms(args.now)
redis.call('HSET', keys.worker, 'id', args.worker_id, 'service', args.service, 'seen_at', iso_time(now), unpack(ARGV, more_args))
redis.call('PEXPIRE', keys.worker, args.ttl_ms)
redis.call('ZADD', keys.serving, now, args.worker_id)
redis.call('ZREMRANGEBYSCORE', keys.serving, '-inf', '(' .. ms_text(now - args.ttl_ms))
redis.call('PEXPIRE', keys.serving, args.ttl_ms)
-- Whoever may speak to us may invent services, so this index is bounded, and the sweep, which visits what scenarios named, never
-- looks at it.
redis.call('ZADD', keys.served_index, now, args.service)
redis.call('ZREMRANGEBYSCORE', keys.served_index, '-inf', '(' .. ms_text(now - 86400000))
redis.call('ZREMRANGEBYRANK', keys.served_index, 0, -1001)
redis.call('PEXPIRE', keys.served_index, 86400000)
return { 'ok' }
