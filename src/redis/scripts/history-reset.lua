--[[
  Ends a channel's epoch: something could not be told, and who follows it must look anew.

  KEYS     of history-tip
  ARGV[1]  PUBLISH, or SPUBLISH on a Cluster
  ARGV[2]  channel as it is on the wire
  ARGV[3]  the new epoch
  ARGV[4]  TTL of what this begins, ms
  ARGV[5]  JSON of the notice up to its epoch: `{"channel":"…"`
]]
redis.call('DEL', KEYS[1], KEYS[2])
-- include history-tip
tip(ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call(ARGV[1], ARGV[2], ARGV[5] .. ',"epoch":"' .. ARGV[3] .. '","seq":0}')
return 1
