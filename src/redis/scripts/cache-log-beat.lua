#!lua flags=allow-oom
--[[
  Shows one listener the head of the log, by the way that its entries take. Fails on a server that takes no
  writes.

  KEYS[1]  stream of the log
  ARGV[1]  channel of the listener
  ARGV[2]  what he knows this beat by
  ARGV[3]  TTL of the log, ms
  Output   nothing
]]
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local id, nonce = '0-0', ''
if last then
  id, nonce = last[1], last[2][2]
end
redis.call('PUBLISH', ARGV[1], cjson.encode({ ARGV[2], id, nonce }))
