--[[
  The live sessions of a user; entries of ended ones leave the index.

  KEYS[1]  the user's index
  KEYS[2]  the user's epoch
  ARGV[1]  key of a session without its token hash (same hash tag)
  Output   list of sessions, latest login first, each fields and values as one list
]]
local epoch = redis.call('GET', KEYS[2])
local sessions = {}
for _, hash in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do
  local key = ARGV[1] .. hash
  local session_epoch = redis.call('HGET', key, 'epoch')
  if session_epoch and session_epoch == epoch then
    sessions[#sessions + 1] = redis.call('HGETALL', key)
  else
    redis.call('ZREM', KEYS[1], hash)
  end
end
return sessions
