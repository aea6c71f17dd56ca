/**
 * The fields of a bid request that are read (decode-*.ts, check-request.ts), as a tree: the scanner keeps these and
 * passes everything else over. A field that somebody reads and that is not here never arrives; decode.property.test.ts
 * finds out.
 */
export interface FieldTree {
  readonly [field: string]: FieldTree;
}

/** No object that is looked into: a text, a number, or a list of such. */
const LEAF: FieldTree = {};

function leaves<Field extends string>(...fields: readonly Field[]): Record<Field, FieldTree> {
  return Object.fromEntries(fields.map((field) => [field, LEAF])) as Record<Field, FieldTree>;
}

const DURATION_FLOOR: FieldTree = leaves('mindur', 'maxdur', 'bidfloor');

const DEAL: FieldTree = {
  ...leaves('id', 'bidfloor', 'bidfloorcur', 'at', 'wseat', 'wadomain', 'guar', 'mincpmpersec'),
  durfloors: DURATION_FLOOR,
};

const BANNER: FieldTree = {
  ...leaves('w', 'h', 'pos', 'mimes', 'btype', 'battr', 'api', 'apis', 'expdir'),
  format: leaves('w', 'h', 'wratio', 'hratio', 'wmin'),
};

const POD = leaves('poddur', 'maxseq', 'podid', 'podseq', 'slotinpod', 'poddedupe');

const STREAM: FieldTree = {
  ...POD,
  ...leaves('mimes', 'minduration', 'maxduration', 'rqddurs', 'protocols', 'protocol', 'startdelay'),
  ...leaves('minbitrate', 'maxbitrate', 'delivery', 'battr', 'api', 'apis', 'companiontype', 'mincpmpersec'),
  // A list of banners or, before OpenRTB 2.2, an object with such a list.
  companionad: { ...BANNER, banner: BANNER },
  durfloors: DURATION_FLOOR,
  ext: { ...POD, ...leaves('mincpmpersec', 'rqddurs', 'plcmt', 'rewarded'), durfloors: DURATION_FLOOR },
};

const VIDEO: FieldTree = {
  ...STREAM,
  ...leaves('w', 'h', 'linearity', 'skip', 'skipmin', 'skipafter', 'plcmt', 'placement'),
  ...leaves('playbackmethod', 'pos', 'boxingallowed'),
};

/** Broken sizes make a request invalid wherever they stand. */
const AUDIO: FieldTree = { ...STREAM, ...leaves('w', 'h', 'feed', 'stitched', 'nvol') };

const NATIVE_ROOT: FieldTree = {
  ...leaves('ver', 'plcmtcnt', 'privacy'),
  assets: {
    ...leaves('id', 'required'),
    title: leaves('len'),
    img: leaves('type', 'w', 'h', 'wmin', 'hmin', 'mimes'),
    video: leaves('mimes', 'minduration', 'maxduration', 'protocols'),
    data: leaves('type', 'len'),
  },
  eventtrackers: leaves('event', 'methods'),
};

/** Where it is no text. */
const NATIVE_REQUEST: FieldTree = { ...NATIVE_ROOT, native: NATIVE_ROOT };

const QUANTITY: FieldTree = leaves('multiplier');

const IMPRESSION: FieldTree = {
  ...leaves('id', 'instl', 'rwdd', 'bidfloor', 'bidfloorcur', 'secure'),
  banner: BANNER,
  video: VIDEO,
  audio: AUDIO,
  native: {
    ...leaves('ver', 'api', 'apis', 'battr'),
    request: NATIVE_REQUEST,
    request_native: NATIVE_REQUEST,
  },
  pmp: { ...leaves('private_auction'), deals: DEAL },
  qty: QUANTITY,
  ext: {
    ...leaves('rewarded', 'is_rewarded_inventory'),
    prebid: leaves('is_rewarded_inventory'),
    qty: QUANTITY,
  },
};

const INVENTORY: FieldTree = {
  ...leaves('id', 'domain', 'page', 'bundle', 'cat', 'sectioncat', 'pagecat', 'keywords', 'kwarray'),
  ...leaves('inventorypartnerdomain'),
  publisher: leaves('id', 'domain'),
  content: leaves('cat', 'keywords', 'kwarray', 'language', 'langb'),
  ext: leaves('inventorypartnerdomain'),
};

const GEO: FieldTree = leaves('country', 'region', 'city', 'zip', 'lat', 'lon', 'utcoffset', 'accuracy');

const DEVICE: FieldTree = {
  ...leaves('ua', 'devicetype', 'os', 'osv', 'make', 'model', 'carrier', 'connectiontype', 'language'),
  ...leaves('langb', 'ip', 'ipv6', 'ifa', 'lmt', 'dnt', 'w', 'h', 'ppi'),
  geo: GEO,
  sua: {
    ...leaves('model'),
    browsers: leaves('brand'),
    platform: leaves('brand', 'version'),
  },
};

const EXTENDED_IDS: FieldTree = { ...leaves('source'), uids: leaves('id') };

const USER: FieldTree = {
  ...leaves('id', 'buyeruid', 'yob', 'gender', 'consent'),
  geo: GEO,
  eids: EXTENDED_IDS,
  ext: { ...leaves('consent'), eids: EXTENDED_IDS },
};

const REGULATION_FIELDS: FieldTree = {
  ...leaves('coppa', 'gdpr', 'us_privacy', 'gpp', 'gpp_sid', 'gpc'),
  dsa: leaves('dsarequired', 'pubrender', 'datatopub'),
};

const SUPPLY_CHAIN: FieldTree = {
  ...leaves('complete', 'ver'),
  nodes: leaves('asi', 'sid', 'hp', 'domain'),
};

export const REQUEST_FIELDS: FieldTree = {
  ...leaves('id', 'test', 'at', 'tmax', 'cur', 'wseat', 'bseat', 'bcat', 'acat', 'cattax', 'badv', 'bapp'),
  ...leaves('wlang', 'wlangb'),
  imp: IMPRESSION,
  site: INVENTORY,
  app: INVENTORY,
  dooh: INVENTORY,
  device: DEVICE,
  user: USER,
  regs: { ...REGULATION_FIELDS, ext: REGULATION_FIELDS },
  source: { schain: SUPPLY_CHAIN, ext: { schain: SUPPLY_CHAIN } },
  ext: { schain: SUPPLY_CHAIN },
};
