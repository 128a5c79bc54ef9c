--[[
  What is kept of a channel, oldest first, and its place.

  KEYS     of history-tip
  ARGV[1]  epoch to begin with, should there be none
  ARGV[2]  TTL of what this begins, ms
  ARGV[3]  seq after which messages are wanted
  Output   { epoch, seq, message, message … }, strings
]]
-- include history-tip
local epoch, seq = tip(ARGV[1])
if seq == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
local answer = { epoch, string.format('%.0f', seq) }
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[3] .. '-1', '+')) do
  if entry[2][8] then answer[#answer + 1] = entry[2][8] end
end
return answer
