import type { Campaign } from '../../src/domain/campaign.js';
import type { Catalog } from '../../src/domain/catalog.js';
import type { Rates } from '../../src/domain/money.js';
import { PRIVACY_DEFAULT } from '../../src/domain/privacy-policy.js';
import { SUPPLY_DEFAULT } from '../../src/domain/supply-policy.js';
import { TRAFFIC_DEFAULT } from '../../src/domain/traffic-policy.js';

/** A catalogue of these campaigns, without exchanges and with every policy as it is without a file. */
export function aCatalog(campaigns: readonly Campaign[], rates: Rates): Catalog {
  return {
    version: 1,
    campaigns,
    exchanges: new Map(),
    rates,
    privacy: PRIVACY_DEFAULT,
    supply: SUPPLY_DEFAULT,
    traffic: TRAFFIC_DEFAULT,
  };
}
