--[[
  Prolongs a lease, for its owner only.

  KEYS[1]  the lock
  ARGV[1]  owner
  ARGV[2]  lease from now on, ms
  Output   1, or 0: the lock is free or another's
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
