-- The end of a task that no attempt can save: by its worker's word, or because it kept losing its workers.

-- `names` are the keys of the calling script; the caller has taken the task out of the index it stood in.
local function end_in_failure(names, task_id, scenario_id, task, scenario, error, scenario_error, settling, settle_ms, now)
  local at = iso_time(now)
  local from = task.status
  task.status, task.lease_until = 'failed', 0
  redis.call('HSET', names.task, 'status', 'failed', 'error', error, 'finished_at', at, 'updated_at', at)
  redis.call('HDEL', names.task, 'lease_until', 'due_at', 'progress', 'message', 'engine:missing', 'engine:progress_at',
    'engine:deadline')
  if settling then
    redis.call('HSET', names.task, 'settling', '1')
    redis.call('ZADD', names.leases, now + settle_ms, task_id)
  end
  if scenario.error == '' then
    scenario.new_error = scenario_error
  end
  move_count(scenario, from, 'failed')
  task_event(names.events, now, 'task.failed', task_id, task, 'error', error)
  save_scenario(names.scenario, scenario, scenario_id, now, names.events, names.ended)
end
