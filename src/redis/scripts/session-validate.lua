--[[
  Answers the session of a token and marks it as active, unless it has ended or is revoked.

  KEYS[1]  the session (hash)
  ARGV[1]  key of a user's epoch without the user id (same hash tag as the session: its user is only
           known from the session itself)
  ARGV[2]  idle lifetime, ms
  Output   fields and values of the session as one list, or false
]]
local found = redis.call('HMGET', KEYS[1], 'userId', 'epoch', 'expiresAtMs')
if not found[1] then
  return false
end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local left_ms = tonumber(found[3]) - now_ms
if left_ms <= 0 or redis.call('GET', ARGV[1] .. found[1]) ~= found[2] then
  redis.call('DEL', KEYS[1])
  return false
end
redis.call('HSET', KEYS[1], 'lastActiveAtMs', now_ms)
redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[2]), left_ms))
return redis.call('HGETALL', KEYS[1])
