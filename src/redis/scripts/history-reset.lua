--[[
  Ends a channel's epoch: something could not be told, and who follows it must look anew.

  KEYS     of history-tip
  ARGV[1]  channel as it is on the wire
  ARGV[2]  the new epoch
  ARGV[3]  TTL of what this begins, ms
  ARGV[4]  JSON of the notice up to its epoch: `{"channel":"…"`
]]
redis.call('DEL', KEYS[1], KEYS[2])
-- include history-tip
tip(ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[4] .. ',"epoch":"' .. ARGV[2] .. '","seq":0}')
return 1
