-- The next fencing token of a lock: part of lock-take and lock-turns, never run by itself. It is the server's clock in µs,
-- but above the last one and above what the asking process knows: it goes on growing after either was lost.
local function next_token(count, known)
  local time = redis.call('TIME')
  local token = time[1] * 1000000 + time[2]
  -- A day: beyond any step backwards of the clock.
  local last = tonumber(redis.call('SET', count, token, 'PX', 86400000, 'GET') or 0)
  if last >= token or known >= token then
    token = math.max(last, known) + 1
    redis.call('SET', count, token, 'PX', 86400000)
  end
  return token
end
