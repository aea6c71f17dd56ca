import { luaScript } from './script.js';

/**
 * Reads an account and one day of it, both of the same moment.
 *
 * KEYS: budget, day.
 *
 * @returns fields and values of both
 */
export const STATEMENT_SCRIPT = luaScript(`
return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
`);
