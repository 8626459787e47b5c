-- claim_task: pending -> processing, when the task is ready and nobody holds it; attempt += 1. `popped` = 1 when the id came from
-- pop_ready, else it is named by a worker that popped it itself (tier 1).
-- The token is random per claim, so a resent command finds its own token and answers `repeat`.
-- A hint that is stale (terminal, held, waiting, delayed) is dropped; an id that is no task's goes to `dead`.
-- KEYS: task scenario events leases pushed dead ended
-- ARGV: task_id scenario_id popped token worker lease_ms timeout_ms grace_ms now
-- REPLY: ok | repeat | conflict | unknown | moved
-- WITH: code status attempt lease_until lease_token cancel queue (field)...
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/task"
--- @include "lib/settle_scenario"
--- @include "lib/dead"

local wrong = wrong_type({ list = { keys.dead }, stream = { keys.events }, zset = { keys.leases, keys.pushed, keys.ended } })
if wrong then
  return wrong
end
local popped = args.popped == '1'
local task = load_task(keys.task)
if task and task.scenario_id ~= args.scenario_id then
  -- The caller guessed the scenario from the id, and this id was made otherwise: tell it, before anything is written.
  local moved = unknown_task()
  moved[1], moved[2] = 'moved', task.scenario_id
  return moved
end
local scenario = load_scenario(keys.scenario)
local now = now_ms(args.now)
local place = task and scenario and place_of(task) or 'unknown'

local function with_fields(reply)
  if popped then
    for _, value in ipairs(redis.call('HGETALL', keys.task)) do
      reply[#reply + 1] = value
    end
  end
  return reply
end

if place == 'processing' and task.lease_token == args.token then
  return with_fields(reply_for('repeat', '', task, task.lease_token, scenario.closed))
end
if place == 'processing' and not popped and args.worker ~= '' and args.worker == task.worker then
  return reply_for('repeat', '', task, task.lease_token, scenario.closed)
end
if place ~= 'ready' or scenario.closed then
  local dropped = 0
  if place == 'processing' then
    redis.call('ZADD', keys.leases, task.lease_until, args.task_id)
    redis.call('ZREM', keys.pushed, args.task_id)
  elseif not (task and task.settling ~= '') then
    dropped = redis.call('ZREM', keys.leases, args.task_id)
    redis.call('ZREM', keys.pushed, args.task_id)
  end
  if place == 'unknown' then
    -- Still where pop_ready had put it, so this command is not a resent one.
    if popped and dropped == 1 then
      bury(keys.dead, args.task_id, task and 'its scenario is gone' or 'no such task', now)
    end
    return unknown_task()
  end
  local code = 'illegal-transition'
  if place == 'cancelled' or (scenario.closed and not is_terminal(place)) then
    code = 'scenario-cancelled'
  elseif place == 'processing' then
    code = 'already-held'
  elseif place == 'waits' or place == 'delayed' then
    code = 'not-ready'
  end
  return reply_for('conflict', code, task, '', code == 'scenario-cancelled')
end

local timeout = task.timeout ~= '' and tonumber(task.timeout) * 1000 or tonumber(args.timeout_ms)
task.status = 'processing'
task.attempt = task.attempt + 1
task.lease_until = math.floor(now + math.min(tonumber(args.lease_ms), timeout))
local at = iso_time(now)
redis.call('HSET', keys.task, 'status', 'processing', 'attempt', task.attempt, 'worker', args.worker,
  'lease_until', task.lease_until, 'lease_token', args.token, 'started_at', at, 'updated_at', at,
  'engine:deadline', math.floor(now + timeout + args.grace_ms))
redis.call('HDEL', keys.task, 'progress', 'message', 'engine:missing', 'engine:progress_at')
redis.call('ZADD', keys.leases, task.lease_until, args.task_id)
redis.call('ZREM', keys.pushed, args.task_id)
move_count(scenario, 'pending', 'processing')
save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
task_event(keys.events, now, 'task.processing', args.task_id, task, 'worker', args.worker)
return with_fields(reply_for('ok', '', task, args.token, false))
