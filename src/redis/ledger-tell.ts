import { LEDGER_HEAR, LEDGER_PRELUDE } from './ledger-lua.js';
import { luaScript } from './script.js';

/**
 * Puts a tiding into the inbox of a lease, if that is there (`Account.tell`).
 *
 * KEYS: budget, leases, inbox.
 * ARGV: now or '', field of the lease, day, tiding, the most tidings of an inbox, milliseconds that an inbox is kept after its lease.
 */
export const TELL_SCRIPT = luaScript(`${LEDGER_PRELUDE}${LEDGER_HEAR}
local budget, leases, inbox = unpack(KEYS)
local account = redis.call('HMGET', budget, 'epoch', 'held', 'held:' .. ARGV[3])
local text = redis.call('HGET', leases, ARGV[2])
if not account[1] or not text then return 0 end
require_rights({ { 'HSET', budget, 'a', '1' }, { 'PEXPIRE', inbox, '1' }, { 'RPUSH', inbox, '1' }, { 'LPOP', inbox } })
local lease = read_lease(text)
local held_change, full = hear(lease, inbox, 0, whole(ARGV[5]))
local kept_ms = math.max(0, lease.until_ms - now_ms(ARGV[1])) + whole(ARGV[6])
if held_change ~= 0 then
  redis.call('HSET', budget, 'held', digits(whole(account[2]) + held_change),
    'held:' .. ARGV[3], digits(whole(account[3]) + held_change))
end
write_tiding(leases, ARGV[2], lease, inbox, ARGV[4], full, digits(kept_ms))
return 1
`);
