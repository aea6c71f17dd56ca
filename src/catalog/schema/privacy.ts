import { z } from 'zod';
import { PRIVACY_DEFAULT, type PrivacyPolicy } from '../../domain/privacy-policy.js';
import { group } from './fields.js';

/** Everything has a default, so `{}` is the policy that holds without the file. */
export const privacyFile = group('the privacy policy in braces: { … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/privacy.schema.json".'),
}).meta({ title: 'Privacy', description: '' });

export function privacyOf(_given: z.output<typeof privacyFile>): PrivacyPolicy {
  return PRIVACY_DEFAULT;
}
