import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { startSampleBidder } from '../test/support/running-bidder.js';

it('the requests of a traffic file, compressed or not, are posted and their answers counted', async () => {
  const bidder = await startSampleBidder();
  onTestFinished(() => bidder.stop());
  const file = join(bidder.folder, 'traffic.ndjson.gz');
  writeFileSync(file, gzipSync('{"t_ms":0,"request":{"id":"1"}}\n\n{"id":"2"}\n'));
  const url = `http://127.0.0.1:${bidder.app.port}/openrtb2/generic`;
  const args = ['dist/bench/post.js', file, '--url', url, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ requests: 2, answers: { '204 nbr 2': 2 }, bidsByCampaign: {} });
});
