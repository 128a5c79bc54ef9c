--[[
  Looks a session up and restarts its idle time.

  KEYS[1]  the session (hash)
  ARGV[1]  what was kept at this time (ms, the server's) or before is not believed
  ARGV[2]  idle lifetime, ms
  Output   the session as JSON; 'ended': it was ended here; false: nothing is known, or it has ended by
           itself
]]
local found = redis.call('HMGET', KEYS[1], 'session', 'keptAtMs', 'endsAtMs', 'ended')
if found[4] then
  return 'ended'
end
if not found[1] or tonumber(found[2]) <= tonumber(ARGV[1]) then
  return false
end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local left_ms = tonumber(found[3]) - now_ms
if left_ms <= 0 then
  redis.call('DEL', KEYS[1])
  return false
end
redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[2]), left_ms))
return found[1]
