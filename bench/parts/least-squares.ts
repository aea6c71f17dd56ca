/** @param points x and y @returns how much y grows by x on the line that is nearest to all of them; 0 of fewer than two different x */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let both = 0;
  let square = 0;
  for (const [x, y] of points) {
    both += (x - meanX) * (y - meanY);
    square += (x - meanX) ** 2;
  }
  return square === 0 || points.length < 2 ? 0 : both / square;
}
