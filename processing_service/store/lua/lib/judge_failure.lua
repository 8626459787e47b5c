-- What a report of `failed` gets, before anything is written (notes of the engine, "What a report gets").

-- Returns the whole reply when the report changes nothing, else nil. `in_list`: the id still stands in its list, so nobody
-- popped it and the report is an echo of a failure that is already counted.
local function judge_failure(task, attempt, token, in_list)
  local place = place_of(task)
  if is_stale(task, attempt, token) then
    return reply_for('stale', 'stale-attempt', task)
  end
  if place == 'failed' or place == 'delayed' then
    return reply_for('repeat', '', task)
  end
  if place == 'cancelled' then
    return reply_for('conflict', 'scenario-cancelled', task, '', true)
  end
  if place == 'success' or place == 'skipped' then
    return reply_for('conflict', 'illegal-transition', task)
  end
  if place == 'waits' then
    return reply_for('conflict', 'not-ready', task)
  end
  if place == 'ready' and attempt ~= '' then
    if task.last_outcome == 'failed' then
      return reply_for('repeat', '', task)
    end
    return reply_for('stale', 'stale-attempt', task)
  end
  if place == 'ready' and in_list == '1' then
    return reply_for('repeat', '', task)
  end
  return nil
end

-- The caller decided between another attempt and the end for the task it had read. Returns the whole reply when that is not the
-- task any more, or no attempt of it counts any more, else nil.
local function judge_decision(task, scenario, seen_attempt, seen_failures)
  if scenario.closed then
    return reply_for('conflict', 'scenario-cancelled', task, '', true)
  end
  if task.attempt ~= tonumber(seen_attempt) or task.failures ~= tonumber(seen_failures) then
    return reply_for('moved', '', task)
  end
  return nil
end
