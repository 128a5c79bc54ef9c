#!lua flags=allow-oom
--[[
  Shows one listener the head of the log, by the way that its entries take. Begins a log where there is none,
  with an entry that names nothing: one empty log could not be told from another. Fails on a server that takes
  no writes.

  KEYS[1]  stream of the log
  ARGV[1]  channel of the listener
  ARGV[2]  what he knows this beat by
  ARGV[3]  TTL of the log, ms
  ARGV[4]  nonce of the first entry
  Output   { id, nonce } of the head
]]
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local id, nonce = '1-0', ARGV[4]
if last then
  id, nonce = last[1], last[2][2]
else
  redis.call('XADD', KEYS[1], id, 'nonce', nonce, 'previous', '', 'origin', '', 'names', '[]')
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], cjson.encode({ ARGV[2], id, nonce }))
return { id, nonce }
