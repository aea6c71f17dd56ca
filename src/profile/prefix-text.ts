/**
 * An address prefix as people write it: `4:cb007100/24` becomes `203.0.113.0/24`, and a whole address stands without its
 * length.
 *
 * @param prefix as lib/ip.ts makes them
 */
export function prefixText(prefix: string): string {
  const version = prefix.slice(0, 1);
  const [digits = '', bits = ''] = prefix.slice(2).split('/');
  const address = version === '4' ? ipv4Text(digits) : ipv6Text(digits);
  return bits === (version === '4' ? '32' : '128') ? address : `${address}/${bits}`;
}

function ipv4Text(digits: string): string {
  return [0, 2, 4, 6].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)).join('.');
}

/** Only the zeros at the end are cut, which is where those of a network are. */
function ipv6Text(digits: string): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    Number.parseInt(digits.slice(4 * i, 4 * i + 4), 16).toString(16),
  );
  const last = groups.findLastIndex((group) => group !== '0');
  return last >= 6 ? groups.join(':') : `${groups.slice(0, last + 1).join(':')}::`;
}
