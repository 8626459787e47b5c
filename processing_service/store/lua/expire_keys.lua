-- expire_keys: not an arrow. Gives a chunk of an ended scenario's keys their common end.
-- KEYS: (key)...
-- ARGV: at
-- REPLY: ok

for i = more_keys, #KEYS do
  redis.call('PEXPIREAT', KEYS[i], args.at)
end
return { 'ok' }
