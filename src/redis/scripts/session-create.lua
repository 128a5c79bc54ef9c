--[[
  Opens a session and lists it under its user.

  KEYS[1]  the session (hash), named after the token's hash
  KEYS[2]  the user's epoch: sessions that carry another one are revoked
  KEYS[3]  the user's index: sorted set of token hashes by login time, µs
  ARGV[1]  token hash
  ARGV[2]  epoch to begin with, should the user have none
  ARGV[3]  idle lifetime, ms
  ARGV[4]  absolute lifetime, ms
  ARGV[5]  most sessions of one user
  ARGV[6]  key of a session without its token hash, to find the others of the user (same hash tag)
  ARGV[7…] id, userId, ip, userAgent
  Output   login time, ms
]]
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now_ms = math.floor(now_us / 1000)
local idle_ms, absolute_ms = tonumber(ARGV[3]), tonumber(ARGV[4])

redis.call('SET', KEYS[2], ARGV[2], 'NX')
local epoch = redis.call('GET', KEYS[2])

-- Those that ended unseen leave the index here, so that it never holds more than a user may have.
for _, hash in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  if redis.call('EXISTS', ARGV[6] .. hash) == 0 then
    redis.call('ZREM', KEYS[3], hash)
  end
end
local surplus = redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[5]) + 1
if surplus > 0 then
  for _, hash in ipairs(redis.call('ZRANGE', KEYS[3], 0, surplus - 1)) do
    redis.call('DEL', ARGV[6] .. hash)
    redis.call('ZREM', KEYS[3], hash)
  end
end

redis.call(
  'HSET', KEYS[1],
  'id', ARGV[7], 'userId', ARGV[8], 'ip', ARGV[9], 'userAgent', ARGV[10], 'epoch', epoch,
  'createdAtMs', now_ms, 'lastActiveAtMs', now_ms, 'expiresAtMs', now_ms + absolute_ms
)
redis.call('PEXPIRE', KEYS[1], math.min(idle_ms, absolute_ms))
redis.call('ZADD', KEYS[3], now_us, ARGV[1])
-- Both outlive the session that was opened last, and no session outlives them.
redis.call('PEXPIRE', KEYS[2], absolute_ms)
redis.call('PEXPIRE', KEYS[3], absolute_ms)
return now_ms
