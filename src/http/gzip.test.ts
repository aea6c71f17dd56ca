import { describe, expect, it } from 'vitest';
import { acceptsGzip } from './gzip.js';

describe('acceptsGzip', () => {
  it.each([
    'gzip',
    'GZIP',
    'x-gzip',
    'deflate, gzip',
    'gzip;q=0.001',
    'br;q=1.0, gzip ; q=0.8, *;q=0',
    '*',
    'identity, *;q=0.5',
    'gzip;level=9',
  ])('reads %j as yes', (header) => {
    expect(acceptsGzip(header)).toBe(true);
  });

  it.each([
    '',
    'identity',
    'gzip;q=0',
    'gzip; Q=0.000',
    '*;q=0',
    '*, gzip;q=0',
    'gzip;q=0, *',
    'gzip;q=many',
    'gzipped',
    'deflate, br',
    ',,;;==',
  ])('reads %j as no', (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
