--[[
  Frees a lock, for its owner only.

  KEYS[1]  the lock
  ARGV[1]  owner
  Output   1, or 0: the lock was free or another's
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
