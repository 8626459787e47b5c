-- reserve: not an arrow. One Idempotency-Key, one (scenario id, instant), for 24 hours. A record whose scenario has vanished from
-- Redis does not replay. `known_scenario` is the key of the scenario the caller read in the record; `moved`: it is another one.
-- KEYS: idempotency known_scenario
-- ARGV: fingerprint scenario_id instant_ms known_id ttl_ms pending_ms now
-- REPLY: ok | repeat | conflict | moved
-- WITH: scenario_id instant_ms
--- @include "lib/clock"

local now = now_ms(args.now)
local record = redis.call('HMGET', keys.idempotency, 'fingerprint', 'scenario_id', 'instant_ms', 'committed', 'at')
if record[1] then
  if record[1] ~= args.fingerprint then
    return { 'conflict', record[2], record[3] }
  end
  if record[2] ~= args.known_id then
    return { 'moved', record[2], record[3] }
  end
  -- Not there yet is not vanished: the first submitter may still be expanding. It has a minute, as its staged tasks have.
  local underway = not record[4] and now < tonumber(record[5]) + tonumber(args.pending_ms)
  if redis.call('EXISTS', keys.known_scenario) == 1 or underway then
    return { 'repeat', record[2], record[3] }
  end
end
redis.call('DEL', keys.idempotency)
redis.call('HSET', keys.idempotency, 'fingerprint', args.fingerprint, 'scenario_id', args.scenario_id,
  'instant_ms', args.instant_ms, 'at', ms_text(now))
redis.call('PEXPIRE', keys.idempotency, args.ttl_ms)
return { 'ok', args.scenario_id, args.instant_ms }
