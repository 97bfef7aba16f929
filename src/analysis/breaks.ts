/** Where a curve breaks: poles, jumps, kinks and the edges of its domain, found between samples and confirmed by bisection. */

export interface Break {
  readonly kind: "pole" | "jump" | "kink" | "edge";
  readonly at: number;
  /** The values just left and right of it; NaN where there is none. */
  readonly left: number;
  readonly right: number;
}

interface Place {
  readonly value: number;
  readonly slope: number;
}

interface End extends Place {
  readonly x: number;
}

/** A curve that breaks more often is drawn without them. */
const MOST = 32;
/** Halvings: from a pixel to what a float64 can tell apart. */
const HALVINGS = 60;

/**
 * Samples alone cannot tell a steep slope from a jump, nor a sharp bend from a kink. So each suspicious interval is
 * halved again and again towards the suspicious half: what remains when nothing can be halved any more is a break.
 *
 * @param f the function and its derivative; NaN where there is none
 */
export function breaksOf(
  f: (x: number) => Place,
  grid: ArrayLike<number>,
  values: ArrayLike<number>,
  slopes: ArrayLike<number>,
): Break[] {
  const end = (i: number): End => ({ x: grid[i]!, value: values[i]!, slope: slopes[i]! });
  const height = spread(values);
  const steepness = spread(slopes);
  const found: Break[] = [];
  const add = (place: Break | undefined) => {
    const last = found.at(-1);
    if (place && !(last && Math.abs(last.at - place.at) < 1e-9 * (grid[grid.length - 1]! - grid[0]!)))
      found.push(place);
  };
  for (let i = 0; i + 1 < grid.length && found.length < MOST; i++) {
    const [a, b] = [end(i), end(i + 1)];
    if (Number.isFinite(a.value) !== Number.isFinite(b.value)) add(edge(f, a, b, height));
    else if (!Number.isFinite(a.value)) continue;
    else if (unexplained(a, b) > Math.max(1e-3 * height, roundingOf(a, b))) add(jump(f, a, b, height) ?? kink(f, a, b));
    else {
      const bend = Math.abs(b.slope - a.slope);
      const around = Math.max(
        i > 1 ? Math.abs(slopes[i - 1]! - slopes[i - 2]!) : 0,
        i + 3 < grid.length ? Math.abs(slopes[i + 3]! - slopes[i + 2]!) : 0,
      );
      if (bend > 4 * around && bend > Math.max(1e-3 * steepness, 1e-280)) add(kink(f, a, b));
    }
  }
  return found;
}

/** How far the values lie apart beyond what the slopes at both ends allow. */
function unexplained(a: End, b: End): number {
  const rise = b.value - a.value;
  const [one, other] = [a.slope, b.slope].map((slope) => slope * (b.x - a.x));
  const low = Math.min(one!, other!, 0);
  const high = Math.max(one!, other!, 0);
  const beyond = Math.max(rise - 3 * high, 3 * low - rise, 0);
  return Number.isFinite(beyond) ? beyond : Math.abs(rise);
}

/** What rounding may make of two values. */
const roundingOf = (a: End, b: End): number => 1e-12 * Math.max(Math.abs(a.value), Math.abs(b.value), 1e-280);

/** Between two places that differ, as near as they come; `left` says whether the difference lies left of the middle. */
function close(f: (x: number) => Place, a: End, b: End, left: (a: End, middle: End, b: End) => boolean): [End, End] {
  for (let k = 0; k < HALVINGS; k++) {
    const x = (a.x + b.x) / 2;
    if (!(x > a.x && x < b.x)) break;
    const middle = { x, ...f(x) };
    if (left(a, middle, b)) b = middle;
    else a = middle;
  }
  return [a, b];
}

function edge(f: (x: number) => Place, a: End, b: End, height: number): Break {
  const from = Number.isFinite(a.value);
  const [left, right] = close(f, a, b, (_, middle) => Number.isFinite(middle.value) !== from);
  const last = from ? left : right;
  const unbounded = Math.abs(last.value) > 4 * height + Math.abs((from ? a : b).value);
  return { kind: unbounded ? "pole" : "edge", at: between(left, right), left: left.value, right: right.value };
}

function jump(f: (x: number) => Place, a: End, b: End, height: number): Break | undefined {
  const [left, right] = close(
    f,
    a,
    b,
    (one, middle, other) =>
      !Number.isFinite(middle.value) || Math.abs(middle.value - one.value) > Math.abs(other.value - middle.value),
  );
  const at = between(left, right);
  const far = Math.max(Math.abs(left.value - a.value), Math.abs(right.value - b.value));
  if (!Number.isFinite(far) || far > 1e3 * height) return { kind: "pole", at, left: left.value, right: right.value };
  const rest = Math.abs(right.value - left.value);
  return rest > 0.2 * Math.abs(b.value - a.value)
    ? { kind: "jump", at, left: left.value, right: right.value }
    : undefined;
}

function kink(f: (x: number) => Place, a: End, b: End): Break | undefined {
  const [left, right] = close(
    f,
    a,
    b,
    (one, middle, other) => !(Math.abs(middle.slope - one.slope) < Math.abs(other.slope - middle.slope)),
  );
  const rest = Math.abs(right.slope - left.slope);
  // A smooth bend, however sharp, has no change of slope left over so short a way.
  return Number.isFinite(left.value) && rest > 0.2 * Math.abs(b.slope - a.slope)
    ? { kind: "kink", at: between(left, right), left: left.value, right: right.value }
    : undefined;
}

/** A number between two that float64 can hardly tell apart, with as few digits as will do. */
function between(a: End, b: End): number {
  const middle = (a.x + b.x) / 2;
  const rounded = Number(middle.toPrecision(12));
  return Math.abs(rounded) < 1e-12 ? 0 : rounded;
}

/** How far the middle nine tenths of the finite numbers reach. */
function spread(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  if (sorted.length === 0) return 0;
  return sorted[Math.floor(0.95 * (sorted.length - 1))]! - sorted[Math.ceil(0.05 * (sorted.length - 1))]!;
}
