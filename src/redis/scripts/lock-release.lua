--[[
  Gives a lock back, or the place in its queue, for their owner only. The first who waits has the lock
  before anybody can ask for it, and is told on its channel: with its own name.

  KEYS, ARGV[1], ARGV[2]  see lock-turns
  Output   1, or 0: the lock was free or another's
]]
-- include lock-turns

if read_lock() ~= me then
  leave_queue(me)
  return 0
end
local waiter = next_in_line()
if waiter then
  hold(waiter, CLAIM_MS, 0)
else
  -- Who waits and does not hear of it now may still take it, before anybody who comes later.
  write_lock('', 0)
end
return 1
