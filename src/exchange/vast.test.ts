import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyAudio, anyVideo } from '../../test/support/any-format.js';
import { FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import { elementsOf, outlineOf, strictXml, textsOf } from '../../test/support/strict-xml.js';
import type { Companion, MediaFile } from '../domain/creative.js';
import { VAST_VERSIONS, type ShownStream, type VastVersion } from '../domain/shown-as.js';
import { vastDocument, type VastLinks } from './vast.js';

const [VIDEO, AUDIO] = FORMAT_CREATIVES;

const LINKS: VastLinks = {
  bidId: 'XfX2cC21-0',
  mark: 'cr1.0123456789abcdef',
  impressionUrl: 'https://bid.example/i/t?p=${AUCTION_PRICE}',
  clickUrl: 'https://bid.example/c/t',
  cacheBuster: 4711,
};
const FILE: MediaFile = {
  url: 'https://cdn.example/a.mp4?x=1&y=2',
  mime: 'video/mp4',
  size: { w: 1280, h: 720 },
  kbps: 1500,
  delivery: 'progressive',
};
const COMPANION: Companion = {
  size: { w: 300, h: 250 },
  image: 'https://cdn.example/c.png?x=1&y=2',
  mime: 'image/png',
};
const WRAPPER = {
  tag: 'https://ads.example/v?a=1&cb=${CACHEBUSTER}&c=${CACHEBUSTER}',
  version: '3.0',
  mimes: ['video/mp4'],
  size: undefined,
} as const;

function shownIn(vastVersion: VastVersion, parts: Partial<ShownStream> = {}): ShownStream {
  return {
    format: 'video',
    vastVersion,
    protocol: 0,
    files: [FILE],
    companions: [],
    isSkippable: false,
    ...parts,
  };
}

const document = (version: VastVersion, parts: Partial<ShownStream> = {}, creative = {}) =>
  strictXml(vastDocument({ ...VIDEO, ...creative }, shownIn(version, parts), LINKS));

/** The order of elements in the schema of each version. */
const INLINE: Readonly<Record<VastVersion, string>> = {
  '2.0': before4(),
  '3.0': before4(),
  '4.0': from4(''),
  '4.1': from4('AdServingId '),
  '4.2': from4('AdServingId '),
  '4.3': from4('AdServingId '),
};

function before4(): string {
  const linear = 'Creative(Linear(Duration VideoClicks(ClickThrough) MediaFiles(MediaFile)))';
  const companion = 'Creative(CompanionAds(Companion(StaticResource CompanionClickThrough)))';
  return `VAST(Ad(InLine(AdSystem AdTitle Impression Creatives(${linear} ${companion}))))`;
}

function from4(servingId: string): string {
  const linear = 'Creative(Linear(Duration MediaFiles(MediaFile) VideoClicks(ClickThrough)) UniversalAdId)';
  const companion = 'Creative(CompanionAds(Companion(StaticResource CompanionClickThrough)) UniversalAdId)';
  return `VAST(Ad(InLine(AdSystem Impression ${servingId}AdTitle Creatives(${linear} ${companion}))))`;
}

describe('a VAST document', () => {
  it.each(VAST_VERSIONS)('of version %s has its elements in the order of the schema', (version) => {
    const vast = document(version, { companions: [COMPANION] });
    expect(vast.getAttribute('version')).toBe(version);
    expect(outlineOf(vast)).toBe(INLINE[version]);
  });

  it.each(VAST_VERSIONS)('of version %s may lead to one of somebody else', (version) => {
    const vast = document(version, { files: [], companions: [COMPANION] }, { wrapper: WRAPPER });
    const companion = 'Creative(CompanionAds(Companion(StaticResource CompanionClickThrough)))';
    const creatives = `Creatives(Creative(Linear(VideoClicks(ClickTracking))) ${companion})`;
    expect(outlineOf(vast)).toBe(
      version.startsWith('4')
        ? `VAST(Ad(Wrapper(AdSystem Impression ${creatives} VASTAdTagURI)))`
        : `VAST(Ad(Wrapper(AdSystem VASTAdTagURI Impression ${creatives})))`,
    );
    expect(textsOf(vast, 'VASTAdTagURI')).toEqual(['https://ads.example/v?a=1&cb=4711&c=4711']);
    expect(textsOf(vast, 'ClickTracking')).toEqual([LINKS.clickUrl]);
  });

  it('counts the impression once, with the price of the exchange, and leads clicks to us', () => {
    const vast = document('3.0', { companions: [COMPANION, COMPANION] });
    expect(textsOf(vast, 'Impression')).toEqual([LINKS.impressionUrl]);
    expect(textsOf(vast, 'ClickThrough')).toEqual([LINKS.clickUrl]);
    expect(textsOf(vast, 'CompanionClickThrough')).toEqual([LINKS.clickUrl, LINKS.clickUrl]);
    expect(textsOf(vast, 'StaticResource')).toEqual([COMPANION.image, COMPANION.image]);
    expect(elementsOf(vast, 'StaticResource')[0]?.getAttribute('creativeType')).toBe('image/png');
  });

  it('tells of each file what a player chooses by', () => {
    const still = { ...FILE, kbps: undefined, delivery: 'streaming' } as const;
    const [first, second] = elementsOf(document('4.2', { files: [FILE, still] }), 'MediaFile');
    const told = (name: string) => [first?.getAttribute(name), second?.getAttribute(name)];
    expect(told('delivery')).toEqual(['progressive', 'streaming']);
    expect(told('bitrate')).toEqual(['1500', null]);
    expect([told('width')[0], told('height')[0], told('type')[0]]).toEqual(['1280', '720', 'video/mp4']);
    expect(first?.textContent).toBe(FILE.url);
  });

  it('names an audio as one where there is a word for it, with files of no size', () => {
    const audio = (version: VastVersion) =>
      strictXml(
        vastDocument(
          AUDIO,
          shownIn(version, { format: 'audio', files: [{ ...FILE, size: undefined }] }),
          LINKS,
        ),
      );
    const kinds = VAST_VERSIONS.map((version) => elementsOf(audio(version), 'Ad')[0]?.getAttribute('adType'));
    expect(kinds).toEqual([null, null, null, 'audio', 'audio', 'audio']);
    expect(elementsOf(audio('4.1'), 'MediaFile')[0]?.getAttribute('width')).toBe('0');
  });

  it.each([
    [15, '00:00:15'],
    [15.5, '00:00:15.500'],
    [0.0004, '00:00:00'],
    [59.9996, '00:01:00'],
    [61, '00:01:01'],
    [3_661.25, '01:01:01.250'],
  ])('writes %f seconds as %s', (seconds, written) => {
    const vast = document('3.0', { isSkippable: true }, { seconds, skipAfterSeconds: seconds });
    expect(textsOf(vast, 'Duration')).toEqual([written]);
    expect(elementsOf(vast, 'Linear')[0]?.getAttribute('skipoffset')).toBe(written);
  });

  it('says nothing of skipping where the place does not let it', () => {
    const vast = document('3.0', { isSkippable: false }, { skipAfterSeconds: 5 });
    expect(elementsOf(vast, 'Linear')[0]?.hasAttribute('skipoffset')).toBe(false);
  });

  it('names each creative by our mark, under no registry', () => {
    const ids = elementsOf(document('4.0', { companions: [COMPANION] }), 'UniversalAdId');
    expect(
      ids.map((id) => [id.getAttribute('idRegistry'), id.getAttribute('idValue'), id.textContent]),
    ).toEqual([1, 2].map(() => ['unknown', LINKS.mark, LINKS.mark]));
    expect(elementsOf(document('4.2'), 'UniversalAdId')[0]?.hasAttribute('idValue')).toBe(false);
  });
});

const HOSTILE = [
  ']]>',
  '<![CDATA[',
  '&amp;',
  '&',
  '<',
  '>',
  '"',
  "'",
  '\r',
  '\n',
  '\t',
  '\u0000',
  '\u001f',
  '\u007f',
  '\u0085',
];
const ODD = [
  '\u2028',
  '\ufffe',
  '\uffff',
  '\ud800',
  '\udfff',
  '😀',
  'é',
  '</VAST>',
  '<!--',
  '-->',
  '<?xml?>',
  '$&',
  '${X}',
];
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...HOSTILE, ...ODD, 'a'), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** What XML 1.0 cannot say, said as U+FFFD (XML 1.0 §2.2). */
function sayable(text: string): string {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  const can = (point: number) =>
    point === 9 ||
    point === 10 ||
    point === 13 ||
    (point >= 0x20 && point <= 0xd7ff) ||
    (point >= 0xe000 && point <= 0xfffd) ||
    point >= 0x10000;
  return String.fromCodePoint(...points.map((point) => (can(point) ? point : 0xfffd)));
}

describe('the texts of an advertiser in it', () => {
  it('come back as they were, whatever stands in them', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyVideo(texts), anyAudio(texts)),
        fc.constantFrom(...VAST_VERSIONS),
        texts,
        (creative, version, mark) => {
          const { files, companions, wrapper, format } = creative;
          const shown = shownIn(version, { format, files, companions });
          const vast = strictXml(vastDocument(creative, shown, { ...LINKS, mark }));
          expect(elementsOf(vast, 'Ad').map((ad) => ad.getAttribute('id'))).toEqual([sayable(mark)]);
          expect(textsOf(vast, 'AdTitle')).toEqual(wrapper ? [] : [sayable(creative.id)]);
          expect(textsOf(vast, 'MediaFile')).toEqual(files.map(({ url }) => sayable(url)));
          expect(textsOf(vast, 'StaticResource')).toEqual(companions.map(({ image }) => sayable(image)));
          const tags = wrapper ? [sayable(wrapper.tag.replaceAll('${CACHEBUSTER}', '4711'))] : [];
          expect(textsOf(vast, 'VASTAdTagURI')).toEqual(tags);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
