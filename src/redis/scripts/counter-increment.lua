--[[
  Adds to a counter that ends a fixed time after it was begun.

  KEYS[1]  the counter
  ARGV[1]  what is added, an integer of at most 2^53 - 1 in size
  ARGV[2]  TTL from the first addition on, ms
  Output   the new count, or false: it would be above 2^53 - 1 in size, and nothing was added
]]
local count = tonumber(redis.call('GET', KEYS[1]) or '0') + tonumber(ARGV[1])
if math.abs(count) > 9007199254740991 then
  return false
end
count = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2], 'NX')
return count
