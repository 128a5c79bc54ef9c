--[[
  Numbers a message, keeps it and publishes it, in one step: no subscriber sees the numbers out of order, and what was
  published can be read again. A message that is sent twice is published once.

  KEYS     of history-tip
  ARGV[1]  channel as it is on the wire
  ARGV[2]  epoch to begin with, should there be none
  ARGV[3]  TTL of both, ms
  ARGV[4]  JSON of the message up to its epoch: `{"channel":"…"`
  ARGV[5]  JSON of the message after its seq: `"ts":"…","data":…}`
  ARGV[6]  id of the message; empty: it is never sent twice
  ARGV[7]  messages to keep
  ARGV[8]  now, ms
  ARGV[9]  messages of before are dropped, ms
  Output   { epoch, seq, '1' published or '0' it was before }, strings
]]
-- include history-tip
local epoch, seq, server = tip(ARGV[2])
if ARGV[6] ~= '' then
  local before = redis.call('ZSCORE', KEYS[2], ARGV[6])
  if before then return { epoch, before, '0' } end
end
seq = seq + 1
local number = string.format('%.0f', seq)
local message = ARGV[4] .. ',"epoch":"' .. epoch .. '","seq":' .. number .. ',' .. ARGV[5]
redis.call(
  'XADD', KEYS[1], 'MAXLEN', ARGV[7], number .. '-0',
  'epoch', epoch, 'server', server, 'atMs', ARGV[8], 'message', message
)
-- A few at a time: more come than go.
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 4)) do
  local atMs = entry[2][6]
  if entry[1] == number .. '-0' or (atMs and tonumber(atMs) >= tonumber(ARGV[9])) then break end
  redis.call('XDEL', KEYS[1], entry[1])
end
if ARGV[6] ~= '' then
  redis.call('ZADD', KEYS[2], number, ARGV[6])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[7])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], message)
return { epoch, number, '1' }
