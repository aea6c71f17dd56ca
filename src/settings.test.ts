import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings, requireFolder, SETTING_DEFAULTS, SettingsError } from './settings.js';

describe('settings', () => {
  it('have the defaults that config/bidder.env documents, each with a reason above it', () => {
    const lines = readFileSync('config/bidder.env', 'utf8').split('\n');
    const documented = Object.fromEntries(
      lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=') as [string, string]),
    );
    expect(documented).toEqual(SETTING_DEFAULTS);
    for (const [i, line] of lines.entries()) {
      if (/^[A-Z_]+=/.test(line)) expect(lines[i - 1], line).toMatch(/^(#|[A-Z_]+=)/);
    }
  });

  it('are usable as they are', () => {
    expect(readSettings({})).toMatchObject({
      port: 8080,
      adminPort: 9090,
      adminToken: undefined,
      inFlightMax: 1000,
    });
  });

  it('take the slash off the public URL', () => {
    expect(readSettings({ PUBLIC_URL: 'https://bid.example/' }).publicUrl).toBe('https://bid.example');
  });

  it('report every mistake at once, with name, value and expectation', () => {
    const environment = {
      PORT: '70000',
      ADMIN_PORT: 'abc',
      PUBLIC_URL: 'bid.example',
      BODY_BYTES_MAX: '1e5',
      LOG_LEVEL: 'loud',
    };
    expect(() => readSettings(environment)).toThrow(SettingsError);
    expect(() => readSettings(environment)).toThrow(
      [
        'PORT is "70000" but must be a whole number from 0 to 65535',
        'ADMIN_PORT is "abc" but must be a whole number from 0 to 65535',
        'PUBLIC_URL is "bid.example" but must be an address such as https://bid.example.com',
        'BODY_BYTES_MAX is "1e5" but must be a whole number from 1024 to 16777216',
        'LOG_LEVEL is "loud" but must be one of fatal, error, warn, info, debug, silent',
      ].join('\n'),
    );
  });

  it('that name a folder say what is there instead', () => {
    const profiles = (folder: string) => () => requireFolder('PROFILES', folder, 'files *.ndjson');
    expect(profiles('fixtures/profiles')).not.toThrow();
    expect(profiles('package.json')).toThrow(
      `PROFILES is "package.json" but must be a folder with files *.ndjson; ${resolve('package.json')} is a file`,
    );
    expect(profiles('nowhere')).toThrow(`${resolve('nowhere')} does not exist`);
  });

  it('refuse one port for two servers', () => {
    expect(() => readSettings({ PORT: '9090' })).toThrow('the same as PORT');
  });

  it('refuse several workers where only one process could use profiles or money', () => {
    const redis = { REDIS_URL: 'redis://127.0.0.1', WORKERS: '2' };
    expect(readSettings(redis).workers).toBe(2);
    expect(() => readSettings({ WORKERS: '2' })).toThrow('set REDIS_URL to a Redis that all workers share');
    expect(() => readSettings({ ...redis, LEDGER_URL: 'journal' })).toThrow('set LEDGER_URL to a Redis');
    expect(readSettings({ ...redis, WORKERS: 'auto' }).workers).toBeGreaterThan(0);
    expect(() => readSettings({ ...redis, WORKERS: '0' })).toThrow(
      'WORKERS is "0" but must be a whole number from 1 to 256, or auto',
    );
  });

  it.each(['0', '1', '0.01', '.5', '1.0'])('take the share %s', (share) => {
    expect(readSettings({ EVENT_SAMPLE_REQUESTS: share }).eventSampleRequests).toBe(Number(share));
  });

  it.each(['2', '1.1', '-0.1', '1%', '1e-3', '0,1'])('refuse the share %s', (share) => {
    expect(() => readSettings({ EVENT_SAMPLE_REQUESTS: share })).toThrow(
      `EVENT_SAMPLE_REQUESTS is "${share}" but must be a share from 0 to 1, such as 0.01`,
    );
  });

  it.each([
    'javascript:alert(1)',
    'https://user@bid.example',
    'https://bid.example/?a=1',
    'ftp://bid.example',
    "https://bid.example/'x'",
  ])('refuse the public URL %s', (url) => {
    expect(() => readSettings({ PUBLIC_URL: url })).toThrow('PUBLIC_URL');
  });
});
