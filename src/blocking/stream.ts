import type { Audio, Banner, Size, Video } from '../domain/bid-request.js';
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
  const { wrapper, skipAfterSeconds } = creative;
  const { size, boxingAllowed, attributesBlocked } = video;
  const aspect = boxingAllowed ? undefined : size;
  const files = aspect ? creative.files.filter((file) => hasAspect(file.size, aspect)) : creative.files;
  if (aspect && (wrapper ? !hasAspect(wrapper.size, aspect) : files.length === 0)) return 'creative-size';
  const shown = streamShownAs(creative, files, video);
  if (typeof shown === 'string') return shown;
  // Ours interrupt the content; none lies over it.
  if (video.linearity === NON_LINEAR) return 'creative-linearity';
  const maySkip = mayBringSkip(creative, video);
  if (creative.attributes.includes(SKIP_BUTTON) && !maySkip) return 'creative-skip';
  return {
    format: shown.format,
    vastVersion: shown.vastVersion,
    protocol: shown.protocol,
    files: bySize(shown.files, video),
    companions: shown.companions,
    // VAST 2.0 has no word for it, and of a wrapper what it leads to says so.
    isSkippable:
      skipAfterSeconds !== undefined &&
      maySkip &&
      !attributesBlocked.includes(SKIP_BUTTON) &&
      !wrapper &&
      shown.vastVersion !== '2.0',
  };
}

/** Rule 34. */
export function audioShownAs(creative: AudioCreative, audio: Audio): ShownStream | CreativeRule {
  return streamShownAs(creative, creative.files, audio);
}

/**
 * Rule 32, OpenRTB 2.6 §7.4: where the player offers to skip (`skip` 1), the creative must not, and where only longer videos may
 * be skipped, a shorter one may not either.
 */
function mayBringSkip({ seconds }: VideoCreative, { skippable, skipSecondsMin }: Video): boolean {
  return skippable !== true && seconds > skipSecondsMin;
}

/** @param encodings those of the creative's files that have the right shape */
export function streamShownAs(
  creative: Pick<StreamCreative, 'format' | 'seconds' | 'wrapper' | 'attributes' | 'apis' | 'companions'>,
  encodings: readonly MediaFile[],
  place: Place,
): ShownStream | CreativeRule {
  const { wrapper } = creative;
  const { mimes, attributesBlocked, apis } = place;
  const ofMime = wrapper ? NO_FILES : encodings.filter(({ mime }) => mimes.includes(mime));
  if (wrapper ? !wrapper.mimes.every((mime) => mimes.includes(mime)) : ofMime.length === 0) {
    return 'creative-mime';
  }
  if (creative.attributes.some((attribute) => attributesBlocked.includes(attribute))) {
    return 'creative-attribute';
  }
  if (!creative.apis.every((api) => apis.includes(api))) return 'creative-api';
  if (!takesSeconds(creative.seconds, place)) return 'creative-duration';
  const protocols = wrapper ? WRAPPER_PROTOCOLS : INLINE_PROTOCOLS;
  const versions = wrapper ? [wrapper.version] : PREFERRED;
  const vastVersion = versions.find(
    (version) => place.protocols.length === 0 || place.protocols.includes(protocols[version]),
  );
  if (vastVersion === undefined) return 'creative-protocol';
  const files = wrapper ? NO_FILES : usableFiles(ofMime, place);
  if (typeof files === 'string') return files;
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

/** Rule 13: where a range and exact durations are told, both hold. */
function takesSeconds(seconds: number, { secondsMin, secondsMax, secondsRequired }: Place): boolean {
  if (seconds < secondsMin || seconds > secondsMax) return false;
  return secondsRequired.length === 0 || secondsRequired.includes(seconds);
}

/** The files that a place takes; else why the one that came furthest is not taken. */
function usableFiles(
  files: readonly MediaFile[],
  { bitrateMin, bitrateMax, deliveries }: Place,
): readonly MediaFile[] | CreativeRule {
  const isLimited = bitrateMin > 0 || bitrateMax !== Infinity;
  const ofBitrate = files.filter(
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

function hasAspect(size: Size | undefined, player: Size): boolean {
  return size !== undefined && size.w * player.h === size.h * player.w;
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
