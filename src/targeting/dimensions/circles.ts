import type { Geo } from '../../domain/bid-request.js';
import type { Place } from '../../domain/campaign.js';
import type { TermSink } from '../postings.js';

export type Circle = Extract<Place, { kind: 'circle' }>;

/** Mean radius of the Earth (IUGG). */
const EARTH_RADIUS_KM = 6371.0088;
/** Keeps circles apart from the edges of cubes by more than rounding can move them. */
const MARGIN = 1e-12;
/** Cubes no smaller than this, in Earth radii: about six metres. */
const LEVEL_MAX = 20;

/** A point on the unit sphere. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A circle on the sphere is the part of it inside a ball: as far as `chord` from the centre in a straight line. */
interface Ball extends Point {
  readonly chord: number;
}

/** Numbers a ball takes in the flat list of balls: x, y, z and the square of its chord. */
const BALL_NUMBERS = 4;

/**
 * Terms for circles: which of many hold a point? Circles that are alike share a term.
 *
 * Points are taken on the unit sphere in space, where there are neither poles nor a date line to mind, and a great-circle
 * distance becomes the length of a chord. Space is cut into cubes, per power of two: a circle goes by its size to the
 * level whose cubes are two to four times its chord, and there lies in at most eight. A request looks into one cube a
 * level and measures the circles listed there.
 *
 * A cube is found by a hash of its place; where two cubes share one, measuring tells their circles apart.
 */
export class CircleTerms {
  /** Number of the first term, where others share the dimension. */
  firstTerm = 0;
  /** Numbers of balls, by the circle in words. */
  readonly #numbers = new Map<string, number>();
  readonly #balls: number[] = [];
  readonly #levels = new Set<number>();
  /** Numbers of balls, by the hash of a cube. */
  readonly #cubes = new Map<number, number[]>();

  get count(): number {
    return this.#numbers.size;
  }

  learn(circle: Circle): void {
    const key = circleWords(circle);
    if (this.#numbers.has(key)) return;
    const number = this.#numbers.size;
    const ball = ballOf(circle);
    this.#numbers.set(key, number);
    this.#balls.push(ball.x, ball.y, ball.z, ball.chord * ball.chord);
    this.#place(number, ball);
  }

  termsOf(circle: Circle, sink: TermSink): void {
    sink.add(this.firstTerm + (this.#numbers.get(circleWords(circle)) as number));
  }

  /** @returns whether the request tells a point */
  resolve({ latitude, longitude }: Geo, found: TermSink): boolean {
    if (latitude === undefined || longitude === undefined) return false;
    if (this.count === 0) return true;
    const point = pointAt(latitude, longitude);
    for (const level of this.#levels) {
      const scale = 2 ** level;
      const { x, y, z } = point;
      const cube = this.#cubes.get(
        cubeHash(level, Math.floor(x * scale), Math.floor(y * scale), Math.floor(z * scale)),
      );
      if (cube) this.#measure(cube, point, found);
    }
    return true;
  }

  #measure(cube: readonly number[], { x, y, z }: Point, found: TermSink): void {
    const balls = this.#balls;
    for (let i = 0; i < cube.length; i++) {
      const number = cube[i] as number;
      const at = number * BALL_NUMBERS;
      const awayX = x - (balls[at] as number);
      const awayY = y - (balls[at + 1] as number);
      const awayZ = z - (balls[at + 2] as number);
      const squared = awayX * awayX + awayY * awayY + awayZ * awayZ;
      if (squared <= (balls[at + 3] as number)) found.add(this.firstTerm + number);
    }
  }

  #place(number: number, ball: Ball): void {
    const level = levelOf(ball.chord);
    this.#levels.add(level);
    for (const hash of cubesAround(ball, level)) {
      const cube = this.#cubes.get(hash);
      if (cube) cube.push(number);
      else this.#cubes.set(hash, [number]);
    }
  }
}

/** `within 25 km of 31.23, 121.47` */
export function circleWords({ latitude, longitude, radiusKm }: Circle): string {
  return `within ${radiusKm} km of ${latitude}, ${longitude}`;
}

/** The level whose cubes, of side 2^-level, are at least twice the chord. */
function levelOf(chord: number): number {
  return Math.min(LEVEL_MAX, Math.floor(-Math.log2(2 * chord + MARGIN)));
}

/** Hashes of the cubes that a ball reaches into, without repeats. */
function cubesAround(ball: Ball, level: number): Set<number> {
  const scale = 2 ** level;
  const reach = ball.chord + MARGIN;
  const low = (centre: number): number => Math.floor((centre - reach) * scale);
  const high = (centre: number): number => Math.floor((centre + reach) * scale);
  const hashes = new Set<number>();
  for (let x = low(ball.x); x <= high(ball.x); x++) {
    for (let y = low(ball.y); y <= high(ball.y); y++) {
      for (let z = low(ball.z); z <= high(ball.z); z++) hashes.add(cubeHash(level, x, y, z));
    }
  }
  return hashes;
}

function cubeHash(level: number, x: number, y: number, z: number): number {
  const mixed = Math.imul(Math.imul(Math.imul(level, 31) + x, 0x9e3779b1) + y, 0x85ebca6b) + z;
  return Math.imul(mixed, 0xc2b2ae35) | 0;
}

function ballOf({ latitude, longitude, radiusKm }: Circle): Ball {
  const angle = Math.min(Math.PI, radiusKm / EARTH_RADIUS_KM);
  return { ...pointAt(latitude, longitude), chord: 2 * Math.sin(angle / 2) };
}

function pointAt(latitude: number, longitude: number): Point {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) };
}
