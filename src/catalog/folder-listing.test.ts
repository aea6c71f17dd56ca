import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.js';
import { keepListing } from './folder-listing.js';

const configDir = mkdtempSync(join(tmpdir(), 'narrowcast-listing-'));
const folder = join(configDir, 'campaigns');
const save = (name: string): void => {
  writeFileSync(join(folder, name), '{}');
};

afterEach(() => {
  rmSync(configDir, { recursive: true });
});

it('lists a folder anew when a file comes or goes, and only then', async () => {
  mkdirSync(folder);
  save('trail.json');
  save('trail-copy.json');
  // So long ago that every further change shows in the times of the folder.
  utimesSync(folder, 1_000, 1_000);
  const listing = keepListing({ configDir, folder: 'campaigns', required: [], clock: systemClock });
  const first = await listing.look();
  expect(first.names).toEqual(['campaigns/trail.json', 'campaigns/trail-copy.json']);
  save('trail.json');
  expect((await listing.look()).names).toBe(first.names);
  save('summer.json');
  const second = await listing.look();
  expect(second.names).toEqual([
    'campaigns/summer.json',
    'campaigns/trail.json',
    'campaigns/trail-copy.json',
  ]);
  rmSync(join(folder, 'trail.json'));
  expect((await listing.look()).names).toEqual(['campaigns/summer.json', 'campaigns/trail-copy.json']);
  rmSync(folder, { recursive: true });
  expect((await listing.look()).names).toBeUndefined();
  mkdirSync(folder);
  expect((await listing.look()).names).toEqual([]);
});
