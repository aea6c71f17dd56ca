import { z } from 'zod';
import { SUPPLY_DEFAULT, type SupplyPolicy } from '../../domain/supply-policy.js';
import { group } from './fields.js';

/** Everything has a default, so `{}` is the policy that holds without the file. */
export const supplyFile = group('the supply policy in braces: { … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/supply.schema.json".'),
}).meta({ title: 'Supply', description: '' });

export function supplyOf(_given: z.output<typeof supplyFile>): SupplyPolicy {
  return SUPPLY_DEFAULT;
}
