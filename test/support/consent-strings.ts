import {
  GVL,
  PurposeRestriction,
  Segment,
  SegmentEncoder,
  TCModel,
  TCString,
  type RestrictionType,
  type VendorList,
} from '@iabtcf/core';

/** Vendors that the list below knows. */
export const VENDORS_MAX = 400;

const PURPOSES = Array.from({ length: 24 }, (_, i) => i + 1);

/** A vendor list in which every vendor may do everything on either basis, so that the encoder drops nothing. */
const vendorList = new GVL({
  gvlSpecificationVersion: 3,
  vendorListVersion: 48,
  tcfPolicyVersion: 5,
  lastUpdated: '2026-11-01T00:00:00Z',
  purposes: Object.fromEntries(PURPOSES.map((id) => [String(id), { id, name: `Purpose ${id}` }])),
  specialPurposes: {},
  features: {},
  specialFeatures: {},
  stacks: {},
  vendors: Object.fromEntries(Array.from({ length: VENDORS_MAX }, (_, i) => [String(i + 1), vendor(i + 1)])),
} as unknown as VendorList);

function vendor(id: number): object {
  return {
    id,
    name: `Vendor ${id}`,
    purposes: PURPOSES,
    legIntPurposes: PURPOSES,
    flexiblePurposes: PURPOSES,
    specialPurposes: [],
    features: [],
    specialFeatures: [],
  };
}

export interface ConsentGiven {
  readonly consents?: readonly number[];
  readonly interests?: readonly number[];
  readonly vendorConsents?: readonly number[];
  readonly vendorInterests?: readonly number[];
  /** Undefined: the segment is missing. */
  readonly disclosed?: readonly number[] | undefined;
  readonly allowed?: readonly number[] | undefined;
  readonly publisher?: readonly number[] | undefined;
  readonly restrictions?: readonly {
    readonly purpose: number;
    readonly type: RestrictionType;
    readonly vendors: readonly number[];
  }[];
  readonly policyVersion?: number;
  readonly isServiceSpecific?: boolean;
  readonly createdMs?: number;
  readonly updatedMs?: number;
}

/** Written by the IAB's own encoder. */
export function consentString(given: ConsentGiven): string {
  const model = new TCModel(vendorList);
  model.cmpId = 10;
  model.cmpVersion = 3;
  model.consentScreen = 1;
  model.publisherCountryCode = 'DE';
  model.isServiceSpecific = given.isServiceSpecific ?? true;
  model.created = new Date(given.createdMs ?? Date.UTC(2026, 10, 1));
  model.lastUpdated = new Date(given.updatedMs ?? given.createdMs ?? Date.UTC(2026, 10, 1));
  model.purposeConsents.set([...(given.consents ?? [])]);
  model.purposeLegitimateInterests.set([...(given.interests ?? [])]);
  model.vendorConsents.set([...(given.vendorConsents ?? [])]);
  model.vendorLegitimateInterests.set([...(given.vendorInterests ?? [])]);
  const segments: Segment[] = [Segment.CORE];
  if (given.allowed) {
    model.vendorsAllowed.set([...given.allowed]);
    segments.push(Segment.VENDORS_ALLOWED);
  }
  if (given.publisher) {
    model.publisherConsents.set([...given.publisher]);
    segments.push(Segment.PUBLISHER_TC);
  }
  model.publisherRestrictions.gvl = vendorList;
  for (const { purpose, type, vendors } of given.restrictions ?? []) {
    const restriction = new PurposeRestriction(purpose, type);
    for (const id of vendors) model.publisherRestrictions.add(id, restriction);
  }
  vendorList.tcfPolicyVersion = given.policyVersion ?? 5;
  const text = TCString.encode(model, { segments });
  if (!given.disclosed) return text;
  // The library puts its whole list there when it writes a string as a whole.
  model.vendorsDisclosed.set([...given.disclosed]);
  return `${text}.${SegmentEncoder.encode(model, Segment.VENDORS_DISCLOSED)}`;
}
