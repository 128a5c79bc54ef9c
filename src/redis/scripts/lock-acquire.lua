--[[
  Takes a lock that is free and that nobody waits for, or the place at the end of its queue. Asked again, it
  prolongs what its owner has, be that the lock or the place.

  KEYS, ARGV[1], ARGV[2]  see lock-turns
  ARGV[3]  lease, ms
  ARGV[4]  for how long the owner will wait, ms; 0: not at all, and a place it has is given up
  ARGV[5]  how many may wait
  ARGV[6]  highest fencing token that the owner's process knows of, or 0
  Output   the fencing token: it is the owner's; else
           { 0, left }         another has it
           { 1, left, ahead }  another has it, and so many wait before the owner
           { 2, left }         another has it, and too many wait
           left: ms until the other's lease ends, unless it is extended
]]
-- include lock-turns

local lease_ms, wait_ms = tonumber(ARGV[3]), tonumber(ARGV[4])
local known = tonumber(ARGV[6])
local owner, left_ms = read_lock()

if owner == me then
  local last = tonumber(redis.call('GET', count) or '0')
  if last > known then
    prolong(lease_ms)
    return last
  end
  return hold(me, lease_ms, known)
end
if left_ms <= 0 then
  local waiter = next_in_line() or me
  if waiter == me then
    return hold(me, lease_ms, known)
  end
  owner, left_ms = waiter, CLAIM_MS
  hold(waiter, left_ms, 0)
end

if wait_ms <= 0 then
  leave_queue(me)
  return { 0, left_ms }
end
if not redis.call('ZSCORE', queue, me) then
  if redis.call('ZCARD', queue) >= tonumber(ARGV[5]) then
    for _, dead in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now_ms)) do
      leave_queue(dead)
    end
    if redis.call('ZCARD', queue) >= tonumber(ARGV[5]) then
      return { 2, left_ms }
    end
  end
  local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2] or 0
  redis.call('ZADD', queue, last + 1, me)
end
redis.call('ZADD', alive, now_ms + math.min(wait_ms, ALIVE_MS), me)
redis.call('PEXPIRE', queue, ALIVE_MS)
redis.call('PEXPIRE', alive, ALIVE_MS)
write_lock(owner, left_ms)
return { 1, left_ms, redis.call('ZRANK', queue, me) }
