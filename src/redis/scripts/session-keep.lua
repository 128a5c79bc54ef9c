--[[
  Keeps a live session that is used now, unless it was ended here.

  KEYS[1]  the session (hash)
  ARGV[1]  the session as JSON
  ARGV[2]  idle lifetime, ms
  ARGV[3]  until its absolute end, ms
  Output   1, or 0: it was ended, and stays so
]]
if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then
  return 0
end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local left_ms = tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'session', ARGV[1], 'keptAtMs', now_ms, 'endsAtMs', now_ms + left_ms)
redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[2]), left_ms))
return 1
