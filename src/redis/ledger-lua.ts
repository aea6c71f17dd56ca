/**
 * What the scripts of the ledger share. The account that they keep is that of ledger/account.ts, with two sums in place of a walk over all
 * leases.
 *
 * A lease is a text in the hash `leases`:
 *
 *     open free reserved good until heard from dead
 *
 * open, free and reserved as its holder asked for it last; until when the holder may bid from it (good) and its bids may be billed (until), in
 * milliseconds; the sum of what was reserved for the billed bids that stand in its inbox (heard); the number of the first tiding there (from);
 * and whether it is dead. A lease that is alive holds open + free, a dead one less what was billed since: open + free - heard, at least nothing.
 *
 * Summing that over a thousand leases takes Redis 1.5 ms (measured), and a thousand holders that ask once a second would keep
 * it busy with a single campaign. So `open`, `held` and `held:<day>` are kept as sums: whatever changes a lease takes
 * what it held off the sum and adds what it holds. The only change that nobody makes is that time passes, and that is what `ends` is
 * for: each lease by the next moment at which it changes by itself, `good` while it is alive, `until` when it is dead. Who
 * asks for a lease first brings those up to date whose moment has passed: the living become dead, the dead go. Each lease costs
 * that twice in its life, so a request costs the same with ten holders and with a thousand. Held is only told and decided upon
 * there, so the sums may be behind in between. They are sums of integers, so they stay exact.
 *
 * What can fail comes before the first write, since Redis undoes nothing when a script breaks off: keys of another type and damaged
 * values show when they are read, and rights are asked for. A full memory, a full disk or being a replica show at the first
 * write and never later, if that one is a command that takes memory; so a HSET goes first.
 *
 * Numbers in Lua are doubles, exact to 2^53. They become text by '%.0f', because tostring keeps 14 digits.
 */
export const LEDGER_PRELUDE = `
local function damaged(what)
  error({ err = 'DAMAGED ' .. what })
end

local function whole(text)
  if not text then return 0 end
  local number = tonumber(text)
  if not number or number % 1 ~= 0 then damaged('number') end
  return number
end

local function digits(number)
  return string.format('%.0f', number)
end

local function now_ms(override)
  if override ~= '' then return whole(override) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Redis 7 can say it beforehand; in an older one a missing right shows in the middle.
local function require_rights(commands)
  if not redis.acl_check_cmd then return end
  for _, command in ipairs(commands) do
    if not redis.acl_check_cmd(unpack(command)) then error({ err = 'NOPERM ' .. command[1] }) end
  end
end

local function read_lease(text)
  local open, free, reserved, good, held_until, heard, from, dead =
    string.match(text, '^(%d+) (%d+) (%d+) (%-?%d+) (%-?%d+) (%d+) (%d+) ([01])$')
  if not open then damaged('lease') end
  return {
    open = tonumber(open), free = tonumber(free), reserved = tonumber(reserved),
    good_ms = tonumber(good), until_ms = tonumber(held_until),
    heard = tonumber(heard), from = tonumber(from), dead = dead == '1',
  }
end

local function lease_text(lease)
  return string.format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f %d', lease.open, lease.free, lease.reserved,
    lease.good_ms, lease.until_ms, lease.heard, lease.from, lease.dead and 1 or 0)
end

local function held_by(lease)
  local held = lease.open + lease.free
  if lease.dead then return math.max(0, held - lease.heard) end
  return held
end

-- A tiding is the first letter of its kind, what was reserved if it is a billing and else 0, a space, the bid id.
local function tiding_micros(text)
  local micros = string.match(text, '^[bwl](%d+) ')
  if not micros then damaged('tiding') end
  return tonumber(micros)
end
`;

/** What settle and tell share: a tiding goes into an inbox. */
export const LEDGER_HEAR = `
-- Takes a tiding into account. Returns how what the lease holds changes, and whether the inbox is full, so that its oldest goes.
local function hear(lease, inbox, micros, inbox_max)
  local before = held_by(lease)
  lease.heard = lease.heard + micros
  local full = redis.call('LLEN', inbox) >= inbox_max
  if full then
    lease.heard = lease.heard - tiding_micros(redis.call('LINDEX', inbox, 0))
    lease.from = lease.from + 1
  end
  return held_by(lease) - before, full
end

local function write_tiding(leases, field, lease, inbox, tiding, full, ttl_ms)
  redis.call('HSET', leases, field, lease_text(lease))
  if redis.call('RPUSH', inbox, tiding) == 1 then redis.call('PEXPIRE', inbox, ttl_ms) end
  if full then redis.call('LPOP', inbox) end
end
`;
