-- return_task: processing -> pending. A worker hands a task back (shutdown): at the head of its list at once, neither `failures`
-- nor `lost` is raised.
-- KEYS: task scenario events queue leases pushed ended
-- ARGV: task_id scenario_id attempt lease_token worker check_ms wake now
-- REPLY: ok | repeat | stale | conflict | unknown
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"
--- @include "lib/push"

local reply, task, scenario = open_task(keys.task, keys.scenario, {
  list = { keys.queue },
  stream = { keys.events },
  zset = { keys.leases, keys.pushed, keys.ended },
})
if reply then
  return reply
end
local place = place_of(task)
if place == 'cancelled' then
  return reply_for('conflict', 'scenario-cancelled', task, '', true)
end
if is_stale(task, args.attempt, args.lease_token) then
  return reply_for('stale', 'stale-attempt', task)
end
if is_terminal(task.status) then
  return reply_for('conflict', 'illegal-transition', task)
end
if place == 'waits' then
  return reply_for('conflict', 'not-ready', task)
end
if place ~= 'processing' then
  if task.last_outcome == 'returned' then
    return reply_for('repeat', '', task)
  end
  if args.attempt == '' and args.lease_token == '' then
    -- Who names no attempt cannot be late with one: nobody holds it, so there is nothing to hand back.
    return reply_for('conflict', 'illegal-transition', task)
  end
  return reply_for('stale', 'stale-attempt', task)
end
if args.attempt == '' and args.lease_token == '' and (args.worker == '' or args.worker ~= task.worker) then
  return reply_for('conflict', 'already-held', task)
end

local now = now_ms(args.now)
task.status, task.lease_until = 'pending', 0
redis.call('ZREM', keys.leases, args.task_id)
redis.call('HSET', keys.task, 'status', 'pending', 'last_outcome', 'returned', 'updated_at', iso_time(now))
redis.call('HDEL', keys.task, 'lease_until', 'progress', 'message', 'engine:missing', 'engine:progress_at', 'engine:deadline')
move_count(scenario, 'processing', 'pending')
push_first(keys.queue, keys.pushed, args.wake, args.task_id, now, args.check_ms)
save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
task_event(keys.events, now, 'task.returned', args.task_id, task)
return reply_for('ok', '', task)
