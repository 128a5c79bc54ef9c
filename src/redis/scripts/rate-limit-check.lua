--[[
  Checks calls against their limits, one after the other: takes the cost of all limits of a call, or of none.

  KEYS[1]  name of the counts as a whole
  KEYS[2…] the count of each limit, in the order of ARGV[4]
  ARGV[1]  the name that the caller knows them by
  ARGV[2]  the time, µs; empty: the server's
  ARGV[3]  rules, see rate-limit-counts
  ARGV[4]  for each limit `rule cost`, rule being a place in ARGV[3]; `,` after it: the next one is of the same call,
           `;`: it was the last one of its call
  Output   for each limit, in order: units left, ms until the cost has room (0: it had), ms until all of it is there;
           or, where the counts go by another name, that name (empty: by none), and nothing was done
]]
-- include rate-limit-counts
local name = call('GET', KEYS[1])
if name ~= ARGV[1] then
  return name or ''
end
local rules, answer, at, key_at, number_of = parse_rules(ARGV[3]), {}, 0, 1, {}

-- Stores what a count has become where nothing was taken of it, for no longer than that needs.
local function store_kept(key, kept, reset, blocked)
  if kept or blocked > 0 then
    local lives = max(reset, blocked)
    call('SET', key, with_block(kept and without_end(kept), blocked), 'PX', string.format('%d', in_ms(lives) + 1))
  else
    call('DEL', key)
  end
end

-- Takes cost if it has room. Answers µs until it has, units left, µs until all of it is there, and what there was.
local function ask(key, rule, cost)
  local raw = call('GET', key)
  local state, blocked, is_cut = raw, 0, false
  if raw and byte(raw) ~= rule.tag then
    state, blocked, is_cut = parse_count(raw, rule)
  end
  local wait, left, reset, becomes, keeps = rule.answer(state, rule, cost, blocked > 0)
  if wait > 0 or blocked > 0 then
    local begins = blocked == 0 and rule.block > 0
    if begins then
      blocked = rule.block
    end
    if begins or is_cut or becomes ~= state then
      store_kept(key, becomes, reset, blocked)
    end
    return max(wait, blocked), blocked > 0 and 0 or left, max(reset, blocked), raw
  elseif keeps then
    call('SET', key, becomes, 'KEEPTTL')
  else
    call('SET', key, becomes, 'PX', rule.ttl_ms)
  end
  return 0, left, reset, raw
end

-- Gives back what was taken of the limits of a call.
local function give_back(asked)
  for _, one in ipairs(asked) do
    local key, wait, raw, rule, units, place = unpack(one)
    if wait == 0 then
      local state = raw and parse_count(raw, rule)
      local _, left, reset, kept = rule.answer(state, rule, units, true)
      if raw and kept == state then
        call('SET', key, raw, 'KEEPTTL')
      else
        store_kept(key, kept, reset, 0)
      end
      answer[place + 1], answer[place + 3] = left, in_ms(reset)
    end
  end
end

local asked, refused
for place, cost, ending in string.gmatch(ARGV[4], '(%d+) (%d+)(.)') do
  local rule, units = rules[place], number_of[cost]
  if not units then
    units = tonumber(cost)
    number_of[cost] = units
  end
  key_at = key_at + 1
  local key = KEYS[key_at]
  local wait, left, reset, raw = ask(key, rule, units)
  answer[at + 1], answer[at + 2], answer[at + 3] = left, in_ms(wait), in_ms(reset)
  if asked or ending == ',' then
    asked = asked or {}
    asked[#asked + 1] = { key, wait, raw, rule, units, at }
    refused = refused or (wait > 0 and not rule.shadow)
    if ending == ';' then
      if refused then
        give_back(asked)
      end
      asked, refused = nil, nil
    end
  end
  at = at + 3
end
return answer
