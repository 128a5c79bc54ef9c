--[[
  Numbers a message and publishes it, so that no subscriber sees the numbers out of order.

  KEYS[1]  hash of the channel's numbering: { epoch, seq }
  ARGV[1]  PUBLISH, or SPUBLISH on a Cluster
  ARGV[2]  channel as it is on the wire
  ARGV[3]  epoch to begin with, should there be none
  ARGV[4]  TTL of the numbering, ms
  ARGV[5]  JSON of the message up to its epoch: `{"channel":"…"`
  ARGV[6]  JSON of the message after its seq: `"ts":"…","data":…}`
  Output   { epoch, seq }, both strings
]]
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[3])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local seq = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'seq', 1))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call(
  ARGV[1], ARGV[2],
  ARGV[5] .. ',"epoch":"' .. epoch .. '","seq":' .. seq .. ',' .. ARGV[6]
)
return { epoch, seq }
