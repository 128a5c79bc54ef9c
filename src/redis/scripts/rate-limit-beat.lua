--[[
  Says that a process is alive, and what the counts go by. Counts without a name are new, or were lost: they get one.

  KEYS[1]  name of the counts as a whole
  KEYS[2]  sorted set of the live processes that take calls, scored by their last sign of life, ms
  ARGV[1]  a name that nothing else has
  ARGV[2]  TTL of the name, ms
  ARGV[3]  the process; empty: it takes no calls, and has no share
  ARGV[4]  ms without a sign of life after which a process counts as gone
  Output   { name, live processes that take calls }
]]
local name = redis.call('GET', KEYS[1]) or ARGV[1]
redis.call('SET', KEYS[1], name, 'PX', ARGV[2])

local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[2], now_ms, ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now_ms - tonumber(ARGV[4]))
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return { name, redis.call('ZCARD', KEYS[2]) }
