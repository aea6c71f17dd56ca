import fc from 'fast-check';
import type { JsonObject } from './merge.js';

/** Creatives as campaign files say them: each of a valid shape, with values that are right, unusual, too long or wrong. */

/** Mostly right: a creative has so many settings that hardly one were right altogether otherwise. */
const mostly = <Right, Wrong>(right: fc.Arbitrary<Right>, ...wrong: readonly Wrong[]) =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });

const address = (...endings: readonly string[]) =>
  fc
    .record({
      scheme: mostly(fc.constantFrom('https://', 'https://', 'http://', 'HTTP://'), 'ftp://', '//', ''),
      host: fc.constantFrom(
        'cdn.acme.example',
        'CDN.acme.example:8443',
        '[2001:db8::1]',
        'xn--bcher-kva.example',
      ),
      path: mostly(
        fc.oneof(
          fc.constantFrom('/a', '/b/c', '/%20', '/ü', '/a&b', '/a]]'),
          fc.stringMatching(/^\/[a-z]{1,200}$/),
        ),
        '/a b',
        '/"onload="',
        '/<script>',
        ']]>',
      ),
      ending: mostly(fc.constantFrom(...endings), '', '.exe'),
      query: mostly(fc.constantFrom('', '?v=1&w=2', '?q=%22', '#t'), '?${CACHEBUSTER}'),
    })
    .map(({ scheme, host, path, ending, query }) => scheme + host + path + ending + query);

const picture = address('.png', '.JPG', '.webp', '.svg');
const movie = address('.mp4', '.webm', '.m3u8', '.MOV');
const sound = address('.mp3', '.m4a', '.ogg');
const page = mostly(
  fc.constantFrom(
    'https://acme.example/trail',
    'http://acme.example/',
    'https://acme.example/?c=${CLICK_ID}',
    `https://acme.example/${'long'.repeat(150)}`,
  ),
  'javascript:alert(1)',
);
const pixels = mostly(fc.constantFrom(1, 80, 300, 720, 1280, 10_000), 0, 0.5, 10_001);
const seconds = mostly(fc.constantFrom(1, 6, 15, 15.5, 30, 600), 601, -1);
const words = mostly(
  fc.oneof(
    fc.constantFrom('Shoes', '4.5', 'Für Läufer', '"quoted"', '\\', '<b>', ']]>', '\u{1f45f}'),
    fc.stringMatching(/^\S{1,60}$/),
  ),
  ' ',
  '',
  'x'.repeat(301),
  'a\nb',
);

function some(shape: Record<string, fc.Arbitrary<unknown>>, required: readonly string[]) {
  return fc.record(shape, { requiredKeys: [...required] }) as fc.Arbitrary<JsonObject>;
}

/** One of the two, and now and then both or neither. */
function eitherOf(one: fc.Arbitrary<JsonObject>, other: Record<string, fc.Arbitrary<unknown>>) {
  const two = some(other, Object.keys(other));
  return fc.oneof(
    { weight: 15, arbitrary: one },
    { weight: 15, arbitrary: two },
    { weight: 1, arbitrary: together(one, two) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
}

function together(...parts: fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as JsonObject);
}

const common = {
  id: fc.constantFrom('cr1', 'a', 'x'.repeat(40)),
  landing: page,
  status: fc.constantFrom('active', 'paused'),
  pin: fc.constantFrom('new', '0'.repeat(32)),
  attributes: fc.constantFrom(['video-autoplay'], ['skip-button', 'pop']),
  apis: fc.subarray(['omid-1', 'vpaid-2'], { minLength: 1 }),
  language: fc.constantFrom('en', 'PT-br', 'xx'),
  categories: fc.constantFrom(['IAB18-5'], ['iab1']),
  otherCategories: mostly(
    fc.constantFrom({ 'content-3.0': ['483'] }, { 'ad-product-2.0': ['1001', 'a'] }, {}),
    { iab: [] },
  ),
  app: fc.constantFrom('com.Acme', '418987775'),
  preview: picture,
};
const always = ['id', 'format', 'landing'];

const bannerFacts = some(
  {
    ...common,
    format: fc.constant('banner'),
    mime: fc.constantFrom('image/png', 'text/html'),
    expands: fc.subarray(['down', 'left'], { minLength: 1 }),
  },
  always,
);
const measures = eitherOf(some({ w: pixels, h: pixels }, ['w', 'h']), {
  ratio: mostly(fc.constantFrom('4:3', '16:9'), '0:1'),
});
const html = fc.oneof(words, fc.constantFrom('<a href="${CLICK_URL}">x</a>', '<img src=http://x.example/>'));
const banner = together(bannerFacts, measures, eitherOf(some({ html }, ['html']), { image: picture }));

const fileOf = (url: fc.Arbitrary<string>, more: Record<string, fc.Arbitrary<unknown>>) =>
  some(
    {
      url,
      ...more,
      mime: fc.constantFrom('video/mp4', 'AUDIO/mpeg', 'application/dash+xml'),
      kbps: mostly(fc.constantFrom(1, 128, 4000), 0),
      delivery: fc.constantFrom('progressive', 'streaming'),
    },
    ['url', ...Object.keys(more)],
  );
const movieFiles = fc.array(fileOf(movie, { w: pixels, h: pixels }), { minLength: 1, maxLength: 4 });
const soundFiles = fc.array(fileOf(sound, {}), { minLength: 1, maxLength: 4 });
const companions = fc.array(some({ w: pixels, h: pixels, image: picture }, ['w', 'h', 'image']), {
  minLength: 1,
  maxLength: 6,
});
const wrapperOf = (more: Record<string, fc.Arbitrary<unknown>>) =>
  some(
    {
      tag: address('', '.xml'),
      version: fc.constantFrom('2.0', '3.0', '4.2'),
      mimes: fc.constantFrom(['video/mp4'], ['audio/mpeg', 'AUDIO/MP4']),
      ...more,
    },
    ['tag', 'version', 'mimes'],
  );

const video = together(
  some({ ...common, format: fc.constant('video'), seconds, skipAfter: seconds, companions }, [
    ...always,
    'seconds',
  ]),
  eitherOf(some({ files: movieFiles }, ['files']), { wrapper: wrapperOf({ w: pixels, h: pixels }) }),
);
const audio = together(
  some({ ...common, format: fc.constant('audio'), seconds, companions }, [...always, 'seconds']),
  eitherOf(some({ files: soundFiles }, ['files']), { wrapper: wrapperOf({}) }),
);

const pictures = fc.array(some({ url: picture, w: pixels, h: pixels }, ['url', 'w', 'h']), {
  minLength: 1,
  maxLength: 4,
});
const native = some(
  {
    ...common,
    format: fc.constant('native'),
    title: words,
    images: pictures,
    icons: pictures,
    sponsoredBy: words,
    description: words,
    moreDescription: words,
    rating: words,
    price: words,
    callToAction: words,
    displayUrl: words,
    video: some({ seconds, files: movieFiles }, ['seconds', 'files']),
    privacy: address('', '.html'),
  },
  [...always, 'title'],
);

export const anyCreativeFile: fc.Arbitrary<JsonObject> = fc.oneof(banner, video, audio, native);
