-- A task's hash, read once at the beginning of a script.

local TASK_FIELDS = {
  'status', 'queue', 'service', 'name', 'scenario_id', 'attempt', 'failures', 'lost', 'last_outcome', 'worker',
  'lease_until', 'lease_token', 'due_at', 'timeout', 'max_lost', 'result_ref', 'result', 'settling', 'started_at',
  'engine:deadline', 'engine:progress_at', 'engine:missing', 'progress', 'message',
}

-- nil when there is no such task. Missing fields read as '', numbers as 0.
local function load_task(key)
  local values = redis.call('HMGET', key, unpack(TASK_FIELDS))
  if not values[1] then
    return nil
  end
  local task = {}
  for i, field in ipairs(TASK_FIELDS) do
    task[field] = values[i] or ''
  end
  for _, field in ipairs({ 'queue', 'attempt', 'failures', 'lost', 'lease_until' }) do
    task[field] = tonumber(task[field]) or 0
  end
  return task
end

-- Where a task stands: a pending one waits, is delayed or is ready; the others by their status.
local function place_of(task)
  if task.status ~= 'pending' then
    return task.status
  end
  if task.queue > 0 then
    return 'waits'
  end
  return task.due_at ~= '' and 'delayed' or 'ready'
end

local function is_terminal(status)
  return status == 'success' or status == 'failed' or status == 'skipped' or status == 'cancelled'
end

-- Whether a report belongs to another attempt than the current one. After a failover that lost writes an attempt's number can
-- repeat, its token cannot; so the token is compared wherever it is given.
local function is_stale(task, attempt, token)
  return (attempt ~= '' and tonumber(attempt) ~= task.attempt) or (token ~= '' and token ~= task.lease_token)
end

-- One shape for every verb on a task. `token` is only for the one who holds the lease.
local function reply_for(answer, code, task, token, cancel)
  return { answer, code, task.status, task.attempt, task.lease_until, token or '', cancel and 1 or 0, task.queue }
end

local function unknown_task()
  return { 'unknown', '', '', 0, 0, '', 0, 0 }
end
