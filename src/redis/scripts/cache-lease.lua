--[[
  Asks for the right to load an entry. One holder at a time; who has not renewed for a while is taken for dead,
  and his lease goes to who asks next. Who is refused is told when the holder is done.

  KEYS[1]  entry
  KEYS[2]  hash of its lease: { token, versions, renewedAt, awaited? }
  ARGV[1]  token of who asks
  ARGV[2]  versions of the entry's tags: a lease under others is worth nothing any more
  ARGV[3]  TTL of the lease, ms: longer than any load
  ARGV[4]  ms without a renewal after which a holder is taken for dead
  ARGV[5]  '1': take it whoever holds it. The entry goes, if somebody does: he may know something newer than it already,
           which is refused from now on, and who took his lease may fail
  Output   { 1, entry or false } granted; { 0 } somebody else loads
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[2], 'renewedAt', 'versions')
local alive = held[1] and held[2] == ARGV[2] and now - tonumber(held[1]) < tonumber(ARGV[4])
if alive and ARGV[5] ~= '1' then
  redis.call('HSET', KEYS[2], 'awaited', '1')
  return { 0 }
end
if held[1] and ARGV[5] == '1' then
  redis.call('UNLINK', KEYS[1])
end
redis.call('HSET', KEYS[2], 'token', ARGV[1], 'versions', ARGV[2], 'renewedAt', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return { 1, redis.call('GET', KEYS[1]) }
