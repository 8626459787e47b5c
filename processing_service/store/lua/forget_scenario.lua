-- forget_scenario: not an arrow. Takes a scenario out of an index it needs no longer, unless it is still (or again) there to need it.
-- KEYS: scenario index
-- ARGV: scenario_id only_if_gone
-- REPLY: ok | repeat

if args.only_if_gone == '1' and redis.call('EXISTS', keys.scenario) == 1 then
  return { 'repeat' }
end
redis.call('ZREM', keys.index, args.scenario_id)
return { 'ok' }
