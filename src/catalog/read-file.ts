import type { z } from 'zod';
import type { Exchange } from '../domain/catalog.js';
import type { PrivacyPolicy } from '../domain/privacy-policy.js';
import type { SupplySettings } from '../domain/supply-policy.js';
import type { Finding } from './finding.js';
import { pathText } from './finding.js';
import { isSyntaxFault, packed, readJson, type JsonFile, type ParsedJson } from './json-file.js';
import { problemsOf } from './problems.js';
import {
  campaignFile,
  campaignFileOfChecked,
  campaignOf,
  checkLineItem,
  type CampaignContent,
} from './schema/campaign.js';
import { exchangeFile, exchangeOf } from './schema/exchange.js';
import { privacyFile, privacyOf } from './schema/privacy.js';
import { ratesFile, ratesOf, type RatesContent } from './schema/rates.js';
import { supplyFile, supplyOf } from './schema/supply.js';
import { trafficFile, trafficOf, type TrafficSettings } from './schema/traffic.js';
import { createTurns, type Turns } from './turns.js';

/** What a file says, or everything that is wrong with it. */
export type FileContent<Content> =
  | { readonly good: true; readonly content: Content; readonly json: JsonFile }
  | { readonly good: false; readonly problems: readonly Finding[] };

/**
 * @param bytes the file's content, at most FILE_BYTES_MAX
 * @param file relative to the configuration folder, such as `campaigns/trail-shoes.json`
 */
export type ReadContent<Content> = (bytes: Uint8Array, file: string) => FileContent<Content>;

export const readCampaign: ReadContent<CampaignContent> = (bytes, file) =>
  read(bytes, file, campaignFile, (given) => campaignOf(given, baseName(file)));

/** The same, a line item at a time, in turns with other work; a file with anything wrong takes one long turn. */
export async function readCampaignInTurns(
  bytes: Uint8Array,
  file: string,
): Promise<FileContent<CampaignContent>> {
  const json = readJson(bytes);
  if (isSyntaxFault(json)) return readCampaign(bytes, file);
  const turns = createTurns();
  const areChecked = await checkLineItems(json.value, turns);
  await turns.pause();
  const schema = areChecked ? campaignFileOfChecked : campaignFile;
  return check(json, file, schema, (given) => campaignOf(given, baseName(file)));
}

async function checkLineItems(campaign: unknown, turns: Turns): Promise<boolean> {
  if (typeof campaign !== 'object' || campaign === null || !('lineItems' in campaign)) return false;
  const { lineItems } = campaign;
  if (!Array.isArray(lineItems)) return false;
  for (const lineItem of lineItems) {
    await turns.pause();
    if (!checkLineItem(lineItem)) return false;
  }
  return true;
}

export const readExchange: ReadContent<Exchange> = (bytes, file) => {
  const id = baseName(file).replace(/\.json$/, '');
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(id))
    return read(bytes, file, exchangeFile, (given) => exchangeOf(given, id));
  const message =
    'the file name is the name of the exchange in addresses: use small letters, digits and "-" (40 at most)';
  return { good: false, problems: [{ severity: 'error', file, line: 1, column: 1, path: '', message }] };
};

export const readRates: ReadContent<RatesContent> = (bytes, file) => read(bytes, file, ratesFile, ratesOf);

export const readPrivacy: ReadContent<PrivacyPolicy> = (bytes, file) =>
  read(bytes, file, privacyFile, privacyOf);

export const readSupply: ReadContent<SupplySettings> = (bytes, file) =>
  read(bytes, file, supplyFile, supplyOf);

export const readTraffic: ReadContent<TrafficSettings> = (bytes, file) =>
  read(bytes, file, trafficFile, trafficOf);

function read<Given, Content>(
  bytes: Uint8Array,
  file: string,
  schema: z.ZodType<Given>,
  convert: (given: Given) => Content,
): FileContent<Content> {
  const json = readJson(bytes);
  if (isSyntaxFault(json)) {
    const { line, column, path, message } = json;
    return {
      good: false,
      problems: [{ severity: 'error', file, line, column, path: pathText(path), message }],
    };
  }
  return check(json, file, schema, convert);
}

function check<Given, Content>(
  json: ParsedJson,
  file: string,
  schema: z.ZodType<Given>,
  convert: (given: Given) => Content,
): FileContent<Content> {
  const checked = schema.safeParse(json.value);
  if (!checked.success) return { good: false, problems: problemsOf(file, json, checked.error) };
  return { good: true, content: convert(checked.data), json: packed(json) };
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
