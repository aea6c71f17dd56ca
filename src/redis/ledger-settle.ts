import { LEDGER_HEAR, LEDGER_PRELUDE } from './ledger-lua.js';
import { luaScript } from './script.js';

/**
 * Books what a bid cost (`Account.settle`), unless its set of billed bids has it: in total, by line item, by day, by day and line item, by day and
 * hour; and lets the holder of its lease know.
 *
 * KEYS: budget, day, leases, ends, inbox, billed.
 * ARGV: now or '', epoch of an account that begins here, field of the lease, day, line item, UTC hour of the bid, member of the set of billed bids,
 * reserved, charge, tiding, the most tidings of an inbox, milliseconds that the day is kept, the billed bids, and an inbox after its lease.
 *
 * @returns 1 when it is booked, 0 when it was
 */
export const SETTLE_SCRIPT = luaScript(`${LEDGER_PRELUDE}${LEDGER_HEAR}
local budget, day, leases, ends, inbox, billed = unpack(KEYS)
if redis.call('SISMEMBER', billed, ARGV[7]) == 1 then return 0 end
require_rights({ { 'HSET', budget, 'a', '1' }, { 'SADD', billed, '1' }, { 'PEXPIRE', billed, '1' },
  { 'RPUSH', inbox, '1' }, { 'LPOP', inbox }, { 'DEL', leases, ends } })

local field, flight_day, line_item, hour = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local charge = whole(ARGV[9])
local account_fields = { 'impressions', 'micros', 'i:' .. line_item, 'm:' .. line_item }
local day_fields = { 'impressions', 'micros', 'i:' .. line_item, 'm:' .. line_item, 'hi:' .. hour, 'hm:' .. hour }
local account = redis.call('HMGET', budget, 'epoch', 'held', 'held:' .. flight_day, unpack(account_fields))
local of_day = redis.call('HMGET', day, unpack(day_fields))
local text = redis.call('HGET', leases, field)

local sums, day_sums = {}, {}
for i, name in ipairs(account_fields) do
  sums[2 * i - 1], sums[2 * i] = name, digits(whole(account[3 + i]) + (i % 2 == 1 and 1 or charge))
end
for i, name in ipairs(day_fields) do
  day_sums[2 * i - 1], day_sums[2 * i] = name, digits(whole(of_day[i]) + (i % 2 == 1 and 1 or charge))
end

local begins = not account[1]
local lease, full, kept_ms
if begins then
  sums[#sums + 1], sums[#sums + 2] = 'epoch', ARGV[2]
elseif text then
  lease = read_lease(text)
  kept_ms = math.max(0, lease.until_ms - now_ms(ARGV[1])) + whole(ARGV[14])
  local held_change
  held_change, full = hear(lease, inbox, whole(ARGV[8]), whole(ARGV[11]))
  if held_change ~= 0 then
    sums[#sums + 1], sums[#sums + 2] = 'held', digits(whole(account[2]) + held_change)
    sums[#sums + 1], sums[#sums + 2] = 'held:' .. flight_day, digits(whole(account[3]) + held_change)
  end
end

redis.call('HSET', budget, unpack(sums))
redis.call('HSET', day, unpack(day_sums))
redis.call('SADD', billed, ARGV[7])
redis.call('PEXPIRE', billed, ARGV[13])
if not of_day[1] then redis.call('PEXPIRE', day, ARGV[12]) end
if begins then redis.call('DEL', leases, ends) end
if lease then
  write_tiding(leases, field, lease, inbox, ARGV[10], full, digits(kept_ms))
end
return 1
`);
