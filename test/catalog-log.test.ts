import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { campaignWith, fileText } from './support/campaign-file.js';
import { startSampleBidder } from './support/running-bidder.js';

it('the log names the campaigns that each change of the catalogue adds, changes and removes, and warns of what they risk', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const bidder = await startSampleBidder({ logger });
  onTestFinished(() => bidder.stop());
  const campaigns = join(bidder.folder, 'config/campaigns');
  const logged = (fields: object) =>
    vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining(fields)), { timeout: 5_000 });

  await logged({ msg: 'catalogue in use', version: 1 });
  const http = campaignWith(['lineItems', 0, 'creatives', 0, 'landing'], 'http://acme.example/');
  writeFileSync(join(campaigns, 'new.json'), fileText({ ...(http as object), id: 'new' }));
  await logged({ msg: 'catalogue in use', added: ['new'] });
  await logged({ level: 40, msg: expect.stringContaining('is an http:// page') as string });
  writeFileSync(join(campaigns, 'new.json'), fileText(campaignWith(['id'], 'new')));
  await logged({ msg: 'catalogue in use', changed: ['new'] });
  rmSync(join(campaigns, 'new.json'));
  await logged({ msg: 'catalogue in use', removed: ['new'] });
});
