import { expect, it } from 'vitest';
import { frequencyRecord } from '../../test/support/frequency.js';
import { visitorOf } from '../../test/support/visitor.js';
import { VISITOR_ID_KINDS, type Exchange } from '../domain/catalog.js';
import type { ExchangeId } from '../domain/ids.js';
import type { ProfileReader } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { createProfileLookup } from './lookup.js';
import { RecentFrequency } from './recent-frequency.js';

const GENERIC = {
  id: 'generic' as ExchangeId,
  idOrder: VISITOR_ID_KINDS,
  extendedIdSources: undefined,
} as Partial<Exchange> as Exchange;
const RECORD = frequencyRecord('reserved', 1);

it('lays what this process recorded itself over an older answer, for some minutes', async () => {
  const clock = new ManualClock(0);
  const passedOn: unknown[] = [];
  const recent = new RecentFrequency({ record: (...what) => void passedOn.push(what) }, clock);
  const reader: ProfileReader = {
    find: (keys) =>
      Promise.resolve({ kind: 'answered', found: keys.map(() => ({ changeNames: [], stored: undefined })) }),
    logNames: (key) => ['id' in key ? `log of ${key.id}` : 'log of the address'],
  };
  const lookup = createProfileLookup(reader, { profileLookup: () => undefined }, recent);
  const recordsOf = async (buyerId: string) =>
    (await lookup(visitorOf({ buyerId }), GENERIC, 0)).frequency.personRecords;
  expect(await recordsOf('c-1')).toEqual([]);
  recent.record(['log of c-1'], RECORD);
  expect(passedOn).toEqual([[['log of c-1'], RECORD]]);
  expect(await recordsOf('c-1')).toEqual([RECORD]);
  expect(await recordsOf('c-2')).toEqual([]);
  clock.advance(180_001);
  expect(await recordsOf('c-1')).toEqual([]);
});
