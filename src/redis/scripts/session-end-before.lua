--[[
  Ends all sessions of a user before a generation, however many they are.

  KEYS[1]  the present generation of the user's sessions
  ARGV[1]  the generation that begins
  ARGV[2]  how long it is kept, ms: longer than any session of an earlier one
]]
local present = redis.call('GET', KEYS[1])
if present and tonumber(present) >= tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
-- Before the other: a script that has written may go on in a Redis that is full.
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
