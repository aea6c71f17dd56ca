import { z } from 'zod';
import { RULE_MODES, type RuleMode } from '../../domain/rule-mode.js';
import {
  CHAIN_NODES_DEFAULT,
  sellerKey,
  SUPPLY_CHECKS,
  type SupplyCheck,
  type SupplySettings,
} from '../../domain/supply-policy.js';
import { addSays, group, list, text, wholeNumber } from './fields.js';
import { listName } from './list-name.js';
import { domainName } from './web.js';

const CHAIN_NODES_MAX = 64;
const SELLER_ID_CHARACTERS_MAX = 256;

const mode = z
  .enum(RULE_MODES)
  .default('on')
  .describe('"on"; "dry-run": count what would be refused, and bid all the same; "off".');

const lists = (what: string) => list(listName, 'a list of names such as ["brand-unsafe"]').describe(what);

const need = (what: string) =>
  z
    .enum(['when-present', 'required'])
    .default('when-present')
    .describe(`"when-present": refuse what is known to be wrong; "required": refuse ${what} as well.`);

const seller = group('a seller in braces: { "system": "reseller.example", "seller": "4381" }', {
  system: domainName.describe('Domain of the advertising system (asi).'),
  seller: text('the id of the seller there, as text in quotes', {
    charactersMax: SELLER_ID_CHARACTERS_MAX,
  }).describe('Id of the seller there (sid).'),
});

const exchangeModes = group(
  'modes in braces: { "adsTxt": "off" }',
  Object.fromEntries(
    SUPPLY_CHECKS.map((check) => [
      check,
      z.enum(RULE_MODES).optional().describe(`In place of the mode of ${check}.`),
    ]),
  ) as Record<SupplyCheck, z.ZodOptional<z.ZodEnum<{ [Mode in RuleMode]: Mode }>>>,
);

/** What is left out is off, so `{}` is the policy that holds without the file. */
export const supplyFile = group('the supply policy in braces: { … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/supply.schema.json".'),
  block: group('lists to keep away from: { "lists": ["brand-unsafe"] }', {
    mode,
    lists: lists('Files in config/lists of sites, apps and publishers that nothing is bought from.'),
  })
    .optional()
    .describe('Where nothing is bought.'),
  allowOnly: group('lists to stay within: { "lists": ["premium"] }', {
    mode,
    lists: lists('Files in config/lists; what is on none of them is not bought.'),
  })
    .optional()
    .describe('Where alone is bought.'),
  supplyChain: group('rules for supply chains: { "need": "required", "nodesMax": 3 }', {
    mode,
    need: need('requests without a chain'),
    nodesMax: wholeNumber('a whole number of nodes, such as 3', { min: 1, max: CHAIN_NODES_MAX })
      .default(CHAIN_NODES_DEFAULT)
      .describe('Longest chain that is bought through, the exchange included.'),
    blockedSystems: list(domainName, 'a list of domains such as ["reseller.example"]')
      .default([])
      .describe('Advertising systems (asi) that may stand nowhere in the chain.'),
    blockedSellers: list(
      seller,
      'a list of sellers such as [{"system": "reseller.example", "seller": "4381"}]',
    )
      .default([])
      .describe('Sellers (asi and sid) that may stand nowhere in the chain.'),
  })
    .optional()
    .describe('Through whom is bought: incomplete chains and blocked nodes are refused.'),
  adsTxt: group('a rule for ads.txt: { "need": "when-present" }', {
    mode,
    need: need('sites and apps whose file is not there'),
  })
    .optional()
    .describe('Sellers have to stand in the ads.txt of the site or the app-ads.txt of the app.'),
  sellersJson: group('a rule for sellers.json: { "need": "when-present", "confidential": "take" }', {
    mode,
    need: need('sellers of systems whose file is not there'),
    confidential: z
      .enum(['take', 'refuse'])
      .default('take')
      .describe('What becomes of sellers that do not say who they are.'),
  })
    .optional()
    .describe('Sellers have to stand in the sellers.json of their system, under the domain that they sell.'),
  exchanges: z
    .record(text('the name of an exchange, as in exchanges/<name>.json'), exchangeModes, {
      error: 'exceptions by exchange: { "generic": { "adsTxt": "off" } }',
    })
    .default({})
    .describe('Other modes at some exchanges: { "generic": { "adsTxt": "off" } }.'),
})
  .superRefine((given, context) => {
    for (const [exchange, modes] of Object.entries(given.exchanges)) {
      for (const check of SUPPLY_CHECKS) {
        if (modes[check] === undefined || given[check] !== undefined) continue;
        const says = `switches ${check}, of which this file says nothing else; add "${check}" to the file`;
        addSays(context, says, ['exchanges', exchange, check]);
      }
    }
  })
  .meta({
    title: 'Supply',
    description: 'Through whom is bought, and where never. What is left out is off.',
  });

export function supplyOf(given: z.output<typeof supplyFile>): SupplySettings {
  const { block, allowOnly, supplyChain, adsTxt, sellersJson } = given;
  const modes = {
    block: block?.mode ?? 'off',
    allowOnly: allowOnly?.mode ?? 'off',
    supplyChain: supplyChain?.mode ?? 'off',
    adsTxt: adsTxt?.mode ?? 'off',
    sellersJson: sellersJson?.mode ?? 'off',
  };
  return {
    modes,
    exchanges: new Map(
      Object.entries(given.exchanges).map(([exchange, others]) => [exchange, withOthers(modes, others)]),
    ),
    listsBlocked: block?.lists ?? [],
    listsAllowed: allowOnly?.lists ?? [],
    supplyChain: {
      required: supplyChain?.need === 'required',
      nodesMax: supplyChain?.nodesMax ?? CHAIN_NODES_DEFAULT,
      systemsBlocked: new Set(supplyChain?.blockedSystems),
      sellersBlocked: new Set(
        supplyChain?.blockedSellers.map(({ system, seller: sellerId }) => sellerKey(system, sellerId)),
      ),
    },
    adsTxtRequired: adsTxt?.need === 'required',
    sellersRequired: sellersJson?.need === 'required',
    confidentialTaken: sellersJson?.confidential !== 'refuse',
  };
}

function withOthers(
  modes: SupplySettings['modes'],
  others: { readonly [Check in SupplyCheck]?: RuleMode | undefined },
): SupplySettings['modes'] {
  const modeOf = (check: SupplyCheck): RuleMode => others[check] ?? modes[check];
  return {
    block: modeOf('block'),
    allowOnly: modeOf('allowOnly'),
    supplyChain: modeOf('supplyChain'),
    adsTxt: modeOf('adsTxt'),
    sellersJson: modeOf('sellersJson'),
  };
}
