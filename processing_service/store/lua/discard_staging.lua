-- discard_staging: not an arrow. Takes back a chunk of what an abandoned submission has staged. A submitter that was only paused
-- finds its staging record short and its commit answers `moved`.
-- KEYS: scenario staging staging_index (task)...
-- ARGV: scenario_id before (task_id)...
-- REPLY: ok | repeat

local seen = redis.call('ZSCORE', keys.staging_index, args.scenario_id)
if not seen or tonumber(seen) > tonumber(args.before) then
  return { 'repeat' }
end
local committed = redis.call('EXISTS', keys.scenario) == 1
for i = more_keys, #KEYS do
  if not committed then
    redis.call('DEL', KEYS[i])
  end
  redis.call('SREM', keys.staging, ARGV[more_args + i - more_keys])
end
if redis.call('EXISTS', keys.staging) == 0 then
  redis.call('ZREM', keys.staging_index, args.scenario_id)
end
return { 'ok' }
