import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { campaignFile } from './schema/campaign.js';
import { exchangeFile } from './schema/exchange.js';
import { privacyFile } from './schema/privacy.js';
import { ratesFile } from './schema/rates.js';
import { supplyFile } from './schema/supply.js';
import { trafficFile } from './schema/traffic.js';

const SCHEMAS = {
  campaign: campaignFile,
  exchange: exchangeFile,
  privacy: privacyFile,
  rates: ratesFile,
  supply: supplyFile,
  traffic: trafficFile,
};

/**
 * Writes the JSON Schemas of the configuration files, made from what checks them. Editors complete and check by them;
 * rules over several settings are told by `narrowcast check` only.
 *
 * @param dir such as `config/schema`
 */
export async function writeSchemas(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    // Draft 7 is what editors know best; `input` describes the file as written, not what becomes of it.
    const described = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
    await writeFile(join(dir, `${name}.schema.json`), `${JSON.stringify(described, undefined, 2)}\n`);
  }
}
