--[[
  Says that places are still held, also where they have been lost or were taken elsewhere, whether there is room or not.

  KEYS[1]   sorted set of the places that are taken, scored by when they end, ms
  ARGV[1]   how long they are held unless that is said again, ms
  ARGV[2…]  the places
  Output    1
]]
local time = redis.call('TIME')
local ends = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[1])
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ends, ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
