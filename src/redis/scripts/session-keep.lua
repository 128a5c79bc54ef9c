--[[
  Keeps a live session that is used now, unless it was ended here, or its token replaced.

  KEYS[1]  the session (hash)
  KEYS[2]  the present generation of its user's sessions
  ARGV[1]  the session as JSON
  ARGV[2]  its generation
  ARGV[3]  idle lifetime, ms
  ARGV[4]  until its absolute end, ms
  ARGV[5]  how long the generation is kept, ms: longer than this or any other session
  Output   'kept', or what it is instead: 'ended' or 'retired'
]]
local marks = redis.call('HMGET', KEYS[1], 'ended', 'retired')
if marks[1] then
  return 'ended'
end
local generation = tonumber(ARGV[2])
local present = redis.call('GET', KEYS[2])
if present and generation < tonumber(present) then
  return 'ended'
end
if marks[2] then
  return 'retired'
end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local left_ms = tonumber(ARGV[4])
redis.call('SET', KEYS[2], generation, 'PX', ARGV[5])
redis.call(
  'HSET', KEYS[1],
  'session', ARGV[1], 'generation', generation, 'keptAtMs', now_ms, 'endsAtMs', now_ms + left_ms
)
redis.call('PEXPIRE', KEYS[1], math.min(tonumber(ARGV[3]), left_ms))
return 'kept'
