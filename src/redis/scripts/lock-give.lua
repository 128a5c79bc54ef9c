--[[
  Gives a lock back that nobody waits for, for its owner only.

  KEYS[1]  the lock: see lock-turns
  ARGV[1]  owner
  Output   1, or 0: it is another's, or somebody waits: ask lock-release
]]

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
