--[[
  Shows that the holder of a lease is alive.

  KEYS[1]  hash of the lease
  ARGV[1]  token of the holder
  Output   1, or 0 when the lease is not his (any more)
]]
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'renewedAt', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return 1
