--[[
  Takes a lock that nobody holds and nobody waits for: what is asked for most, without a look at the queue.

  KEYS[1], KEYS[2]  the lock and its count: see lock-turns
  ARGV[1]  owner
  ARGV[2]  lease, ms
  ARGV[3]  highest fencing token that the owner's process knows of, or 0
  Output   the fencing token, > 0: it is the owner's
           0: another has it, and nobody waits; -1: somebody waits, ask lock-acquire
]]

if not redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then
  return string.find(redis.call('GET', KEYS[1]), ' ', 1, true) and -1 or 0
end
-- include lock-token
return next_token(KEYS[2], tonumber(ARGV[3]))
