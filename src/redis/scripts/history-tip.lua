--[[
  Where a channel's history stands. A server knows what it was told since it started, and no more: what a restart or a
  failover may have lost nobody can tell. History from another life of a server is dropped, and begins anew under
  another epoch.

  tip(fresh)  fresh: the epoch to begin with
  returns     epoch, seq (number), id of the server
  KEYS[1]     stream: id `<seq>-0`, fields epoch, server, atMs, message; `0-1` is its beginning
  KEYS[2]     ids of the messages that are kept, by seq
]]
local function tip(fresh)
  local key = KEYS[1]
  local server = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or ''
  local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if newest and newest[2][4] == server then
    return newest[2][2], tonumber(string.match(newest[1], '^%d+')), server
  end
  if newest then redis.call('DEL', key, KEYS[2]) end
  redis.call('XADD', key, '0-1', 'epoch', fresh, 'server', server)
  return fresh, 0, server
end
