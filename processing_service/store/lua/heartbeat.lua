-- heartbeat: not an arrow. Extends the lease, never past the attempt's timeout; writes progress and message; answers `cancel`.
-- KEYS: task scenario events leases
-- ARGV: task_id attempt lease_token worker lease_ms timeout_ms progress message event_every_ms now
-- REPLY: ok | repeat | stale | conflict | unknown
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"

local reply, task, scenario = open_task(keys.task, keys.scenario, { stream = { keys.events }, zset = { keys.leases } })
if reply then
  return reply
end
local place = place_of(task)
if place ~= 'processing' then
  if is_terminal(task.status) and place ~= 'cancelled' then
    return reply_for('conflict', 'illegal-transition', task)
  end
  if place == 'cancelled' or scenario.closed then
    return reply_for('conflict', 'scenario-cancelled', task, '', true)
  end
  if place == 'waits' or (place == 'delayed' and args.attempt == '') then
    return reply_for('conflict', 'not-ready', task)
  end
  -- Somebody reports a lease that is over: the task waits for its next attempt.
  return reply_for('stale', 'stale-attempt', task)
end
if is_stale(task, args.attempt, args.lease_token) then
  return reply_for('stale', 'stale-attempt', task)
end
if args.attempt == '' and args.lease_token == '' then
  -- Two workers that popped the same id must not both believe that they hold it; only the holder's name gets an answer.
  if args.worker == '' or args.worker ~= task.worker then
    return reply_for('conflict', 'already-held', task)
  end
  return reply_for('repeat', '', task, task.lease_token, scenario.closed)
end
local now = now_ms(args.now)
local timeout = task.timeout ~= '' and tonumber(task.timeout) * 1000 or tonumber(args.timeout_ms)
local deadline = tonumber(task['engine:deadline']) or now + timeout
if now >= deadline then
  return reply_for('conflict', 'attempt-timeout', task, '', scenario.closed)
end
task.lease_until = math.floor(math.min(now + math.min(tonumber(args.lease_ms), timeout), deadline))
local write = { 'lease_until', task.lease_until }
local news = {}
local function tell(field)
  write[#write + 1], news[#news + 1] = field, field
  write[#write + 1], news[#news + 1] = args[field], args[field]
end
-- Heartbeats overtake each other on their way here: within an attempt a percentage only grows.
if args.progress ~= '' and tonumber(args.progress) > (tonumber(task.progress) or -1) then
  tell('progress')
end
if args.message ~= '' and args.message ~= task.message then
  tell('message')
end
-- At most one event a second for a task: an encoder that reports every frame must not fill the stream.
local tells = #news > 0 and now >= (tonumber(task['engine:progress_at']) or 0) + tonumber(args.event_every_ms)
if #news > 0 then
  write[#write + 1] = 'updated_at'
  write[#write + 1] = iso_time(now)
end
if tells then
  write[#write + 1] = 'engine:progress_at'
  write[#write + 1] = ms_text(now)
end
redis.call('HSET', keys.task, unpack(write))
redis.call('ZADD', keys.leases, task.lease_until, args.task_id)
if tells then
  task_event(keys.events, now, 'task.progress', args.task_id, task, unpack(news))
end
return reply_for('ok', '', task, task.lease_token, scenario.closed)
