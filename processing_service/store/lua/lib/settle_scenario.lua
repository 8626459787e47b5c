-- A scenario's counters and status. The rule is contract/status.py's `scenario_status`, word for word.

local COUNTED = { 'pending', 'processing', 'success', 'failed', 'skipped', 'cancelled' }

-- nil when there is no such scenario.
local function load_scenario(key)
  local values = redis.call('HMGET', key, 'status', 'cancel_requested', 'remaining', 'started_at', 'error',
    'count:pending', 'count:processing', 'count:success', 'count:failed', 'count:skipped', 'count:cancelled')
  if not values[1] then
    return nil
  end
  local scenario = {
    status = values[1],
    cancelled = (values[2] or '') ~= '',
    remaining = tonumber(values[3]) or 0,
    started_at = values[4] or '',
    error = values[5] or '',
    count = {},
    moved = {},
  }
  for i, status in ipairs(COUNTED) do
    scenario.count[status] = tonumber(values[5 + i]) or 0
  end
  scenario.ended = scenario.status ~= 'pending' and scenario.status ~= 'processing'
  -- Nothing of it may start any more: somebody cancelled it, or it was given up because its tasks were deleted.
  scenario.closed = scenario.cancelled or scenario.ended
  return scenario
end

local function move_count(scenario, from, to)
  scenario.count[from] = scenario.count[from] - 1
  scenario.count[to] = scenario.count[to] + 1
  scenario.moved[from], scenario.moved[to] = true, true
  if to ~= 'pending' and to ~= 'processing' then
    scenario.remaining = scenario.remaining - 1
  end
end

local function status_of(scenario)
  local count = scenario.count
  if count.pending + count.processing == 0 then
    if scenario.cancelled and count.cancelled > 0 then
      return 'cancelled'
    end
    return count.failed > 0 and 'failed' or 'success'
  end
  local started = count.processing + count.success + count.failed + count.skipped + count.cancelled
  return started > 0 and 'processing' or 'pending'
end

-- Write what changed. When the last task ended: the end, its event, and a place in the index from which the sweep gives every
-- key of the scenario its expiry.
local function save_scenario(key, scenario, scenario_id, at, events, ended_index)
  local now = iso_time(at)
  local write = { 'updated_at', now, 'remaining', scenario.remaining }
  for status in pairs(scenario.moved) do
    write[#write + 1] = 'count:' .. status
    write[#write + 1] = scenario.count[status]
  end
  if scenario.new_error then
    write[#write + 1] = 'error'
    write[#write + 1] = scenario.new_error
  end
  if scenario.started_at == '' and (scenario.count.processing > 0 or scenario.count.success > 0) then
    write[#write + 1] = 'started_at'
    write[#write + 1] = now
  end
  local ends = false
  if not scenario.ended then
    local status = status_of(scenario)
    ends = status ~= 'pending' and status ~= 'processing'
    if status ~= scenario.status then
      write[#write + 1] = 'status'
      write[#write + 1] = status
    end
    if ends then
      write[#write + 1] = 'finished_at'
      write[#write + 1] = now
    end
    scenario.status = status
  end
  redis.call('HSET', key, unpack(write))
  if ends then
    redis.call('ZADD', ended_index, at, scenario_id)
    append_event(events, at, 'scenario.finished', 'status', scenario.status)
  end
end
