-- A ready task enters its list, and the index that knows it was pushed: tracked from here on, whoever pops it.

-- At the head: what was started once is finished first, which keeps the number of open scenarios small.
local function push_first(queue, pushed, wake, task_id, at, check_ms)
  redis.call('LPUSH', queue, task_id)
  redis.call('ZADD', pushed, at + check_ms, task_id)
  redis.call('PUBLISH', wake, task_id)
end

-- Many at once, each {id, queue, pushed, wake}, at the tails of their lists and in their order; a thousand consumers of one
-- service ring once. (unpack is bounded by Lua's C stack, 8,000 values.)
local function push_all(ready, at, check_ms)
  local services, order = {}, {}
  for _, group in ipairs(ready) do
    local service = services[group.queue]
    if not service then
      service = { queue = group.queue, pushed = group.pushed, wake = group.wake, ids = {}, scores = {} }
      services[group.queue] = service
      order[#order + 1] = service
    end
    service.ids[#service.ids + 1] = group.id
    service.scores[#service.scores + 1] = at + check_ms
    service.scores[#service.scores + 1] = group.id
  end
  for _, service in ipairs(order) do
    for first = 1, #service.ids, 1000 do
      local last = math.min(first + 999, #service.ids)
      redis.call('RPUSH', service.queue, unpack(service.ids, first, last))
      redis.call('ZADD', service.pushed, unpack(service.scores, 2 * first - 1, 2 * last))
    end
    redis.call('PUBLISH', service.wake, service.ids[1])
  end
end
