-- rearm_pushed: not an arrow. These ids still stand in their list: look again later.
-- KEYS: pushed (task)...
-- ARGV: check_ms now (task_id)...
-- REPLY: ok
--- @include "lib/clock"

local now = now_ms(args.now)
for i = more_keys, #KEYS do
  -- XX: an id that was claimed since the sweep looked is no longer here and stays away.
  redis.call('ZADD', keys.pushed, 'XX', now + args.check_ms, ARGV[more_args + i - more_keys])
  redis.call('HDEL', KEYS[i], 'engine:missing')
end
return { 'ok' }
