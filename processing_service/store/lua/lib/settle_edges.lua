-- Each edge is counted exactly once: the field dep:<task> in the consumer is its idempotence key, not a bare counter.

-- Read every consumer before the first of them is written. `groups` are {id, key, queue, pushed, wake}.
local function read_consumers(task_id, groups)
  local edge = 'dep:' .. task_id
  for _, group in ipairs(groups) do
    local values = redis.call('HMGET', group.key, 'status', 'queue', 'name', 'service', 'due_at', 'attempt', edge)
    group.open = values[1] and not values[7]
    group.task = {
      status = values[1], queue = tonumber(values[2]) or 0, name = values[3] or '', service = values[4] or '',
      due_at = values[5] or '', attempt = tonumber(values[6]) or 0,
    }
  end
end

-- A consumer that reaches zero while it waits becomes ready. Returns the id of one whose count would have become negative.
local function settle_edges(task_id, groups, events, at, check_ms)
  local edge, now, negative = 'dep:' .. task_id, iso_time(at), nil
  local ready = {}
  for _, group in ipairs(groups) do
    if group.open then
      local task = group.task
      local waited = place_of(task) == 'waits'
      task.queue = task.queue - 1
      if task.queue < 0 then
        negative = group.id
        redis.call('HSET', group.key, edge, 'success')
      elseif task.queue == 0 and waited then
        redis.call('HSET', group.key, edge, 'success', 'queue', 0, 'updated_at', now)
        task_event(events, at, 'task.ready', group.id, task)
        ready[#ready + 1] = group
      else
        redis.call('HSET', group.key, edge, 'success', 'queue', task.queue)
      end
    end
  end
  push_all(ready, at, check_ms)
  return negative
end

-- Collect the repeating keys and arguments of a script into groups; also the error reply when a list or an index is none.
local function consumer_groups(all_keys, first_key, all_args, first_arg)
  local groups, queues, indexes, seen = {}, {}, {}, {}
  local arg = first_arg
  for i = first_key, #all_keys, 3 do
    local key, queue, pushed = all_keys[i], all_keys[i + 1], all_keys[i + 2]
    if not seen[key] then
      seen[key] = true
      groups[#groups + 1] = { id = all_args[arg], key = key, queue = queue, pushed = pushed, wake = all_args[arg + 1] }
    end
    arg = arg + 2
    if not seen[queue] then
      seen[queue] = true
      queues[#queues + 1] = queue
      indexes[#indexes + 1] = pushed
    end
  end
  return groups, wrong_type({ list = queues, zset = indexes })
end

local function negative_error(consumer_id)
  return '{"code":"queue-negative","task_id":"' .. consumer_id .. '","message":"a dependency was counted twice; '
    .. 'please report this: the graph of the scenario and its counters disagree"}'
end
