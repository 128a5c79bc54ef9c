--[[
  Exact sliding window: takes units if the window has room, else nothing.

  KEYS[1]  sorted set: one member per unit taken, scored by its time, µs
  ARGV[1]  limit, units
  ARGV[2]  window, ms
  ARGV[3]  cost, units, at most the limit
  ARGV[4]  text that no other call uses, to name the units
  Output   { allowed 1|0, remaining, retryAfterMs, resetMs }

  A unit counts from its time until, but not at, one window later; time is the server's.
]]
local limit, window_us, cost = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now_us - window_us))
local taken = redis.call('ZCARD', KEYS[1])
local room = limit - taken

local function ms_until_free(rank)
  local unit = redis.call('ZRANGE', KEYS[1], rank, rank, 'WITHSCORES')
  if not unit[2] then
    return 0
  end
  return math.ceil((tonumber(unit[2]) + window_us - now_us) / 1000)
end

if cost > room then
  return { 0, 0, ms_until_free(cost - room - 1), ms_until_free(-1) }
end

for unit = 1, cost do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now_us), ARGV[4] .. ':' .. unit)
end
-- A millisecond more: the key's end is counted in ms, and must not come before its last unit's,
-- which is counted in µs.
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) + 1)
return { 1, room - cost, 0, ms_until_free(-1) }
