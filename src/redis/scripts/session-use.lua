--[[
  Looks a session up and restarts its idle time.

  KEYS[1]  the session (hash)
  KEYS[2]  the present generation of its user's sessions
  ARGV[1]  what was kept at this time (ms, the server's) or before is not believed
  ARGV[2]  idle lifetime, ms
  Output   the session as JSON, its generation, and how long (ms) a token that was replaced opens it still; 'ended': it was ended here; false: nothing is known,
           or it has ended by itself
]]
local found =
  redis.call('HMGET', KEYS[1], 'session', 'keptAtMs', 'endsAtMs', 'ended', 'generation', 'retired')
if found[4] then
  return 'ended'
end
if not found[1] or tonumber(found[2]) <= tonumber(ARGV[1]) then
  return false
end
local generation = redis.call('GET', KEYS[2])
if not generation then
  return false
end
if tonumber(found[5]) < tonumber(generation) then
  -- Of a token that was replaced, its session may have gone on into this generation.
  return not found[6] and 'ended'
end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local left_ms = tonumber(found[3]) - now_ms
if left_ms <= 0 then
  -- The mark of a token that was replaced stays: nobody who still holds its record may keep it.
  if not found[6] then
    redis.call('DEL', KEYS[1])
  end
  return false
end
if not found[6] then
  redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[2]), left_ms))
end
return { found[1], found[5], found[6] and left_ms or false }
