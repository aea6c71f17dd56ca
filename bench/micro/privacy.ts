import { GppModel } from '@iabgpp/cmpapi';
import { TCString } from '@iabtcf/core';
import { PRIVACY_DEFAULT, type PrivacyPolicy } from '../../src/domain/privacy-policy.js';
import { consentLimit } from '../../src/privacy/consent.js';
import { readGpp } from '../../src/privacy/gpp.js';
import { readUsSection } from '../../src/privacy/us-sections.js';
import { VerdictMemory } from '../../src/privacy/verdict-memory.js';
import { consentString } from '../../test/support/consent-strings.js';
import type { BenchTask } from '../task.js';

const VENDOR = 377;
const POLICY: PrivacyPolicy = { ...PRIVACY_DEFAULT, vendorId: VENDOR };
const NATIONAL = 7;

/** Nearly all of four hundred vendors, so that the lists are flags. */
const VENDORS = Array.from({ length: 400 }, (_, i) => i + 1).filter((id) => id % 7 !== 3);

function consent(vendors: readonly number[]): string {
  const purposes = [1, 2, 3, 4, 7, 9, 10];
  return consentString({
    consents: purposes,
    interests: [2, 7, 9, 10],
    vendorConsents: vendors,
    vendorInterests: vendors,
    disclosed: vendors,
  });
}

function national(): string {
  const model = new GppModel();
  model.setFieldValue('usnat', 'SaleOptOut', 2);
  model.setFieldValue('usnat', 'TargetedAdvertisingOptOut', 2);
  model.setFieldValue('usnat', 'Gpc', false);
  return model.encode();
}

export function privacyTasks(): BenchTask[] {
  const flags = consent(VENDORS);
  const ranges = consent(VENDORS.filter((id) => id <= 20 || id >= VENDOR));
  const gpp = national();
  const memory = new VerdictMemory();
  return [
    ...[flags, ranges].map((text, i) => ({
      name: `TC string, ${i === 0 ? 'vendors as flags' : 'vendors as ranges'}, ${text.length} characters`,
      run: () => (consentLimit(text, POLICY) === undefined ? 1 : 0),
    })),
    {
      name: "TC string, vendors as flags, by the IAB's library",
      run: () => (TCString.decode(flags).vendorConsents.has(VENDOR) ? 1 : 0),
    },
    { name: 'TC string, remembered', run: () => (memory.consent(flags, POLICY) === undefined ? 1 : 0) },
    {
      name: 'GPP string, national section',
      run: () => (readUsSection(NATIONAL, readGpp(gpp)?.get(NATIONAL) ?? '')?.optsOut ? 1 : 0),
    },
    {
      name: "GPP string, national section, by the IAB's library",
      run: () => Number(new GppModel(gpp).getFieldValue('usnat', 'SaleOptOut')),
    },
    {
      name: 'GPP string, remembered',
      run: () => (memory.sections(gpp, POLICY)?.get(NATIONAL) === undefined ? 1 : 0),
    },
  ];
}
