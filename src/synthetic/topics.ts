/** What pages are about and people are interested in. The same words name pages, segments, interests and campaigns. */
export interface Topic {
  readonly name: string;
  /** IAB Content Taxonomy 1.0. */
  readonly category: string;
  readonly keywords: readonly string[];
}

const TOPIC_TABLE = `
  running  IAB17    marathon jogging trail training
  football IAB17-44 league goal transfer derby
  travel   IAB20    islands flights hotels beaches
  cooking  IAB8     recipes baking vegan dinner
  cars     IAB2     electric hybrid leasing tyres
  finance  IAB13    savings mortgage funds pension
  gaming   IAB9-30  console strategy esports puzzle
  music    IAB1-6   concert vinyl festival guitar
  films    IAB1-5   cinema trailer series drama
  news     IAB12    politics weather elections local
  fashion  IAB18-3  autumn sneakers jackets vintage
  beauty   IAB18-2  skincare perfume haircut serum
  health   IAB7     sleep yoga vitamins stress
  family   IAB6     toddler school pregnancy toys
  pets     IAB16    puppy kitten aquarium grooming
  home     IAB10    sofa renovation garden lamps
  tech     IAB19    phones laptops privacy robots
  science  IAB15    climate space fossils physics
  careers  IAB4     salary interview remote resume
  property IAB21    apartments rent villas loft
  shopping IAB22    coupons delivery bargains gifts
  learning IAB5     languages courses exams algebra`;

export const TOPICS: readonly Topic[] = TOPIC_TABLE.trim()
  .split('\n')
  .map((row) => {
    const [name = '', category = '', ...keywords] = row.trim().split(/\s+/);
    return { name, category, keywords };
  });

const SEGMENT_STEMS =
  'fans buyers readers beginners experts researchers families commuters bargain-hunters subscribers lapsed owners'.split(
    ' ',
  );

/** The segments that profiles have and campaigns ask for, a few hundred; earlier ones are more common. */
export const SEGMENTS: readonly string[] = SEGMENT_STEMS.flatMap((stem) =>
  TOPICS.map(({ name }) => `${name}-${stem}`),
);
