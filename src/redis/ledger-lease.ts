import { LEDGER_PRELUDE } from './ledger-lua.js';
import { luaScript } from './script.js';

/**
 * Answers who asks for a lease (`Account.lease`): brings leases up to date whose time has passed, takes off the inbox what the holder has
 * heard, writes down what it says, and grants from what is left.
 *
 * KEYS: budget, day, leases, ends, inbox.
 * ARGV: now or '', epoch of an account that begins here, field of the lease, day, total, daily or '', open, keep, want, least, reserved, number
 * of tidings heard, milliseconds of the lease, of the hold behind it, and for how long after that the inbox is kept.
 *
 * @returns free, number of the first tiding, epoch, spent in total, spent that day, open, held, reserved, tidings
 */
export const LEASE_SCRIPT = luaScript(`${LEDGER_PRELUDE}
local budget, day, leases, ends, inbox = unpack(KEYS)
local now = now_ms(ARGV[1])
local field, flight_day = ARGV[3], ARGV[4]
require_rights({ { 'HSET', budget, 'a', '1' }, { 'HDEL', leases, 'a' }, { 'ZADD', ends, '1', 'a' }, { 'ZREM', ends, 'a' },
  { 'LTRIM', inbox, '0', '1' }, { 'DEL', inbox }, { 'PEXPIRE', inbox, '1' } })

local account = redis.call('HMGET', budget, 'epoch', 'micros', 'reserved', 'open', 'held')
local spent_day = whole(redis.call('HGET', day, 'micros'))
local text = redis.call('HGET', leases, field)
local due = redis.call('ZRANGEBYSCORE', ends, '-inf', '(' .. digits(now))
local length = redis.call('LLEN', inbox)
local epoch, spent = account[1], whole(account[2])
local reserved, open, held = whole(account[3]), whole(account[4]), whole(account[5])

-- Leases of an account that is gone are not those of the one that begins.
local begins = not epoch
if begins then
  epoch, text, due = ARGV[2], false, {}
  reserved, open, held = 0, 0, 0
end

local held_of_day = {}
local function change(of_day, open_change, held_change)
  if not held_of_day[of_day] then
    held_of_day[of_day] = begins and 0 or whole(redis.call('HGET', budget, 'held:' .. of_day))
  end
  open = open + open_change
  held = held + held_change
  held_of_day[of_day] = held_of_day[of_day] + held_change
end

local lease = text and read_lease(text)
local dying, gone = {}, {}
for _, name in ipairs(due) do
  local own = name == field
  local old_text = own and text or redis.call('HGET', leases, name)
  if not old_text then
    gone[#gone + 1] = name
  else
    local old = own and lease or read_lease(old_text)
    local before = held_by(old)
    local of_day = string.match(name, '^(%-?%d+) ')
    if not of_day then damaged('lease name') end
    if old.until_ms < now then
      change(of_day, -old.open, -before)
      gone[#gone + 1] = name
      if own then lease = nil end
    else
      old.dead = true
      change(of_day, 0, held_by(old) - before)
      if not own then dying[name] = old end
    end
  end
end

local clear_inbox = false
if not lease then
  lease = { open = 0, free = 0, reserved = 0, good_ms = 0, until_ms = 0, heard = 0, from = whole(ARGV[12]), dead = false }
  clear_inbox = length > 0
  length = 0
end
local open_before, held_before = lease.open, held_by(lease)
-- An account that lost its last moments counts from where it was then; what is in the inbox has not been heard.
if whole(ARGV[12]) > lease.from + length then lease.from = whole(ARGV[12]) end
local taken = math.max(0, whole(ARGV[12]) - lease.from)
if taken > 0 then
  for _, tiding in ipairs(redis.call('LRANGE', inbox, 0, taken - 1)) do
    lease.heard = lease.heard - tiding_micros(tiding)
  end
end
if lease.heard < 0 then damaged('inbox') end
local tidings = length > taken and redis.call('LRANGE', inbox, taken, -1) or {}
lease.from = lease.from + taken
reserved = reserved + math.max(0, whole(ARGV[11]) - lease.reserved)
lease.reserved = math.max(lease.reserved, whole(ARGV[11]))
lease.open, lease.free, lease.dead = whole(ARGV[7]), 0, false
lease.good_ms = now + whole(ARGV[13])
lease.until_ms = lease.good_ms + whole(ARGV[14])
change(flight_day, lease.open - open_before, held_by(lease) - held_before)

local left = whole(ARGV[5]) - spent - held
if ARGV[6] ~= '' then left = math.min(left, whole(ARGV[6]) - spent_day - held_of_day[flight_day]) end
left = math.max(0, left)
-- The last of the money is shared out by halves, so that no holder sits on all of it.
local share = math.max(math.floor(left / 2), math.min(left, whole(ARGV[10])))
lease.free = math.max(whole(ARGV[8]), math.min(whole(ARGV[9]), share))
change(flight_day, 0, lease.free)

if open < 0 or held < 0 or held_of_day[flight_day] < 0 then damaged('sum') end
local sums = { 'epoch', epoch, 'reserved', digits(reserved), 'open', digits(open), 'held', digits(held) }
for of_day, micros in pairs(held_of_day) do
  sums[#sums + 1] = 'held:' .. of_day
  sums[#sums + 1] = digits(micros)
end
redis.call('HSET', budget, unpack(sums))
if begins then redis.call('DEL', leases, ends) end
for _, name in ipairs(gone) do
  redis.call('HDEL', leases, name)
  redis.call('ZREM', ends, name)
end
for name, old in pairs(dying) do
  redis.call('HSET', leases, name, lease_text(old))
  redis.call('ZADD', ends, digits(old.until_ms), name)
end
redis.call('HSET', leases, field, lease_text(lease))
redis.call('ZADD', ends, digits(lease.good_ms), field)
for of_day, micros in pairs(held_of_day) do
  if micros == 0 then redis.call('HDEL', budget, 'held:' .. of_day) end
end
if clear_inbox then redis.call('DEL', inbox) end
if taken > 0 then redis.call('LTRIM', inbox, taken, -1) end
if #tidings > 0 then redis.call('PEXPIRE', inbox, digits(lease.until_ms - now + whole(ARGV[15]))) end
return { lease.free, lease.from, epoch, spent, spent_day, open, held, reserved, tidings }
`);
