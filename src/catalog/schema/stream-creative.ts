import { z } from 'zod';
import type {
  AudioCreative,
  Companion,
  MediaFile,
  VastWrapper,
  VideoCreative,
} from '../../domain/creative.js';
import { commonFacts, commonShape, limitMarkup, pixels, type CreativeAsWritten } from './creative-parts.js';
import { addSays, group, list, lowerText, number, ruleOverNames, wholeNumber } from './fields.js';
import { mimeOfImage, mimeOfMedia } from './markup.js';
import { webAddress, webAddressWith } from './web.js';

const FILES_MAX = 10;
const COMPANIONS_MAX = 5;
const SECONDS = { min: 1, max: 600 };
const KBPS = { min: 1, max: 100_000 };
/** What VAST puts around a file, a companion and all of them, beside their addresses: counted roughly, upwards. */
const FILE_FRAME =
  '<MediaFile delivery="progressive" type="video/quicktime" width="10000" height="10000" bitrate="100000"></MediaFile>';
const COMPANION_FRAME =
  '<Companion width="10000" height="10000"><StaticResource creativeType="image/svg+xml"></StaticResource><CompanionClickThrough>${CLICK_URL}</CompanionClickThrough></Companion>';
const VAST_FRAME = 700;

const seconds = number('how long it runs in seconds, such as 15', SECONDS).describe(
  'How long it runs, in seconds.',
);
const mime = lowerText('a content type such as "video/mp4"', {
  pattern: /^(?:video|audio|application)\/[A-Za-z0-9.+-]+$/,
});
const mediaUrl = webAddress('the address of a file, such as "https://cdn.acme.example/trail.mp4"');

const fileShape = {
  url: mediaUrl.describe('Where the file is.'),
  mime: mime.optional().describe('Content type; told by endings such as .mp4, .webm, .m3u8 or .mp3.'),
  kbps: wholeNumber('kilobits per second, such as 1500', KBPS)
    .optional()
    .describe('Bitrate; places that limit it take no file without.'),
  delivery: z
    .enum(['progressive', 'streaming'])
    .optional()
    .describe('"progressive": loaded while it plays; "streaming": HLS or DASH. Told by the content type.'),
};
const STREAMED = new Set(['application/x-mpegurl', 'application/vnd.apple.mpegurl', 'application/dash+xml']);

interface GivenFile {
  readonly url: string;
  readonly mime?: string | undefined;
  readonly kbps?: number | undefined;
  readonly delivery?: 'progressive' | 'streaming' | undefined;
}

function fileOf(given: GivenFile, size: MediaFile['size'], context: z.RefinementCtx): MediaFile {
  const type = given.mime ?? mimeOfMedia(given.url);
  if (type === undefined) {
    addSays(context, 'does not tell the kind of file by its name; add "mime", such as "video/mp4"', ['url']);
    return z.NEVER;
  }
  return {
    url: given.url,
    mime: type,
    size,
    kbps: given.kbps,
    delivery: given.delivery ?? (STREAMED.has(type) ? 'streaming' : 'progressive'),
  };
}

const videoFile = group('a file in braces, such as {"url": "https://…/a.mp4", "w": 1280, "h": 720}', {
  ...fileShape,
  w: pixels('width').describe('Width in pixels.'),
  h: pixels('height').describe('Height in pixels.'),
}).transform((given, context): MediaFile => fileOf(given, { w: given.w, h: given.h }, context));
const audioFile = group('a file in braces, such as {"url": "https://…/a.mp3"}', fileShape).transform(
  (given, context): MediaFile => fileOf(given, undefined, context),
);

/** Several encodings of one video; also those of a native creative. */
export const videoFiles = list(
  videoFile,
  'a list of files such as [{"url": …, "w": 1280, "h": 720}]',
  FILES_MAX,
);
export { seconds as videoSeconds };

const companion = group('a companion in braces, such as {"w": 300, "h": 250, "image": "https://…/a.png"}', {
  w: pixels('width').describe('Width in pixels.'),
  h: pixels('height').describe('Height in pixels.'),
  image: webAddress('the address of a picture, such as "https://cdn.acme.example/trail.png"').describe(
    'The picture; a click on it leads where the ad does.',
  ),
}).transform(({ w, h, image }, context): Companion => {
  const type = mimeOfImage(image);
  if (type === undefined) {
    addSays(context, 'must end like a picture: .png, .jpg, .gif, .webp or .svg', ['image']);
    return z.NEVER;
  }
  return { size: { w, h }, image, mime: type };
});

const wrapperShape = {
  tag: webAddressWith(
    '${CACHEBUSTER}',
    'the address of a VAST tag, such as "https://ads.acme.example/vast"',
  ).describe(
    "The address of somebody else's VAST; ${CACHEBUSTER} stands for a number that is new each time.",
  ),
  version: z
    .enum(['2.0', '3.0', '4.0', '4.1', '4.2', '4.3'])
    .describe('The version of VAST that the tag answers with.'),
  mimes: list(mime, 'a list of content types such as ["video/mp4"]', FILES_MAX).describe(
    'Content types of all of its files: places that do not take each one are left out.',
  ),
};
const videoWrapper = group('a wrapper in braces: {"tag": …, "version": "4.2", "mimes": [ … ]}', {
  ...wrapperShape,
  w: pixels('width').optional().describe('Width in pixels, where it has one.'),
  h: pixels('height').optional().describe('Height in pixels.'),
})
  .check(
    ruleOverNames((has) =>
      has('w') === has('h') ? undefined : 'needs both "w" and "h" in pixels, or neither',
    ),
  )
  .transform(({ w, h, ...given }): VastWrapper => ({
    ...given,
    size: w === undefined || h === undefined ? undefined : { w, h },
  }));
const audioWrapper = group(
  'a wrapper in braces: {"tag": …, "version": "4.2", "mimes": [ … ]}',
  wrapperShape,
).transform((given): VastWrapper => ({ ...given, size: undefined }));

const companions = list(companion, 'a list of companions', COMPANIONS_MAX)
  .optional()
  .describe('Pictures that are shown beside it where there is room.');

const oneSource = () =>
  ruleOverNames((has) =>
    has('files') === has('wrapper') ? 'needs either "files" or "wrapper", one of the two' : undefined,
  );

interface GivenStream {
  readonly files?: readonly MediaFile[] | undefined;
  readonly wrapper?: VastWrapper | undefined;
  readonly companions?: readonly Companion[] | undefined;
  readonly landing: string;
}

/** All addresses that a player may follow. */
function addressesOf({ files = [], wrapper, companions: beside = [] }: GivenStream): string[] {
  const tags = wrapper ? [wrapper.tag] : [];
  return [...files.map(({ url }) => url), ...tags, ...beside.map(({ image }) => image)];
}

function limitVast(given: GivenStream, context: z.RefinementCtx): void {
  const frames =
    'x'.repeat(VAST_FRAME) +
    FILE_FRAME.repeat(given.files?.length ?? 0) +
    COMPANION_FRAME.repeat(given.companions?.length ?? 0);
  const shown = `${frames}\${CLICK_URL}${addressesOf(given).join('')}`;
  limitMarkup(context, shown, given.landing, [given.files ? 'files' : 'wrapper']);
}

export const videoCreative = group('a creative in braces', {
  ...commonShape,
  format: z.literal('video').describe('The kind of creative: "video".'),
  seconds,
  files: videoFiles.optional().describe('The video in one or several encodings; players take what fits.'),
  wrapper: videoWrapper.optional().describe("Somebody else's VAST tag, in place of files."),
  skipAfter: number('seconds such as 5', { min: 0, max: SECONDS.max })
    .optional()
    .describe('The player may skip it after so many seconds. Left out: it may not.'),
  companions,
})
  .check(oneSource())
  .transform((given, context): CreativeAsWritten<VideoCreative> => {
    limitVast(given, context);
    return {
      ...commonFacts(given, addressesOf(given)),
      format: given.format,
      seconds: given.seconds,
      files: given.files ?? [],
      wrapper: given.wrapper,
      companions: given.companions ?? [],
      skipAfterSeconds: given.skipAfter,
    };
  });

export const audioCreative = group('a creative in braces', {
  ...commonShape,
  format: z.literal('audio').describe('The kind of creative: "audio".'),
  seconds,
  files: list(audioFile, 'a list of files such as [{"url": "https://…/a.mp3"}]', FILES_MAX)
    .optional()
    .describe('The spot in one or several encodings.'),
  wrapper: audioWrapper.optional().describe("Somebody else's VAST tag, in place of files."),
  companions,
})
  .check(oneSource())
  .transform((given, context): CreativeAsWritten<AudioCreative> => {
    limitVast(given, context);
    return {
      ...commonFacts(given, addressesOf(given)),
      format: given.format,
      seconds: given.seconds,
      files: given.files ?? [],
      wrapper: given.wrapper,
      companions: given.companions ?? [],
    };
  });
