import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyAudio,
  anyAudioPlace,
  anyNative,
  anyNativePlace,
  anyVideo,
  anyVideoPlace,
} from '../../test/support/any-format.js';
import { impression } from '../../test/support/decoded.js';
import { outgoingBid, ROOMY_EXCHANGE, sentBid, sentBody } from '../../test/support/outgoing-bid.js';
import { strictXml, textsOf } from '../../test/support/strict-xml.js';
import { checkResponse } from '../../test/response-checker.js';
import { shownAs } from '../blocking/creative.js';
import type { Creative, NativeCreative } from '../domain/creative.js';

/** Addresses as campaign files may have them. */
const addresses = fc.constantFrom(
  'https://cdn.acme.example/a.mp4',
  'https://cdn.acme.example/b?x=1&y=%22#t',
  'https://cdn.acme.example/]]/é',
);
const inItsPlace: fc.Arbitrary<[Creative, object]> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(anyVideo(addresses), anyVideoPlace) },
  fc.tuple(anyAudio(addresses), anyAudioPlace),
  fc.tuple(anyNative(addresses), anyNativePlace),
);

interface Part {
  readonly id: number;
  readonly title?: { readonly text: string };
  readonly img?: { readonly url: string };
  readonly data?: { readonly value: string };
  readonly video?: { readonly vasttag: string };
}

describe('a creative that may be shown', () => {
  it('makes a bid that an independent reader finds nothing wrong with, whatever it is and wherever', () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(inItsPlace, fc.constantFrom('2.5', '2.6'), ([given, offered], version) => {
        const fields = { id: '1', ...offered };
        const shown = shownAs(given, impression(fields));
        const outcome = typeof shown === 'string' ? shown : shown.format;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (typeof shown === 'string') return;
        const exchange = { ...ROOMY_EXCHANGE, version };
        const body = sentBody(outgoingBid(given, shown), exchange);
        const request = { id: 'r1', imp: [fields] };
        expect(checkResponse(request, body, exchange, { perUsd: { USD: 1 } })).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    // Each of the formats was shown, and each reason came up.
    for (const outcome of ['video', 'audio', 'native', ...REASONS]) {
      expect([outcome, (outcomes.get(outcome) ?? 0) > 3]).toEqual([outcome, true]);
    }
  });
});

const REASONS = [
  'creative-size',
  'creative-mime',
  'creative-attribute',
  'creative-api',
  'creative-duration',
  'creative-protocol',
  'creative-bitrate',
  'creative-delivery',
  'creative-linearity',
  'creative-skip',
  'creative-assets',
];

const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\u0000',
      '\u2028',
      '\ud800',
      '</script>',
      '\\"',
      '${CLICK_URL}',
      ']]>',
      '😀',
    ),
    maxLength: 6,
  }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

/** All that may be sent of it, as it was written. */
function textsOfNative({ title, images, icons, data }: NativeCreative): string[] {
  return [title, ...data.values(), ...images.map(({ url }) => url), ...icons.map(({ url }) => url)];
}

describe('the texts of a native creative', () => {
  it('come back as they were, in the assets that asked for them', () => {
    fc.assert(
      fc.property(anyNative(hostile), anyNativePlace, (given, offered) => {
        const shown = shownAs(given, impression(offered));
        fc.pre(typeof shown !== 'string' && shown.format === 'native');
        const { adm } = sentBid(outgoingBid(given, shown));
        expect(adm).not.toMatch(/<\/|[\u2028\u2029]/);
        const response = JSON.parse(adm) as { native?: { assets: Part[] }; assets?: Part[] };
        const assets = response.native?.assets ?? response.assets ?? [];
        const written = textsOfNative(given);
        for (const [i, part] of assets.entries()) {
          const asked = shown.assets[i];
          expect(part.id).toBe(asked?.id);
          const said = part.title?.text ?? part.img?.url ?? part.data?.value;
          if (part.video) {
            const files = textsOf(strictXml(part.video.vasttag), 'MediaFile');
            expect(files.length).toBeGreaterThan(0);
          } else expect(written).toContain(said);
        }
        expect(assets).toHaveLength(shown.assets.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
