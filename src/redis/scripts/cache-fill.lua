--[[
  Stores what was loaded under a lease, and gives the lease back. Whatever invalidates or replaces the entry
  takes the lease away first: what was read from the source before is refused.

  KEYS[1]  entry
  KEYS[2]  hash of its lease
  ARGV[1]  token of the holder
  ARGV[2]  channel on which those who wait listen
  ARGV[3]  what they know the entry by
  ARGV[4]  entry; left out: there is nothing to store
  ARGV[5]  TTL of the entry, ms
  Output   1, or 0 when the lease is not his (any more): nothing is stored
]]
local held = redis.call('HMGET', KEYS[2], 'token', 'awaited')
if held[1] ~= ARGV[1] then
  return 0
end
if ARGV[4] then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
end
redis.call('UNLINK', KEYS[2])
if held[2] then
  redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 1
