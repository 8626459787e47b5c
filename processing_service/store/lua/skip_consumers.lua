-- skip_consumers: pending -> skipped, for a chunk of consumers of a task that failed or was skipped itself. Each edge is settled
-- once; a consumer that is not pending any more keeps its state. The reply names those that are skipped, now or before, each with
-- its own consumers: the caller goes on with them, eagerly, until nothing is left. Before as well, because after a lost reply, or a
-- death half-way, what is skipped already may have consumers that nobody has told.
-- KEYS: scenario events ended (consumer)...
-- ARGV: task_id scenario_id outcome reason now (consumer_id)...
-- REPLY: ok | unknown
-- WITH: (consumer_id consumers)...
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/settle_scenario"

local wrong = wrong_type({ stream = { keys.events }, zset = { keys.ended } })
if wrong then
  return wrong
end
local scenario = load_scenario(keys.scenario)
if not scenario then
  return { 'unknown' }
end
local found = {}
for i = more_keys, #KEYS do
  found[i] = redis.call('HMGET', KEYS[i], 'status', 'queue', 'name', 'service', 'attempt', 'consumers', 'dep:' .. args.task_id)
end

local now = now_ms(args.now)
local at = iso_time(now)
local reply = { 'ok' }
local skips = 0
for i = more_keys, #KEYS do
  local id = ARGV[more_args + i - more_keys]
  local status, queue, settled = found[i][1], tonumber(found[i][2]), found[i][7]
  if status and not settled then
    redis.call('HSET', KEYS[i], 'dep:' .. args.task_id, args.outcome, 'queue', math.max(queue - 1, 0))
  end
  if status == 'pending' then
    skips = skips + 1
    redis.call('HSET', KEYS[i], 'status', 'skipped', 'reason', args.reason, 'finished_at', at, 'updated_at', at)
    local task = { name = found[i][3], service = found[i][4], status = 'skipped', attempt = tonumber(found[i][5]) or 0 }
    task_event(keys.events, now, 'task.skipped', id, task, 'reason', args.reason)
    move_count(scenario, 'pending', 'skipped')
  end
  if status == 'pending' or status == 'skipped' then
    reply[#reply + 1] = id
    reply[#reply + 1] = found[i][6] or '[]'
  end
end
if skips > 0 then
  save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
end
return reply
