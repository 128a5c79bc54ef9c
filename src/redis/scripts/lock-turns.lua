--[[
  Who holds a lock and who is next: part of lock-acquire, -extend and -release, never run by itself.

  KEYS[1]  the lock: a string. `<owner>`, for as long as the lease, while nobody waits: the key's absence is a free lock.
           `<until> <owner>` while somebody waits: it outlives the lease, so that nobody overtakes when that has ended
  KEYS[2]  the last fencing token
  KEYS[3]  who waits: sorted set of owners by ticket, so in the order of asking
  KEYS[4]  the same owners, by the time until which each counts as alive
  ARGV[1]  owner `<channel>#<number>`, unique per acquisition, without a space; its process listens to the channel
  ARGV[2]  1: PUBLISH counts all who listen to a channel (not so on a Cluster)

  Times are ms of the server's clock.
]]

-- What a waiter gets without having asked again; longer than it goes without a look of its own.
local CLAIM_MS = 3000
-- Who has not looked for so long has died.
local ALIVE_MS = 6000
local TOKEN_TTL_MS = 86400000

local lock, count, queue, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me = ARGV[1]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

-- include lock-token

-- The owner, or nil; and the ms that are left of its lease: below 0 when it has ended.
local function read_lock()
  local value = redis.call('GET', lock)
  if not value then
    return nil, 0
  end
  local till, owner = string.match(value, '^(%d+) (.*)$')
  if till then
    return owner ~= '' and owner or nil, till - now_ms
  end
  return value, redis.call('PTTL', lock)
end

-- As long as there is a queue, the lock is there too.
local function write_lock(owner, lease_ms)
  if redis.call('EXISTS', queue) == 1 then
    local value = string.format('%.0f %s', now_ms + lease_ms, owner)
    redis.call('SET', lock, value, 'PX', math.max(lease_ms, 0) + ALIVE_MS)
  elseif lease_ms > 0 then
    redis.call('SET', lock, owner, 'PX', lease_ms)
  else
    redis.call('DEL', lock)
  end
end

local function hold(owner, lease_ms, known)
  write_lock(owner, lease_ms)
  return next_token(count, known)
end

local function prolong(lease_ms)
  write_lock(me, lease_ms)
  redis.call('PEXPIRE', count, TOKEN_TTL_MS)
end

local function leave_queue(owner)
  redis.call('ZREM', queue, owner)
  redis.call('ZREM', alive, owner)
end

local function is_told(owner)
  return redis.call('PUBLISH', string.match(owner, '^(.*)#'), owner) > 0 or ARGV[2] ~= '1'
end

-- The first who lives and hears of it leaves the queue. One whose process does not listen just now
-- keeps its place until it counts as dead; who asks at this moment need not be told.
local function next_in_line()
  local place = 0
  while true do
    local waiter = redis.call('ZRANGE', queue, place, place)[1]
    if not waiter then
      return nil
    end
    if tonumber(redis.call('ZSCORE', alive, waiter) or '0') <= now_ms then
      leave_queue(waiter)
    elseif waiter == me or is_told(waiter) then
      leave_queue(waiter)
      return waiter
    else
      place = place + 1
    end
  end
end
