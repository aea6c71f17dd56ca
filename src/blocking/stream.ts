import type { Audio, Banner, Video } from '../domain/bid-request.js';
import type { AudioCreative, Companion, MediaFile, VideoCreative } from '../domain/creative.js';
import type { CreativeRule } from '../domain/rejection.js';
import type { ShownStream, VastVersion } from '../domain/shown-as.js';

type StreamCreative = VideoCreative | AudioCreative;
/** What is asked of a stream; the video asset of a native impression asks less. */
type Place = Pick<
  Video | Audio,
  | 'mimes'
  | 'secondsMin'
  | 'secondsMax'
  | 'secondsRequired'
  | 'protocols'
  | 'bitrateMin'
  | 'bitrateMax'
  | 'deliveries'
  | 'attributesBlocked'
  | 'apis'
  | 'companions'
  | 'companionTypes'
>;

/** AdCOM "Creative Subtypes - Audio/Video": the codes of what we write, and of wrappers. */
const INLINE_PROTOCOLS: Readonly<Record<VastVersion, number>> = {
  '2.0': 2,
  '3.0': 3,
  '4.0': 7,
  '4.1': 11,
  '4.2': 13,
  '4.3': 15,
};
const WRAPPER_PROTOCOLS: Readonly<Record<VastVersion, number>> = {
  '2.0': 5,
  '3.0': 6,
  '4.0': 8,
  '4.1': 12,
  '4.2': 14,
  '4.3': 16,
};
/** Where several are taken, what most players have read for longest and that can say all we say. */
const PREFERRED: readonly VastVersion[] = ['3.0', '4.2', '4.1', '4.0', '4.3', '2.0'];

const SKIP_BUTTON = 16;
const NON_LINEAR = 2;
const STREAMING = 1;
const STATIC_COMPANION = 1;

/** Rules 29-33 for a video. @returns how it is shown, or the first rule that keeps it out */
export function videoShownAs(creative: VideoCreative, video: Video): ShownStream | CreativeRule {
  // Ours interrupt the content; none lies over it.
  if (video.linearity === NON_LINEAR) return 'creative-linearity';
  if (creative.attributes.includes(SKIP_BUTTON) && !mayBringSkip(creative, video)) return 'creative-skip';
  const shown = streamShownAs(creative, video);
  if (typeof shown === 'string') return shown;
  const files =
    video.boxingAllowed || !video.size ? shown.files : shown.files.filter(hasAspectOf(video.size));
  const hasAspect = creative.wrapper ? wrapperHasAspect(creative, video) : files.length > 0;
  if (!hasAspect) return 'creative-size';
  const isSkippable =
    creative.skipAfterSeconds !== undefined &&
    mayBringSkip(creative, video) &&
    !video.attributesBlocked.includes(SKIP_BUTTON);
  return { ...shown, files: bySize(files, video), isSkippable };
}

/** Rule 34. */
export function audioShownAs(creative: AudioCreative, audio: Audio): ShownStream | CreativeRule {
  return streamShownAs(creative, audio);
}

/**
 * Rule 32, OpenRTB 2.6 §7.4: where the player offers to skip (`skip` 1), the creative must not, and where only longer videos may
 * be skipped, a shorter one may not either.
 */
function mayBringSkip({ seconds }: VideoCreative, { skippable, skipSecondsMin }: Video): boolean {
  return skippable !== true && seconds > skipSecondsMin;
}

export function streamShownAs(
  creative: Pick<
    StreamCreative,
    'format' | 'seconds' | 'files' | 'wrapper' | 'attributes' | 'apis' | 'companions'
  >,
  place: Place,
): ShownStream | CreativeRule {
  const { seconds, wrapper } = creative;
  if (seconds < place.secondsMin || seconds > place.secondsMax) return 'creative-duration';
  if (place.secondsRequired.length > 0 && !place.secondsRequired.includes(seconds))
    return 'creative-duration';
  const files = wrapper ? NO_FILES : usableFiles(creative.files, place);
  if (typeof files === 'string') return files;
  if (wrapper && !wrapper.mimes.every((mime) => place.mimes.includes(mime))) return 'creative-mime';
  const protocols = wrapper ? WRAPPER_PROTOCOLS : INLINE_PROTOCOLS;
  const versions = wrapper ? [wrapper.version] : PREFERRED;
  const vastVersion = versions.find(
    (version) => place.protocols.length === 0 || place.protocols.includes(protocols[version]),
  );
  if (vastVersion === undefined) return 'creative-protocol';
  if (creative.attributes.some((attribute) => place.attributesBlocked.includes(attribute))) {
    return 'creative-attribute';
  }
  if (!creative.apis.every((api) => place.apis.includes(api))) return 'creative-api';
  return {
    format: creative.format,
    vastVersion,
    protocol: protocols[vastVersion],
    files,
    companions: creative.companions.filter((companion) => companionFits(companion, place)),
    isSkippable: false,
  };
}

const NO_FILES: readonly MediaFile[] = [];

/** The files that a place takes; else why the one that came furthest is not taken. */
function usableFiles(
  files: readonly MediaFile[],
  { mimes, bitrateMin, bitrateMax, deliveries }: Place,
): readonly MediaFile[] | CreativeRule {
  const ofMime = files.filter(({ mime }) => mimes.includes(mime));
  if (ofMime.length === 0) return 'creative-mime';
  const isLimited = bitrateMin > 0 || bitrateMax !== Infinity;
  const ofBitrate = ofMime.filter(
    ({ kbps }) => !isLimited || (kbps !== undefined && kbps >= bitrateMin && kbps <= bitrateMax),
  );
  if (ofBitrate.length === 0) return 'creative-bitrate';
  // Whatever is not streamed can be loaded progressively and downloaded alike.
  const ofDelivery = ofBitrate.filter(
    ({ delivery }) =>
      deliveries.length === 0 ||
      deliveries.some((code) => (code === STREAMING) === (delivery === 'streaming')),
  );
  return ofDelivery.length === 0 ? 'creative-delivery' : ofDelivery;
}

function hasAspectOf({ w, h }: { readonly w: number; readonly h: number }) {
  return ({ size }: Pick<MediaFile, 'size'>): boolean => size !== undefined && size.w * h === size.h * w;
}

function wrapperHasAspect({ wrapper }: VideoCreative, { boxingAllowed, size }: Video): boolean {
  return boxingAllowed || !size || (wrapper !== undefined && hasAspectOf(size)(wrapper));
}

/** The one nearest to the player's width first, rather larger than smaller. */
function bySize(files: readonly MediaFile[], { size: player }: Video): readonly MediaFile[] {
  if (files.length < 2 || !player) return files;
  const distance = ({ size }: MediaFile): number => {
    const missing = player.w - (size?.w ?? 0);
    return missing > 0 ? 2 * missing : -missing;
  };
  return [...files].sort((a, b) => distance(a) - distance(b));
}

function companionFits({ size, mime }: Companion, { companions, companionTypes }: Place): boolean {
  if (companionTypes.length > 0 && !companionTypes.includes(STATIC_COMPANION)) return false;
  const takes = ({ sizes, mimes }: Banner): boolean =>
    sizes.some(({ w, h }) => w === size.w && h === size.h) && (mimes.length === 0 || mimes.includes(mime));
  return companions.some(takes);
}
