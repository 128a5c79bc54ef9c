--[[
  Part of the scripts of the rate limiter: counts as they are stored, one string per limit and subject, and the rules
  they follow, which are those of redis/rate-limit/rules/*.ts. Numbers are little-endian, times µs.

  S step(7) last(7) used(5) ends(6), then for each moment, oldest first: at(2) units(1)  sliding window, up to 255 units
  L step(7) last(7) used(5) ends(6), then for each moment, oldest first: at(2) units(4)  sliding window of more
      A moment is a number of steps since 1970; `last` is that of the last one. Of the others the lower 16 bits are
      enough: a window has at most 32,000 steps. `used` is the sum of all units, `ends` when the key does, ms. There
      is always a moment.
  T at(7) missing(7) window(7)           token bucket
  F ends(7) used(6)                      fixed window
  B until(7), then one of the above or nothing       refused in any case until then

  Half of the time goes into reading and writing keys: so strings are short, and a key keeps its TTL where it can, which
  is set for two windows and needed for one.
]]
local call, pack, unpack_at, byte, sub = redis.call, struct.pack, struct.unpack, string.byte, string.sub
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local HEAD, SIXTEEN_BITS = 26, 65536
local NARROW = { tag = 'S', front = '<I7I7I5I6I1I1I1', moment = '<I2I1', width = 3, most = 255 }
local WIDE = { tag = 'L', front = '<I7I7I5I6I1I1I4', moment = '<I2I4', width = 6, most = 4294967295 }
local FORMS = { [byte('S')] = NARROW, [byte('L')] = WIDE }
local BLOCKED = byte('B')

local now
if ARGV[2] ~= '' then
  now = tonumber(ARGV[2])
else
  local time = call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function in_ms(us)
  return ceil(us / 1000)
end

-- The units of the moment that begins at that byte, and its step.
local function moment_at(state, from, width, last)
  local low, high, a, b, c, d = byte(state, from, from + width - 1)
  local at = last - (last - low - high * 256) % SIXTEEN_BITS
  if width == 3 then
    return a, at
  end
  return a + b * 256 + c * 65536 + d * 16777216, at
end

-- A window of { step, units }, oldest first, in no particular form; false: there is none.
local function encode_window(rule, moments)
  local form, parts, used, last = rule.form, {}, 0, 0
  for i, moment in ipairs(moments) do
    local at, units = moment[1], moment[2]
    local following = moments[i + 1]
    if following and following[1] == at then
      following[2] = following[2] + units
    else
      used, last = used + units, at
      while units > 0 do
        parts[#parts + 1] = pack(form.moment, at % SIXTEEN_BITS, min(units, form.most))
        units = units - form.most
      end
    end
  end
  return #parts > 0 and form.tag .. pack('<I7I7I5I6', rule.step, last, used, 0) .. table.concat(parts)
end

-- What counts, as { step, units } in steps of the rule: not before it did, and not after now.
local function moments_of(state, rule)
  local form, moments = FORMS[byte(state)], {}
  local old_step, last = unpack_at('<I7I7', state, 2)
  for from = HEAD + 1, #state, form.width do
    local units, at = moment_at(state, from, form.width, last)
    at = min(rule.newest, ceil(at * old_step / rule.step))
    if at * rule.step > rule.over_until then
      moments[#moments + 1] = { at, units }
    end
  end
  return moments
end

--[[
  Each kind answers what becomes of a count when `cost` (at most the limit) is asked for. `state` is what there is, false:
  nothing. `is_closed`: nothing is to be taken, whether there is room or not.
    1  µs until cost has room; 0: now
    2  units left, and 3 µs until the whole limit is there: after cost was taken, where it was
    4  the new state, or where nothing is taken what is to be kept: it differs from the one given where the clock was set
       back, where figures were changed, and where moments are over. It has to be stored then, else every look begins
       anew with it, and what counts from a moment on counts for ever.
    5  true: the TTL that the key has is long enough
]]
local kinds = {}

function kinds.S(state, rule, cost, is_closed)
  local step, over_until, form = rule.step, rule.over_until, rule.form
  local used, ends, last, from, units, first = 0, 0, 0, HEAD + 1, 0, 0
  if state then
    local its_step, low, high
    if FORMS[byte(state)] == form then
      its_step, last, used, ends, low, high, units = unpack_at(form.front, state, 2)
    end
    if its_step ~= step or last > rule.newest then
      state, used, ends = encode_window(rule, moments_of(state, rule)), 0, 0
      if state then
        its_step, last, used, ends, low, high, units = unpack_at(form.front, state, 2)
      end
    elseif last * step <= over_until then
      state, used = false, 0
    end
    if state then
      first = last - (last - low - high * 256) % SIXTEEN_BITS
      while first * step <= over_until do
        used, from = used - units, from + form.width
        units, first = moment_at(state, from, form.width, last)
      end
    end
  end

  local left, reset = rule.limit - used, used > 0 and last * step - over_until or 0
  if cost > left or is_closed then
    if from > HEAD + 1 then
      state = form.tag .. pack('<I7I7I5I6', step, last, used, ends) .. sub(state, from)
      from = HEAD + 1
    end
    if cost <= left then
      return 0, left, reset, state
    end
    local over = cost - left - units
    while over > 0 do
      from = from + form.width
      units, first = moment_at(state, from, form.width, last)
      over = over - units
    end
    return first * step - over_until, max(0, left), reset, state
  end

  local at, until_byte, together = rule.newest, -1, cost
  if used > 0 and last == at then
    local there = moment_at(state, #state - form.width + 1, form.width, last)
    if there + cost <= form.most then
      until_byte, together = -1 - form.width, there + cost
    end
  end
  local keeps = ends >= rule.needed_ms
  local taken = form.tag
    .. pack('<I7I7I5I6', step, at, used + cost, keeps and ends or rule.granted_ms)
    .. (used > 0 and sub(state, from, until_byte) or '')
    .. pack(form.moment, at % SIXTEEN_BITS, together)
  return 0, left - cost, at * step - over_until, taken, keeps
end

function kinds.T(state, rule, cost, is_closed)
  local missing, window, limit = 0, rule.window, rule.limit
  if state then
    local at, was_missing, its_window = unpack_at('<I7I7I7', state, 2)
    if its_window ~= window then
      was_missing = ceil(was_missing / its_window * window)
    end
    if at > now then
      -- Set back: refilled from now on.
      at = now
      state = 'T' .. pack('<I7I7I7', at, was_missing, window)
    end
    missing = max(0, was_missing - min(window, now - at) * limit)
  end
  local left, reset = max(0, limit - ceil(missing / window)), ceil(missing / limit)
  local too_much = missing + (cost - limit) * window
  if too_much > 0 or is_closed then
    return max(0, ceil(too_much / limit)), left, reset, state
  end
  missing = missing + cost * window
  local taken = 'T' .. pack('<I7I7I7', now, missing, window)
  return 0, left - cost, ceil(missing / limit), taken
end

function kinds.F(state, rule, cost, is_closed)
  local ends, used = 0, 0
  if state then
    ends, used = unpack_at('<I7I6', state, 2)
    if ends > now + rule.window then
      -- Set back: no window is longer than it should be.
      ends = now + rule.window
      state = 'F' .. pack('<I7I6', ends, used)
    end
    if now >= ends then
      state, used = false, 0
    end
  end
  local left, reset = max(0, rule.limit - used), used == 0 and 0 or ends - now
  if used + cost > rule.limit or is_closed then
    return cost > left and reset or 0, left, reset, state
  end
  if used == 0 then
    ends = now + rule.window
  end
  return 0, left - cost, ends - now, 'F' .. pack('<I7I6', ends, used + cost)
end

--[[
  Rules by their place, as a text: `kind limit window block shadow step` each, the times µs, separated by `;`. Besides what
  the text says a rule has what follows from it and from the time.
]]
local function parse_rules(text)
  local rules, place = {}, 0
  local pattern = '(%a) (%d+) (%d+) (%d+) (%d) (%d+)'
  for kind, limit, window, block, shadow, step in string.gmatch(text, pattern) do
    limit, window, step, place = tonumber(limit), tonumber(window), tonumber(step), place + 1
    local form = limit <= NARROW.most and NARROW or WIDE
    -- A millisecond more: a key's end is counted in ms, and must not come before its last unit's, which is counted in µs.
    local needs_ms = in_ms(window + step) + 1
    rules[tostring(place)] = {
      kind = kind,
      answer = kinds[kind],
      limit = limit,
      window = window,
      block = tonumber(block),
      shadow = shadow == '1',
      step = step,
      form = form,
      tag = byte(kind == 'S' and form.tag or kind),
      newest = ceil(now / step),
      over_until = now - window,
      -- As texts: to write a number down each time takes as long as to count.
      ttl_ms = tostring(2 * needs_ms),
      needed_ms = floor(now / 1000) + needs_ms,
      granted_ms = floor(now / 1000) + 2 * needs_ms,
    }
  end
  return rules
end

-- What there is for this kind of rule (false: nothing), for how long it is blocked, µs, and whether that is to be stored.
local function parse_count(raw, rule)
  local state, blocked, is_cut = raw, 0, false
  if byte(raw) == BLOCKED then
    blocked = max(0, unpack_at('<I7', raw, 2) - now)
    if blocked > rule.block then
      -- The clock was set back, or the rule has shorter blocks by now.
      blocked, is_cut = rule.block, true
    end
    state = sub(raw, 9)
  end
  if byte(state) == rule.tag or (rule.kind == 'S' and FORMS[byte(state)]) then
    return state, blocked, is_cut
  end
  -- Nothing, or of another kind: the policy was changed, and counts anew.
  return false, blocked, is_cut
end

-- A window whose key has been given another end: the next unit must not trust in the one that it had.
local function without_end(state)
  if not FORMS[byte(state)] then
    return state
  end
  return sub(state, 1, 20) .. pack('<I6', 0) .. sub(state, HEAD + 1)
end

local function with_block(state, blocked)
  if blocked == 0 then
    return state or ''
  end
  return 'B' .. pack('<I7', now + blocked) .. (state or '')
end
