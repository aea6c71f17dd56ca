import { DOMParser, type Element } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsNamed, readXml, type XmlElement } from './xml.js';

const WRONG: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['text alone', 'a'],
  ['no end', '<a>'],
  ['another end', '<a></b>'],
  ['ends crosswise', '<a><b></a></b>'],
  ['two roots', '<a/><b/>'],
  ['text behind the root', '<a/>b'],
  ['a naked &', '<a>b & c</a>'],
  ['a naked & in an attribute', '<a b="?c=1&d=2"/>'],
  ['an entity that nobody defined', '<a>&nbsp;</a>'],
  ['a reference to no character', '<a>&#0;</a>'],
  ['a naked <', '<a>1 < 2</a>'],
  ['a naked < in an attribute', '<a b="<"/>'],
  ['an attribute without quotes', '<a b=1/>'],
  ['an attribute without value', '<a b/>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['no blank between attributes', '<a b="1"c="2"/>'],
  ['a name that begins with a digit', '<1/>'],
  ['CDATA without end', '<a><![CDATA[b</a>'],
  ['the end of CDATA in text', '<a>]]></a>'],
  ['a comment without end', '<a><!-- b</a>'],
  ['a comment with two dashes', '<a><!-- b -- c --></a>'],
  ['a declaration that comes late', ' <?xml version="1.0"?><a/>'],
  ['an instruction with more than a name', '<a><?b>c?></a>'],
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['a control character', '<a>\u0001</a>'],
  ['half of a character', '<a>\uD83D</a>'],
  ['a hundred and two elements, one in the other', '<a>'.repeat(102) + '</a>'.repeat(102)],
];

describe('readXml', () => {
  it('reads elements, attributes, text, CDATA and entities, and leaves comments and instructions out', () => {
    const text =
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- first --><a b=\'1 &lt; 2\' c:d="&#x41;">x &amp; <![CDATA[<y> & ]]><!-- n --><?do it?>' +
      '<e/><e >z</e ></a><!-- last -->\n';
    expect(readXml(text)).toEqual({
      name: 'a',
      attributes: { b: '1 < 2', 'c:d': 'A' },
      text: 'x & <y> &',
      elements: [
        { name: 'e', attributes: {}, text: '', elements: [] },
        { name: 'e', attributes: {}, text: 'z', elements: [] },
      ],
    });
  });

  it.each(WRONG)('refuses %s', (_about, text) => {
    expect(readXml(text)).toEqual(expect.stringMatching(/at character \d+$/));
  });

  it('finds elements at any depth in their order', () => {
    const root = readXml('<a><b><c>1</c></b><c>2<c>3</c></c></a>') as XmlElement;
    expect(elementsNamed(root, 'c').map(({ text }) => text)).toEqual(['1', '2', '3']);
  });

  it('reads what a full parser reads, and nothing that it refuses', () => {
    const document = fc.letrec<{ element: string; content: string }>((tie) => ({
      element: fc
        .tuple(
          fc.constantFrom('a', 'B.c', 'd-1'),
          fc.constantFrom('', ' e="1"', " f='&quot;'"),
          fc.array(tie('content'), { maxLength: 4 }),
        )
        .map(([name, attributes, contents]) => `<${name}${attributes}>${contents.join('')}</${name}>`),
      content: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('text', '&amp;', '&#65;', '<![CDATA[<&]]>', '<!-- c -->', '<?p i?>', '\n', 'é'),
        tie('element'),
      ),
    })).element;
    const damage = fc.record({
      at: fc.nat(),
      cut: fc.nat(3),
      insert: fc.constantFrom('', '<', '>', '&', '"', ']]>', '/', '='),
    });
    fc.assert(
      fc.property(document, fc.option(damage, { nil: undefined }), (whole, broken) => {
        const at = broken ? broken.at % whole.length : 0;
        const text = broken ? whole.slice(0, at) + broken.insert + whole.slice(at + broken.cut) : whole;
        const ours = readXml(text);
        const theirs = parsed(text);
        if (!broken) expect(typeof ours).toBe('object');
        if (typeof ours === 'object') expect(shape(ours)).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });
});

function shape({ name, attributes, elements }: XmlElement): unknown {
  return [name, { ...attributes }, elements.map(shape)];
}

/** The full parser's reading; undefined where it refuses. */
function parsed(text: string): unknown {
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw new Error(message);
      },
    });
    const root = parser.parseFromString(text, 'text/xml').documentElement;
    return root ? shapeOf(root) : undefined;
  } catch {
    return undefined;
  }
}

function shapeOf(element: Element): unknown {
  const attributes = Object.fromEntries(Array.from(element.attributes, ({ name, value }) => [name, value]));
  const children = Array.from(element.childNodes).filter((node) => node.nodeType === 1) as Element[];
  return [element.tagName, attributes, children.map(shapeOf)];
}
