import type { ConnectionType, DeviceType } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { tokenDimension, valueDimension } from './tokens.js';

const LANGUAGE_CHARACTERS_MAX = 64;

/** AdCOM "Device Types" by code. A request that says "mobile or tablet" does not say which. */
const DEVICE_TYPES_OF_CODE: readonly (readonly DeviceType[] | undefined)[] = [
  undefined,
  ['mobile'],
  ['desktop'],
  ['tv'],
  ['phone', 'mobile'],
  ['tablet', 'mobile'],
  ['connected-device'],
  ['set-top-box'],
  ['out-of-home'],
];

/** AdCOM "Connection Types" by code; 0 is unknown. */
const CONNECTION_TYPES_OF_CODE: readonly (readonly ConnectionType[] | undefined)[] = [
  undefined,
  ['ethernet'],
  ['wifi'],
  ['cellular'],
  ['2g', 'cellular'],
  ['3g', 'cellular'],
  ['4g', 'cellular'],
  ['5g', 'cellular'],
];

export const deviceTypes: Dimension<Visit> = codeDimension(
  'deviceTypes',
  DEVICE_TYPES_OF_CODE,
  (visit) => visit.request.device.type,
);

export const connections: Dimension<Visit> = codeDimension(
  'connections',
  CONNECTION_TYPES_OF_CODE,
  (visit) => visit.request.device.connection,
);

/** A dimension of words, of which a request tells a code that stands for one or more. Other codes tell nothing. */
function codeDimension(
  name: 'deviceTypes' | 'connections',
  wordsOfCode: readonly (readonly string[] | undefined)[],
  codeOf: (visit: Visit) => number | undefined,
): Dimension<Visit> {
  const wordsOf = (visit: Visit): readonly string[] | undefined => wordsOfCode[codeOf(visit) ?? 0];
  return tokenDimension<string, Visit>({
    name,
    choiceOf: (lineItem) => lineItem.targeting[name],
    tokenOf: (word) => word,
    resolve(visit, terms, found) {
      const words = wordsOf(visit);
      if (!words) return false;
      for (const word of words) terms.find(word, found);
      return true;
    },
    factWords: (visit) => wordsOf(visit)?.[0],
  });
}

export const makes: Dimension<Visit> = valueDimension('makes', ({ request }) =>
  request.device.make?.toLowerCase(),
);
export const models: Dimension<Visit> = valueDimension('models', ({ request }) =>
  request.device.model?.toLowerCase(),
);
export const carriers: Dimension<Visit> = valueDimension('carriers', ({ request }) =>
  request.device.carrier?.toLowerCase(),
);

/** Language of the device. `en` includes `en-us`, not the other way round; `en_US` is read as `en-us`. */
export const languages: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'languages',
  choiceOf: (lineItem) => lineItem.targeting.languages,
  tokenOf: (tag) => tag,
  resolve(visit, terms, found) {
    const tag = languageOf(visit);
    if (tag === undefined) return false;
    terms.find(tag, found);
    for (let hyphen = tag.lastIndexOf('-'); hyphen > 0; hyphen = tag.lastIndexOf('-', hyphen - 1)) {
      terms.find(tag.slice(0, hyphen), found);
    }
    return true;
  },
  factWords: languageOf,
});

function languageOf({ request }: Visit): string | undefined {
  const { language } = request.device;
  if (language === undefined || language === '' || language.length > LANGUAGE_CHARACTERS_MAX)
    return undefined;
  return language.toLowerCase().replaceAll('_', '-');
}
