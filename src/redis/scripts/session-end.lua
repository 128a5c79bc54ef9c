--[[
  Ends a session, and remembers that: whoever read its record before cannot keep it any more.

  KEYS[1]  the session (hash)
  ARGV[1]  how long to remember, ms
]]
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'ended', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
