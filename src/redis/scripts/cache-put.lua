#!lua
--[[
  Replaces entries, all of them or none, and takes away their leases: what is being loaded for them was asked for
  before. A write that a broken connection held back, and that arrives when its writer has given up, is refused.

  KEYS     for each: entry, hash of its lease
  ARGV[1]  before when it may take effect, ms on the clock of this server
  ARGV[2]  channel on which those who wait for a load listen
  ARGV     then for each: what they know the entry by, entry, its TTL in ms
  Output   1, or 0 when it is too late: nothing was changed
]]
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(ARGV[1]) then
  return 0
end
for i = 0, #KEYS / 2 - 1 do
  local lease = KEYS[2 * i + 2]
  redis.call('SET', KEYS[2 * i + 1], ARGV[3 * i + 4], 'PX', ARGV[3 * i + 5])
  if redis.call('HGET', lease, 'awaited') then
    redis.call('PUBLISH', ARGV[2], ARGV[3 * i + 3])
  end
  redis.call('UNLINK', lease)
end
return 1
