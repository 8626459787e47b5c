-- A script that fails half-way is not rolled back, so what it is about to write is looked at first.

-- An error reply when one of `names` holds something else than `wanted`, else nil.
local function wrong_type(wanted, names)
  for _, name in ipairs(names) do
    local found = redis.call('TYPE', name).ok
    if found ~= 'none' and found ~= wanted then
      return redis.error_reply('WRONGTYPE ' .. name .. ' is a ' .. found .. ', not a ' .. wanted)
    end
  end
end
