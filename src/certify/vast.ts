import { elementsNamed, readXml, type XmlElement } from './xml.js';

/** AdCOM "Creative Subtypes - Audio/Video": what a VAST version is called in line, and as a wrapper. */
const PROTOCOLS: Readonly<Record<string, readonly [inline: number, wrapper: number]>> = {
  '1.0': [1, 4],
  '2.0': [2, 5],
  '3.0': [3, 6],
  '4.0': [7, 8],
  '4.1': [11, 12],
  '4.2': [13, 14],
  '4.3': [15, 16],
};
const TIME = /^(\d{2,}):([0-5]\d):([0-5]\d(?:\.\d{1,3})?)$/;
const LINK_ELEMENTS = [
  'Impression',
  'Error',
  'Tracking',
  'ClickThrough',
  'ClickTracking',
  'MediaFile',
  'VASTAdTagURI',
  'CompanionClickThrough',
  'CompanionClickTracking',
  'StaticResource',
];
const MACRO = /\$\{[^}]*\}|%%[A-Z_]+%%|\[[A-Z_]+\]/g;

/** What a player would find in a VAST document. */
export interface Vast {
  readonly protocol: number | undefined;
  readonly isWrapper: boolean;
  /** Of the linear creative; undefined where none is told, as in most wrappers. */
  readonly seconds: number | undefined;
  readonly isLinear: boolean;
  readonly isNonLinear: boolean;
  /** When the player offers to skip, in seconds; undefined = never. */
  readonly skipSeconds: number | undefined;
  readonly files: readonly VastFile[];
  readonly companions: readonly VastCompanion[];
  /** Of the files, or of the document that a wrapper leads to. */
  readonly addresses: readonly string[];
  /** Everything in it that could be an address, attributes included, but for names of schemas. */
  readonly texts: readonly string[];
}

export interface VastFile {
  readonly mime: string;
  readonly delivery: string;
  readonly w: number;
  readonly h: number;
  /** The single bitrate, or the least and the most; undefined where none is told. */
  readonly kbps: readonly [number, number] | undefined;
  readonly api: string | undefined;
}

interface VastCompanion {
  readonly w: number;
  readonly h: number;
  /** AdCOM "Companion Types": 1 static, 2 HTML, 3 iframe. */
  readonly type: number;
}

/** @returns what stands in the document and what is wrong with it; without `vast` when nothing can be read */
export function readVast(text: string): { readonly vast?: Vast; readonly problems: readonly string[] } {
  const root = readXml(text.trim());
  if (typeof root === 'string') return { problems: [`adm is no XML: ${root}`] };
  if (root.name !== 'VAST') return { problems: [`adm is ${root.name} and not VAST`] };
  const ads = root.elements.filter(({ name }) => name === 'Ad');
  const [ad] = ads;
  const body = ad?.elements.find(({ name }) => name === 'InLine' || name === 'Wrapper');
  if (ads.length !== 1 || !body) return { problems: ['VAST must hold one Ad, in line or a wrapper'] };
  const vast = vastOf(root, body);
  return {
    vast,
    problems: [...bodyProblems(body, vast), ...linearProblems(body, vast), ...linkProblems(root)],
  };
}

function vastOf(root: XmlElement, body: XmlElement): Vast {
  const isWrapper = body.name === 'Wrapper';
  const [linear] = elementsNamed(body, 'Linear');
  const duration = linear && elementsNamed(linear, 'Duration')[0];
  const skip = linear?.attributes['skipoffset'];
  const seconds = duration && secondsOf(duration.text);
  return {
    protocol: PROTOCOLS[root.attributes['version'] ?? '']?.[isWrapper ? 1 : 0],
    isWrapper,
    seconds,
    isLinear: linear !== undefined,
    isNonLinear: elementsNamed(body, 'NonLinear').length > 0,
    skipSeconds: skip === undefined ? undefined : skipSecondsOf(skip, seconds),
    files: elementsNamed(body, 'MediaFile').map(fileOf),
    companions: elementsNamed(body, 'Companion').map(companionOf),
    addresses: [...elementsNamed(body, 'MediaFile'), ...elementsNamed(body, 'VASTAdTagURI')].map(
      ({ text }) => text,
    ),
    texts: textsOf(root),
  };
}

function secondsOf(time: string): number | undefined {
  const [, hours, minutes, seconds] = TIME.exec(time) ?? [];
  return hours === undefined ? undefined : Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

/** A time, or a share of the duration. */
function skipSecondsOf(skip: string, seconds = Number.NaN): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(skip)?.[1];
  return percent === undefined ? (secondsOf(skip) ?? Number.NaN) : (Number(percent) / 100) * seconds;
}

function fileOf({ attributes }: XmlElement): VastFile {
  const bitrate = attributes['bitrate'];
  const least = attributes['minBitrate'] ?? bitrate;
  const most = attributes['maxBitrate'] ?? bitrate;
  return {
    mime: (attributes['type'] ?? '').toLowerCase(),
    delivery: attributes['delivery'] ?? '',
    w: Number(attributes['width']),
    h: Number(attributes['height']),
    kbps: least === undefined || most === undefined ? undefined : [Number(least), Number(most)],
    api: attributes['apiFramework'],
  };
}

function companionOf(companion: XmlElement): VastCompanion {
  const has = (name: string) => companion.elements.some((element) => element.name === name);
  const rich = has('HTMLResource') ? 2 : 3;
  return {
    w: Number(companion.attributes['width']),
    h: Number(companion.attributes['height']),
    type: has('StaticResource') ? 1 : rich,
  };
}

/** Schemas are named by addresses that nobody loads. */
function textsOf({ attributes, text, elements }: XmlElement): string[] {
  const own = Object.entries(attributes).flatMap(([name, value]) =>
    name.startsWith('xmlns') || name.startsWith('xsi:') ? [] : [value],
  );
  return [...own, text, ...elements.flatMap(textsOf)];
}

function bodyProblems(body: XmlElement, { protocol, isWrapper }: Vast): string[] {
  const has = (name: string) => body.elements.some((element) => element.name === name);
  const needed = isWrapper
    ? ['AdSystem', 'VASTAdTagURI', 'Impression']
    : ['AdSystem', 'AdTitle', 'Impression', 'Creatives'];
  return [
    ...(protocol === undefined ? ['VAST has no version that is known'] : []),
    ...needed.filter((name) => !has(name)).map((name) => `VAST has no ${name}`),
  ];
}

function linearProblems(body: XmlElement, { isWrapper, seconds, skipSeconds, files }: Vast): string[] {
  const [linear] = elementsNamed(body, 'Linear');
  if (!linear || isWrapper) return [];
  return [
    ...(seconds === undefined ? ['VAST has no Duration such as 00:00:15'] : []),
    ...(files.length === 0 ? ['VAST has no MediaFile'] : []),
    ...(skipSeconds === undefined || Number.isFinite(skipSeconds) ? [] : ['skipoffset is no time']),
    ...files.flatMap(({ mime, delivery, w, h, kbps }) => [
      ...(/^\w+\/[\w.+-]+$/.test(mime) ? [] : [`a MediaFile has the type ${mime}`]),
      ...(['progressive', 'streaming'].includes(delivery)
        ? []
        : [`a MediaFile has the delivery ${delivery}`]),
      ...(isCount(w) && isCount(h) ? [] : ['a MediaFile has no width and height']),
      ...((kbps ?? []).every((rate) => rate > 0) ? [] : ['a MediaFile has a bitrate that is no number']),
    ]),
  ];
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function linkProblems(root: XmlElement): string[] {
  return LINK_ELEMENTS.flatMap((name) =>
    elementsNamed(root, name)
      .map(({ text }) => text.replace(MACRO, '1'))
      .filter((link) => !(/^https?:\/\/[^\s"'<>\\]+$/.test(link) && URL.canParse(link)))
      .map((link) => `${name} is no link: ${link.slice(0, 80)}`),
  );
}
