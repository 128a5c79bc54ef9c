--[[
  Lets a token that was replaced open its session for a short time more, whoever uses it, and remembers
  that: whoever read its record before cannot keep it any more.

  KEYS[1]  the session (hash)
  ARGV[1]  the time that is left to it, ms
  ARGV[2]  the generation that the session belongs to from now on
  ARGV[3]  how long to remember, ms
]]
if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then
  return 1
end
-- Before the others: a script that has written may go on in a Redis that is full.
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], 'retired', 1, 'generation', ARGV[2])
local ends_at_ms = redis.call('HGET', KEYS[1], 'endsAtMs')
if ends_at_ms then
  local time = redis.call('TIME')
  local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local retires_at_ms = math.min(tonumber(ends_at_ms), now_ms + tonumber(ARGV[1]))
  redis.call('HSET', KEYS[1], 'endsAtMs', string.format('%.0f', retires_at_ms))
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
