import { z } from 'zod';
import { NATIVE_DATA } from '../../domain/adcom-words.js';
import type { NativeCreative, NativeImage } from '../../domain/creative.js';
import { commonFacts, commonShape, limitMarkup, pixels, type CreativeAsWritten } from './creative-parts.js';
import { addSays, group, list, text } from './fields.js';
import { mimeOfImage } from './markup.js';
import { videoFiles, videoSeconds } from './stream-creative.js';
import { webAddress } from './web.js';

const IMAGES_MAX = 10;
const TITLE_CHARACTERS_MAX = 140;
const DATA_CHARACTERS_MAX = 300;
/** What a response puts around each asset, beside its text. */
const ASSET_FRAME = '{"id":123,"data":{"value":"","type":12,"len":300}},';
const RESPONSE_FRAME = 250;

const image = group('a picture in braces, such as {"url": "https://…/a.jpg", "w": 1200, "h": 627}', {
  url: webAddress('the address of a picture, such as "https://cdn.acme.example/trail.jpg"').describe(
    'Where the picture is.',
  ),
  w: pixels('width').describe('Width in pixels.'),
  h: pixels('height').describe('Height in pixels.'),
}).transform(({ url, w, h }, context): NativeImage => {
  const mime = mimeOfImage(url);
  if (mime === undefined) {
    addSays(context, 'must end like a picture: .png, .jpg, .gif, .webp or .svg', ['url']);
    return z.NEVER;
  }
  return { url, size: { w, h }, mime };
});

const data = (what: string) =>
  text(`${what} as text in quotes`, { charactersMax: DATA_CHARACTERS_MAX }).optional();

/** The settings that become data assets, by the words of NATIVE_DATA. */
const dataShape = {
  sponsoredBy: data('whose advertisement it is').describe(
    'Whose advertisement it is; many places ask for it.',
  ),
  description: data('a sentence or two').describe('A sentence or two about it.'),
  moreDescription: data('a second description').describe('A second, longer description.'),
  rating: data('the stars that an app has, such as "4.5",').describe('Rating of the app: 0 to 5.'),
  likes: data('how many people like it').describe('How many people like it.'),
  downloads: data('how often it was downloaded').describe('How often it was downloaded.'),
  price: data('the price').describe('The price, with its currency.'),
  salePrice: data('the reduced price').describe('The reduced price, with its currency.'),
  phone: data('a telephone number').describe('Telephone number.'),
  address: data('an address').describe('Address of a shop.'),
  displayUrl: data('the address to show').describe('The web address as readers see it.'),
  callToAction: data('words such as "Buy now"').describe('What the button says, such as "Buy now".'),
} satisfies Record<keyof typeof NATIVE_DATA, unknown>;

export const nativeCreative = group('a creative in braces', {
  ...commonShape,
  format: z.literal('native').describe('The kind of creative: "native".'),
  title: text('a headline as text in quotes', { charactersMax: TITLE_CHARACTERS_MAX }).describe(
    'The headline: 25 characters fit everywhere, 90 nearly everywhere.',
  ),
  images: list(image, 'a list of pictures such as [{"url": …, "w": 1200, "h": 627}]', IMAGES_MAX)
    .optional()
    .describe('The main picture in one or several sizes; 1200x627 is the one most asked for.'),
  icons: list(image, 'a list of pictures such as [{"url": …, "w": 80, "h": 80}]', IMAGES_MAX)
    .optional()
    .describe('An icon or logo in one or several sizes.'),
  ...dataShape,
  video: group('a video in braces: {"seconds": 15, "files": [ … ]}', {
    seconds: videoSeconds,
    files: videoFiles.describe('The video in one or several encodings.'),
  })
    .optional()
    .describe('A video for places that show one.'),
  privacy: webAddress('the address of a page, such as "https://acme.example/privacy"')
    .optional()
    .describe('A page about privacy, where the place links to one.'),
}).transform((given, context): CreativeAsWritten<NativeCreative> => {
  const { images = [], icons = [], video, privacy } = given;
  const texts = Object.entries(NATIVE_DATA).flatMap(([name, type]) => {
    const value = given[name as keyof typeof NATIVE_DATA];
    return value === undefined ? [] : [[type, value] as const];
  });
  const longest = (pictures: readonly NativeImage[]) =>
    pictures.reduce((most, { url }) => (url.length > most.length ? url : most), '');
  // The title, one picture of each kind, the data and the video are sent at most.
  const parts = [
    given.title,
    longest(images),
    longest(icons),
    ...texts.map(([, value]) => value),
    privacy ?? '',
  ].map((part) => JSON.stringify(part).slice(1, -1)); // A native response is JSON within JSON.
  const media = video ? `${'x'.repeat(900)}\${CLICK_URL}${video.files.map(({ url }) => url).join('')}` : '';
  const shown = `${'x'.repeat(RESPONSE_FRAME)}${ASSET_FRAME.repeat(parts.length)}\${CLICK_URL}${parts.join('')}${media}`;
  limitMarkup(context, shown, given.landing, ['title']);
  const urls = [...images, ...icons, ...(video?.files ?? [])].map(({ url }) => url);
  return {
    ...commonFacts(given, [...urls, privacy ?? '']),
    format: given.format,
    title: given.title,
    images,
    icons,
    data: new Map(texts),
    video,
    privacyUrl: privacy,
  };
});
