-- A ready task enters its list, and the index that knows it was pushed: tracked from here on, whoever pops it.

-- `woken` remembers the channels this script has called, so that a thousand consumers of one service ring once.
local function push(queue, pushed, wake, task_id, at, check_ms, at_head, woken)
  redis.call(at_head and 'LPUSH' or 'RPUSH', queue, task_id)
  redis.call('ZADD', pushed, at + check_ms, task_id)
  if not woken[wake] then
    woken[wake] = true
    redis.call('PUBLISH', wake, task_id)
  end
end
