--[[
  Takes a place, if there is one.

  KEYS[1]  sorted set of the places that are taken, scored by when they end, ms
  ARGV[1]  how many there are
  ARGV[2]  the place
  ARGV[3]  how long it is held unless that is said again, ms
  Output   1; or 0: all are taken
]]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
