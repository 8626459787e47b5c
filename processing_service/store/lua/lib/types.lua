-- A script that fails half-way is not rolled back, so what it is about to write is looked at first.

local KINDS = { 'hash', 'list', 'set', 'stream', 'zset' }

-- `wanted` gives names for each type. An error reply for the first name that holds something else, else nil.
local function wrong_type(wanted)
  for _, kind in ipairs(KINDS) do
    for _, name in ipairs(wanted[kind] or {}) do
      local found = redis.call('TYPE', name).ok
      if found ~= 'none' and found ~= kind then
        return redis.error_reply('WRONGTYPE ' .. name .. ' is a ' .. found .. ', not a ' .. kind)
      end
    end
  end
end
