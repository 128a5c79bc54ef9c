--[[
  Numbers a message, keeps it and publishes it, in one step: no subscriber sees the numbers out of order, and what was
  published can be read again. A message that is sent twice is published once.

  KEYS     of history-tip
  ARGV[1]  PUBLISH, or SPUBLISH on a Cluster
  ARGV[2]  channel as it is on the wire
  ARGV[3]  epoch to begin with, should there be none
  ARGV[4]  TTL of both, ms
  ARGV[5]  JSON of the message up to its epoch: `{"channel":"…"`
  ARGV[6]  JSON of the message after its seq: `"ts":"…","data":…}`
  ARGV[7]  id of the message; empty: it is never sent twice
  ARGV[8]  messages to keep
  ARGV[9]  now, ms
  ARGV[10]  messages of before are dropped, ms
  Output   { epoch, seq, '1' published or '0' it was before }, strings
]]
-- include history-tip
local epoch, seq, server = tip(ARGV[3])
if ARGV[7] ~= '' then
  local before = redis.call('ZSCORE', KEYS[2], ARGV[7])
  if before then return { epoch, before, '0' } end
end
seq = seq + 1
local number = string.format('%.0f', seq)
local message = ARGV[5] .. ',"epoch":"' .. epoch .. '","seq":' .. number .. ',' .. ARGV[6]
redis.call(
  'XADD', KEYS[1], 'MAXLEN', ARGV[8], number .. '-0',
  'epoch', epoch, 'server', server, 'atMs', ARGV[9], 'message', message
)
-- A few at a time: more come than go.
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 4)) do
  local atMs = entry[2][6]
  if entry[1] == number .. '-0' or (atMs and tonumber(atMs) >= tonumber(ARGV[10])) then break end
  redis.call('XDEL', KEYS[1], entry[1])
end
if ARGV[7] ~= '' then
  redis.call('ZADD', KEYS[2], number, ARGV[7])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[8])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call(ARGV[1], ARGV[2], message)
return { epoch, number, '1' }
