-- beat: not an arrow. A worker's sign of life, kept for a minute.
-- KEYS: worker serving services_index
-- ARGV: worker_id service ttl_ms now (field value)...
-- REPLY: ok
--- @include "lib/clock"

local now = now_ms(args.now)
redis.call('HSET', keys.worker, 'id', args.worker_id, 'service', args.service, 'seen_at', iso_time(now), unpack(ARGV, more_args))
redis.call('PEXPIRE', keys.worker, args.ttl_ms)
redis.call('ZADD', keys.serving, now, args.worker_id)
redis.call('ZREMRANGEBYSCORE', keys.serving, '-inf', '(' .. ms_text(now - args.ttl_ms))
redis.call('PEXPIRE', keys.serving, args.ttl_ms)
redis.call('SADD', keys.services_index, args.service)
return { 'ok' }
