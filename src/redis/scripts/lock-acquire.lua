--[[
  Takes a lock that nobody holds, and counts the acquisition.

  KEYS[1]  the lock: holds its owner
  KEYS[2]  fencing token of the last acquisition
  ARGV[1]  owner, unique per acquisition
  ARGV[2]  lease, ms
  ARGV[3]  TTL of the fencing token, ms
  Output   the fencing token as a string, or false: another owner holds it

  The token is the last one plus one, but never below the server's clock in µs: it goes on growing
  after the counter was lost.
]]
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return false
end
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, now_us))
redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
return token
