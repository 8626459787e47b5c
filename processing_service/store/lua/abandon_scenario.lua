-- abandon_scenario: pending, processing -> failed, for a scenario whose tasks somebody deleted from Redis: it could never end.
-- KEYS: scenario events cancelling ended
-- ARGV: scenario_id error now
-- REPLY: ok | repeat | unknown
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/settle_scenario"

local wrong = wrong_type({ stream = { keys.events }, zset = { keys.cancelling, keys.ended } })
if wrong then
  return wrong
end
local scenario = load_scenario(keys.scenario)
if not scenario then
  return { 'unknown' }
end
if scenario.ended then
  return { 'repeat' }
end
local now = now_ms(args.now)
local at = iso_time(now)
local status = scenario.cancelled and 'cancelled' or 'failed'
redis.call('HSET', keys.scenario, 'status', status, 'error', args.error, 'finished_at', at, 'updated_at', at)
redis.call('ZREM', keys.cancelling, args.scenario_id)
redis.call('ZADD', keys.ended, now, args.scenario_id)
append_event(keys.events, now, 'scenario.finished', 'status', status)
return { 'ok' }
