-- No arrow without an event. A live scenario's stream is trimmed only past a bound that its 100,000 tasks do not reach twice.

local function append_event(events, at, type, ...)
  redis.call('XADD', events, 'MAXLEN', '~', 400000, '*', 'type', type, 'at', string.format('%.0f', at), ...)
end

-- `task` as load_task gives it; further field, value pairs follow.
local function task_event(events, at, type, task_id, task, ...)
  append_event(events, at, type, 'task_id', task_id, 'name', task.name, 'service', task.service,
    'status', task.status, 'attempt', string.format('%d', task.attempt), ...)
end
