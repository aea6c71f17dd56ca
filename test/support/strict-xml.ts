import { DOMParser, type Element } from '@xmldom/xmldom';

/** Reads XML with a parser that is not ours and that forgives nothing. @returns its root */
export function strictXml(text: string): Element {
  const onError = (level: string, message: string): void => {
    // U+FFFD is a character like any other (XML 1.0 §2.2), and what we write for what is none.
    if (level === 'warning' && message.startsWith('Unicode replacement character')) return;
    throw new Error(`${level}: ${message} in ${text}`);
  };
  const { documentElement } = new DOMParser({ onError }).parseFromString(text, 'text/xml');
  if (!documentElement) throw new Error('no root');
  return documentElement;
}

/** Elements of that name below `element`, in the order of the document. */
export function elementsOf(element: Element, name: string): Element[] {
  return Array.from(element.getElementsByTagName(name));
}

/** Texts of the elements of that name. */
export function textsOf(element: Element, name: string): string[] {
  return elementsOf(element, name).map(({ textContent }) => textContent ?? '');
}

/** Its elements by name and order, such as `Ad(InLine(AdSystem AdTitle))`. */
export function outlineOf(element: Element): string {
  const children = Array.from(element.childNodes).filter(
    (node): node is Element => node.nodeType === node.ELEMENT_NODE,
  );
  const inside = children.map(outlineOf).join(' ');
  return inside === '' ? element.tagName : `${element.tagName}(${inside})`;
}
