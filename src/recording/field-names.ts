/**
 * Every field name of OpenRTB 2.6, of the objects that it takes from others (supply chain, extended ids, the Digital Services
 * Act) and of the Native 1.2 request, but those of what tells of a visitor: `user`, `device` and `geo`. These names stay as they
 * are; any other one may be made of somebody's name. What stands under a name is another matter.
 */
export const FIELD_NAMES: ReadonlySet<string> = new Set(
  `
  id imp site app dooh test at tmax wseat bseat allimps cur wlang wlangb acat bcat cattax badv bapp source regs ext
  fd tid pchain schain complete ver nodes asi sid hp rid name domain
  coppa gdpr us_privacy gpp gpp_sid gpc dsa dsarequired pubrender datatopub transparency dsaparams
  metric banner video audio native pmp displaymanager displaymanagerver instl tagid bidfloor bidfloorcur clickbrowser
  secure iframebuster rwdd ssai exp qty dt refresh refsettings reftype minint count multiplier sourcetype vendor type value
  format w h wratio hratio wmin hmin btype battr pos mimes topframe expdir api apis vcm wmax hmax
  minduration maxduration startdelay maxseq poddur protocols protocol podid podseq rqddurs placement plcmt linearity skip
  skipmin skipafter sequence slotinpod mincpmpersec maxextended minbitrate maxbitrate boxingallowed playbackmethod
  playbackend delivery companionad companiontype poddedupe durfloors mindur maxdur feed stitched nvol rewarded
  is_rewarded_inventory request request_native private_auction deals wadomain guar
  cat sectioncat pagecat page ref mobile privacypolicy publisher content keywords kwarray bundle storeurl paid
  inventorypartnerdomain venuetype venuetypetax fixed episode title series season artist genre gtax genres album isrc
  producer url prodq videoquality context contentrating userrating qagmediarating livestream sourcerelationship len language
  langb embeddable data network channel segment segtax
  plcmttype contextsubtype plcmtcnt seq assets aurlsupport durlsupport privacy eventtrackers event methods required img prebid
  `
    .trim()
    .split(/\s+/),
);
