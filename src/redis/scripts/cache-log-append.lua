#!lua flags=allow-oom
--[[
  Appends an invalidation to the log, and tells all who listen. Each entry names the one before it, so that
  nobody can miss one, or mistake another history for the one he knows. Runs on a full server as well: what is
  invalid must be told.

  KEYS[1]  stream: id `<seq>-0`, fields nonce, previous (nonce), origin, names (JSON array)
  ARGV[1]  nonce of the new entry
  ARGV[2]  id of the instance it comes from
  ARGV[3]  names, a JSON array of strings
  ARGV[4]  channel
  ARGV[5]  entries to keep, about
  ARGV[6]  TTL of the log, ms
  Output   seq, a number
]]
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local seq, previous = 1, ''
if last then
  seq = tonumber(string.match(last[1], '^%d+')) + 1
  previous = last[2][2]
end
local id = string.format('%.0f-0', seq)
redis.call(
  'XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], id,
  'nonce', ARGV[1], 'previous', previous, 'origin', ARGV[2], 'names', ARGV[3]
)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PUBLISH', ARGV[4], cjson.encode({ id, ARGV[1], previous, ARGV[2], ARGV[3] }))
return seq
