-- cancel_scenario: any live scenario is on its way to cancelled. The sticky flag comes first: from here on no claim succeeds; the
-- live tasks follow by cancel_task, and the sweep goes on with them if the caller dies.
-- KEYS: scenario events cancelling
-- ARGV: scenario_id reason now
-- REPLY: ok | repeat | conflict | unknown
-- WITH: status
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/settle_scenario"

local wrong = wrong_type({ stream = { keys.events }, zset = { keys.cancelling } })
if wrong then
  return wrong
end
local scenario = load_scenario(keys.scenario)
if not scenario then
  return { 'unknown', '' }
end
if scenario.ended then
  return { scenario.status == 'cancelled' and 'repeat' or 'conflict', scenario.status }
end
if scenario.cancelled then
  return { 'repeat', scenario.status }
end
local now = now_ms(args.now)
redis.call('HSET', keys.scenario, 'cancel_requested', '1', 'reason', args.reason, 'updated_at', iso_time(now))
redis.call('ZADD', keys.cancelling, now, args.scenario_id)
append_event(keys.events, now, 'scenario.cancelling', 'status', scenario.status, 'reason', args.reason)
return { 'ok', scenario.status }
