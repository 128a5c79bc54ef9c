--[[
  Ends one session of a user by its public id.

  KEYS[1]  the user's index
  KEYS[2]  the user's epoch
  ARGV[1]  key of a session without its token hash (same hash tag)
  ARGV[2]  public id
  Output   1, or 0: the user has no live session of that id
]]
local epoch = redis.call('GET', KEYS[2])
for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local key = ARGV[1] .. hash
  local found = redis.call('HMGET', key, 'id', 'epoch')
  if found[1] == ARGV[2] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], hash)
    return found[2] == epoch and 1 or 0
  end
end
return 0
