-- take_overdue: not an arrow. The ids of `pushed` whose check is due, rescored a moment ahead, so that ten sweeps at once do not
-- read the same list ten times. If this sweep dies they are due again then.
-- KEYS: pushed
-- ARGV: limit hold_ms now
-- REPLY: ok
-- WITH: (task_id)...
--- @include "lib/clock"

local now = now_ms(args.now)
local ids = redis.call('ZRANGEBYSCORE', keys.pushed, '-inf', ms_text(now), 'LIMIT', 0, args.limit)
for _, id in ipairs(ids) do
  redis.call('ZADD', keys.pushed, 'XX', now + args.hold_ms, id)
end
return { 'ok', unpack(ids) }
