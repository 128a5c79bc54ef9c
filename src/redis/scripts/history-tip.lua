--[[
  Where a channel's history stands. A server knows what it was told since it started, or was promoted, and no more: what
  a restart or a failover may have lost nobody can tell. History from another reign is dropped, and begins anew under
  another epoch. A reign is a life of a server (run_id) and its time as a primary (master_replid, which each promotion
  changes, and the first replica that comes): one that is promoted again has what the one in between had, and may lack
  what it said itself before.

  tip(fresh)  fresh: the epoch to begin with
  returns     epoch, seq (number), the server's reign
  KEYS[1]     stream: id `<seq>-0`, fields epoch, server, atMs, message; `0-1` is its beginning
  KEYS[2]     ids of the messages that are kept, by seq
]]
local function tip(fresh)
  local key = KEYS[1]
  local info = redis.call('INFO', 'server', 'replication')
  local server = (string.match(info, 'run_id:(%x+)') or '') .. ':' .. (string.match(info, 'master_replid:(%x+)') or '')
  local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if newest and newest[2][4] == server then
    return newest[2][2], tonumber(string.match(newest[1], '^%d+')), server
  end
  -- Also what stands of it alone: a server that evicts takes the keys one by one, and old ids would push new ones out.
  redis.call('DEL', key, KEYS[2])
  redis.call('XADD', key, '0-1', 'epoch', fresh, 'server', server)
  return fresh, 0, server
end
