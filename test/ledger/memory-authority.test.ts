import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { ManualClock } from '../../src/lib/clock.js';
import { authorityContract } from './authority.contract.js';

authorityContract('in memory', () => {
  const clock = new ManualClock(Date.now());
  const authority = new MemoryAuthority(clock);
  return Promise.resolve({
    authority,
    passMs: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  });
});
