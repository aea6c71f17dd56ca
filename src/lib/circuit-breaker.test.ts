import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.js';

function breaker() {
  return new CircuitBreaker({ failuresMin: 3, windowMs: 1000, probeMs: 200 });
}

function opened() {
  const open = breaker();
  for (let i = 0; i < 3; i++) open.failed('ask', 0);
  return open;
}

describe('the circuit breaker', () => {
  it('stays closed while failures are few, or fewer than successes', () => {
    const few = breaker();
    few.failed('ask', 0);
    few.failed('ask', 0);
    expect(few.state).toBe('closed');
    const mixed = breaker();
    for (let i = 0; i < 10; i++) mixed.succeeded('ask', 0);
    for (let i = 0; i < 9; i++) mixed.failed('ask', 0);
    expect(mixed.state).toBe('closed');
    mixed.failed('ask', 0);
    expect(mixed.state).toBe('open');
  });

  it('forgets what is older than its window', () => {
    const old = breaker();
    old.failed('ask', 0);
    old.failed('ask', 499);
    old.failed('ask', 1500);
    expect(old.state).toBe('closed');
    const recent = breaker();
    recent.failed('ask', 400);
    recent.failed('ask', 499);
    recent.failed('ask', 900);
    expect(recent.state).toBe('open');
  });

  it('refuses while open, but for one probe at a time', () => {
    const open = opened();
    expect(open.permission(199)).toBe('refuse');
    expect(open.permission(200)).toBe('probe');
    expect(open.state).toBe('half-open');
    expect(open.permission(201)).toBe('refuse');
    open.failed('probe', 300);
    expect(open.state).toBe('open');
    expect(open.permission(399)).toBe('refuse');
    expect(open.permission(400)).toBe('probe');
  });

  it('closes on a probe that succeeds and then needs fresh failures to open', () => {
    const open = opened();
    expect(open.permission(200)).toBe('probe');
    open.succeeded('probe', 210);
    expect(open.state).toBe('closed');
    expect(open.permission(211)).toBe('ask');
    open.failed('ask', 212);
    open.failed('ask', 212);
    expect(open.state).toBe('closed');
  });

  it('is not closed by answers to questions of before it opened', () => {
    const open = opened();
    open.succeeded('ask', 10);
    expect(open.state).toBe('open');
  });

  it('sends another probe when one never came back', () => {
    const open = opened();
    expect(open.permission(200)).toBe('probe');
    expect(open.permission(400)).toBe('probe');
  });
});
