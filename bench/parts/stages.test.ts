import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { slopeOf } from './least-squares.js';
import { functionText, stageOf } from './stages.js';

function builtFunction(path: string, functionName = 'work') {
  const url = path === '' ? '' : pathToFileURL(`/anywhere/dist/${path}`).href;
  return { functionName, url, lineNumber: 0, columnNumber: 0 };
}

describe('profiles', () => {
  it.each([
    ['src/exchange/decode-user.js', 'decode'],
    ['src/exchange/scan/scanner.js', 'decode'],
    ['src/exchange/encode.js', 'encode'],
    ['src/notices/token.js', 'encode'],
    ['src/privacy/gate.js', 'gates'],
    ['src/targeting/targeting-index.js', 'match'],
    ['src/ledger/lease.js', 'price'],
    ['src/bid/path.js', 'path'],
    ['src/metrics/metrics.js', 'events'],
    ['src/http/call.js', 'HTTP'],
  ])('count %s for the stage %s', (path, stage) => {
    expect(stageOf(builtFunction(path))).toBe(stage);
  });

  it('leave what is not the project’s to who called it', () => {
    expect(stageOf(builtFunction(''))).toBeUndefined();
    expect(stageOf({ ...builtFunction(''), url: 'node:buffer' })).toBeUndefined();
    expect(stageOf(builtFunction('', '(garbage collector)'))).toBe('garbage collector');
  });

  it('name functions of the engine as they are', () => {
    expect(functionText(builtFunction('', 'set'))).toBe('set');
    expect(functionText({ ...builtFunction('', ''), url: 'node:buffer' })).toBe('(anonymous), node:buffer');
  });
});

describe('the slope by least squares', () => {
  it('is that of the line for points on one', () => {
    expect(
      slopeOf([
        [1, 5],
        [2, 7],
        [4, 11],
      ]),
    ).toBeCloseTo(2);
  });

  it('lies between the points otherwise, and is 0 of a single one', () => {
    expect(
      slopeOf([
        [0, 0],
        [1, 2],
        [2, 2],
      ]),
    ).toBeCloseTo(1);
    expect(slopeOf([[3, 3]])).toBe(0);
  });
});
