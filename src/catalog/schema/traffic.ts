import { z } from 'zod';
import { TRAFFIC_DEFAULT, type TrafficPolicy } from '../../domain/traffic-policy.js';
import { group } from './fields.js';

/** Everything has a default, so `{}` is the policy that holds without the file. */
export const trafficFile = group('the traffic policy in braces: { … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/traffic.schema.json".'),
}).meta({ title: 'Traffic', description: '' });

export function trafficOf(_given: z.output<typeof trafficFile>): TrafficPolicy {
  return TRAFFIC_DEFAULT;
}
