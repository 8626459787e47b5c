-- stage_tasks: not an arrow. Writes a chunk of a graph that nobody can see yet: nothing is in a list before create_scenario commits.
-- An id that somebody else has is never overwritten; a task staged before (a resent command, a concurrent repeat) is left as it is.
-- KEYS: scenario staging staging_index (task)...
-- ARGV: scenario_id now (task_id size field value)...
-- REPLY: ok | conflict
--- @include "lib/clock"

if redis.call('EXISTS', keys.scenario) == 1 then
  -- Committed meanwhile, by a repeat of this very submission or by a stranger: the commit tells which.
  return { 'ok' }
end
local known = {}
for i = more_keys, #KEYS do
  known[i] = redis.call('TYPE', KEYS[i]).ok
end
local arg = more_args
local positions = {}
for i = more_keys, #KEYS do
  local task_id = ARGV[arg]
  positions[i] = arg
  if known[i] ~= 'none' and redis.call('SISMEMBER', keys.staging, task_id) == 0 then
    return { 'conflict' }
  end
  arg = arg + 2 + 2 * tonumber(ARGV[arg + 1])
end
redis.call('ZADD', keys.staging_index, now_ms(args.now), args.scenario_id)
for i = more_keys, #KEYS do
  local at = positions[i]
  redis.call('SADD', keys.staging, ARGV[at])
  if known[i] == 'none' then
    -- unpack is bounded by Lua's C stack (8,000 values), the number of fields of a template by nothing.
    local last = at + 1 + 2 * tonumber(ARGV[at + 1])
    for first = at + 2, last, 1000 do
      redis.call('HSET', KEYS[i], unpack(ARGV, first, math.min(first + 999, last)))
    end
  end
end
return { 'ok' }
