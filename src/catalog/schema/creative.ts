import { z } from 'zod';
import { bannerCreative } from './banner-creative.js';
import { nativeCreative } from './native-creative.js';
import { audioCreative, videoCreative } from './stream-creative.js';

/** A creative; its "format" says which settings it has. */
export const creativeSection = z.discriminatedUnion(
  'format',
  [bannerCreative, videoCreative, audioCreative, nativeCreative],
  { error: 'one of banner, video, audio, native' },
);

export type CreativeSection = z.output<typeof creativeSection>;
