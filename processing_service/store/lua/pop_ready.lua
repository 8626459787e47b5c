-- pop_ready: not an arrow, the first half of a claim. Takes ids off the list; until claim_task confirms each, it stands in
-- `leases` for a moment as "popped, unconfirmed", and comes back by the sweep if we die in between.
-- The same claim_id (a resent command) gets the same ids.
-- KEYS: queue leases pushed claims dead
-- ARGV: claim_id limit confirm_ms keep_ms now
-- REPLY: ok | repeat
-- WITH: (task_id)...
--- @include "lib/clock"
--- @include "lib/dead"

local last = redis.call('HMGET', keys.claims, 'claim_id', 'ids')
if last[1] == args.claim_id then
  local again = { 'repeat' }
  for id in string.gmatch(last[2], '%S+') do
    again[#again + 1] = id
  end
  return again
end
local found = redis.call('LPOP', keys.queue, args.limit)
if not found or #found == 0 then
  return { 'ok' }
end
local now = now_ms(args.now)
local reply, ids = { 'ok' }, {}
for _, id in ipairs(found) do
  if #id <= 64 and string.match(id, '^[%w_.-]+$') then
    -- NX: a stale hint may name a task that somebody holds; its lease keeps its own score.
    redis.call('ZADD', keys.leases, 'NX', now + args.confirm_ms, id)
    redis.call('ZREM', keys.pushed, id)
    ids[#ids + 1] = id
    reply[#reply + 1] = id
  else
    bury(keys.dead, id, 'not a task id', now)
  end
end
if #ids > 0 then
  redis.call('HSET', keys.claims, 'claim_id', args.claim_id, 'ids', table.concat(ids, ' '))
  redis.call('PEXPIRE', keys.claims, args.keep_ms)
end
return reply
