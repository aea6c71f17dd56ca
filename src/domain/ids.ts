/** A string that only the place which checked it may produce, so that a line item's id is never passed as a campaign's. */
type Branded<Name extends string> = string & { readonly __brand: Name };

export type CampaignId = Branded<'CampaignId'>;
export type LineItemId = Branded<'LineItemId'>;
export type CreativeId = Branded<'CreativeId'>;
export type AdvertiserId = Branded<'AdvertiserId'>;
export type ExchangeId = Branded<'ExchangeId'>;
