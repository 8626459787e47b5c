-- What was found in a queue and is no task goes to dead:<service> with the reason, cut to something a person can read.

local DEAD_CAP = 1000

local function bury(dead, what, reason, at)
  local shown = string.gsub(string.sub(what, 1, 200), '[^%w%p ]', '?')
  redis.call('RPUSH', dead, cjson.encode({ found = shown, bytes = #what, reason = reason, at = iso_time(at) }))
  redis.call('LTRIM', dead, -DEAD_CAP, -1)
end
