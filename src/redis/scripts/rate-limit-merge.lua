--[[
  Adds units that a process let through on its own, whether they have room or not.

  KEYS[1]  name of the counts as a whole
  KEYS[2…] the counts
  ARGV[1]  the name that the caller knows them by
  ARGV[2]  the time, µs; empty: the server's
  ARGV[3]  rules, see rate-limit-counts
  ARGV[4]  for each count, in the order of KEYS: `rule moments`, and for each moment `age units`, oldest first, the age µs
           (negative: still to come)
  Output   1; or 0 where the counts go by another name, and nothing was done

  Units of a sliding window keep their time. Of a token bucket and a fixed window they count as taken now: later than
  they were, never earlier.
]]
-- include rate-limit-counts
if call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local rules, numbers = parse_rules(ARGV[3]), string.gmatch(ARGV[4], '%-?%d+')

local function next_number()
  return tonumber(numbers())
end

local merge = {}

function merge.S(state, rule, owed)
  local all = state and moments_of(state, rule) or {}
  for _, moment in ipairs(owed) do
    local at = min(rule.newest, ceil((now - moment[1]) / rule.step))
    if at * rule.step > rule.over_until then
      all[#all + 1] = { at, moment[2] }
    end
  end
  table.sort(all, function(a, b)
    return a[1] < b[1]
  end)
  local last = all[#all]
  return encode_window(rule, all), last and last[1] * rule.step - rule.over_until or 0
end

function merge.T(state, rule, _, units)
  local missing = units * rule.window
  if state then
    local at, was_missing = unpack_at('<I7I7', state, 2)
    missing = missing + max(0, was_missing - max(0, now - at) * rule.limit)
  end
  return 'T' .. pack('<I7I7I7', now, missing, rule.window), missing / rule.limit
end

function merge.F(state, rule, _, units)
  local ends, used = now + rule.window, 0
  if state then
    local its_end, its_used = unpack_at('<I7I6', state, 2)
    if now < its_end and its_end < ends then
      ends, used = its_end, its_used
    end
  end
  return 'F' .. pack('<I7I6', ends, used + units), ends - now
end

for place = 2, #KEYS do
  local key, rule, owed, units = KEYS[place], rules[numbers()], {}, 0
  for i = 1, next_number() do
    owed[i] = { next_number(), next_number() }
    units = units + owed[i][2]
  end
  local raw, state, blocked = call('GET', key), false, 0
  if raw then
    state, blocked = parse_count(raw, rule)
  end
  local merged, lives = merge[rule.kind](state, rule, owed, units)
  if merged or blocked > 0 then
    lives = max(lives, blocked)
    call('SET', key, with_block(merged, blocked), 'PX', string.format('%d', in_ms(lives) + 1))
  end
end
return 1
