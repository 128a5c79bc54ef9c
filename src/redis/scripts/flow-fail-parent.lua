-- Notes with the parent of a flow that a child which it needs is taken back: it fails with that once it waits for no
-- other. BullMQ keeps such a note as `defa`, of children that have failed.
-- KEYS[1] the parent  KEYS[2] the children that it waits for  KEYS[3] the lock of the child, if it runs
-- ARGV[1] the key of the child  ARGV[2] the reason
-- @return 1: noted; 0: it does not wait for this child, the child runs, or it fails already
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[3]) == 1 then
  return 0
end
return redis.call('HSETNX', KEYS[1], 'defa', ARGV[2])
