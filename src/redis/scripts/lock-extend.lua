--[[
  Prolongs a lease, for its owner only.

  KEYS, ARGV[1], ARGV[2]  see lock-turns
  ARGV[3]  lease from now on, ms
  Output   1, or 0: the lock is free or another's
]]
-- include lock-turns

if read_lock() ~= me then
  return 0
end
prolong(tonumber(ARGV[3]))
return 1
