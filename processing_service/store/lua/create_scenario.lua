-- create_scenario: nothing -> pending, the last act of a submission. The whole graph or nothing: it commits only what is staged
-- completely, and pushes the ready roots in the same script.
-- `moved`: the sweep has taken (part of) the staged tasks away because the submitter paused too long; stage again.
-- KEYS: scenario staging staging_index scenarios_index services_index events idempotency (queue pushed)...
-- ARGV: scenario_id created_at created_ms total check_ms now size (field value)... (service wake count)... (task_id)...
-- REPLY: ok | repeat | conflict | moved
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"

local wrong = wrong_type({
  hash = { keys.scenario, keys.idempotency },
  set = { keys.services_index, keys.staging },
  stream = { keys.events },
  zset = { keys.staging_index, keys.scenarios_index },
})
for i = more_keys, #KEYS, 2 do
  wrong = wrong or wrong_type({ list = { KEYS[i] }, zset = { KEYS[i + 1] } })
end
if wrong then
  return wrong
end
local existing = redis.call('HGET', keys.scenario, 'created_at')
if existing then
  return { existing == args.created_at and 'repeat' or 'conflict' }
end
if redis.call('SCARD', keys.staging) ~= tonumber(args.total) then
  return { 'moved' }
end
local reserved = redis.call('HGET', keys.idempotency, 'scenario_id') == args.scenario_id

local now = now_ms(args.now)
local arg = more_args
local last = arg + 2 * tonumber(args.size) - 1
redis.call('HSET', keys.scenario, unpack(ARGV, arg, last))
if reserved then
  redis.call('HSET', keys.idempotency, 'committed', 1)
end
redis.call('ZADD', keys.scenarios_index, args.created_ms, args.scenario_id)
redis.call('ZREM', keys.staging_index, args.scenario_id)
redis.call('DEL', keys.staging)
append_event(keys.events, now, 'scenario.created', 'status', 'pending')
arg = last + 1
local ids = arg + 3 * ((#KEYS - more_keys + 1) / 2)
for i = more_keys, #KEYS, 2 do
  local service, wake, count = ARGV[arg], ARGV[arg + 1], tonumber(ARGV[arg + 2])
  redis.call('SADD', keys.services_index, service)
  for j = ids, ids + count - 1 do
    redis.call('RPUSH', KEYS[i], ARGV[j])
    redis.call('ZADD', KEYS[i + 1], now + args.check_ms, ARGV[j])
  end
  if count > 0 then
    redis.call('PUBLISH', wake, args.scenario_id)
  end
  ids = ids + count
  arg = arg + 3
end
return { 'ok' }
