/**
 * First-order methods that scale each coordinate by the gradients seen so far, with the definitions and defaults of
 * Keras 3 and of PyTorch (`like`, default "keras"), which differ in where ε stands, in the first accumulator and in how
 * the learning rate acts on what has gathered.
 * All throw RangeError for a learning rate that is not a positive number or a rate of decay outside [0, 1).
 */
import { add, div, maximum, mul, sqrt, sub } from "../ops";
import { checkDecays, type LearningRate, type Like, type Optimizer, optimizer, ruled, type Taken } from "./optimizer";

interface Common {
  readonly learningRate?: LearningRate;
  readonly like?: Like;
}

/** Duchi, Hazan and Singer (2011). */
export function adagrad({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.01,
  initialAccumulator = like === "keras" ? 0.1 : 0,
  epsilon = like === "keras" ? 1e-7 : 1e-10,
}: Common & { readonly initialAccumulator?: number; readonly epsilon?: number } = {}): Optimizer<Taken<Float64Array>> {
  return optimizer(
    "adagrad",
    learningRate,
    (size) => new Float64Array(size).fill(initialAccumulator),
    (parameters, gradient, squares, rate) => {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        squares[i]! += g * g;
        const size = like === "keras" ? Math.sqrt(squares[i]! + epsilon) : Math.sqrt(squares[i]!) + epsilon;
        parameters[i]! -= (rate * g) / size;
      }
    },
  );
}

interface DeltaState {
  readonly squares: Float64Array;
  /** Means of the squared steps. */
  readonly steps: Float64Array;
}

/** Zeiler (2012). Keras's default rate, 0.001, is a thousandth of the paper's and PyTorch's. */
export function adadelta({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 1,
  rho = like === "keras" ? 0.95 : 0.9,
  epsilon = like === "keras" ? 1e-7 : 1e-6,
}: Common & { readonly rho?: number; readonly epsilon?: number } = {}): Optimizer<Taken<DeltaState>> {
  checkDecays(rho);
  return optimizer(
    "adadelta",
    learningRate,
    (size) => ({ squares: new Float64Array(size), steps: new Float64Array(size) }),
    (parameters, gradient, { squares, steps }, rate) => {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        squares[i] = rho * squares[i]! + (1 - rho) * g * g;
        const step = (Math.sqrt(steps[i]! + epsilon) / Math.sqrt(squares[i]! + epsilon)) * g;
        steps[i] = rho * steps[i]! + (1 - rho) * step * step;
        parameters[i]! -= rate * step;
      }
    },
  );
}

interface RmsState {
  readonly squares: Float64Array;
  readonly means: Float64Array;
  readonly velocity: Float64Array;
}

/** Tieleman and Hinton (2012); centred: Graves (2013). */
export function rmsprop({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.01,
  rho = like === "keras" ? 0.9 : 0.99,
  momentum = 0,
  centered = false,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
}: Common & {
  readonly rho?: number;
  readonly momentum?: number;
  readonly centered?: boolean;
  readonly epsilon?: number;
} = {}): Optimizer<Taken<RmsState>> {
  checkDecays(rho, momentum);
  return optimizer(
    "rmsprop",
    learningRate,
    (size) => ({ squares: new Float64Array(size), means: new Float64Array(size), velocity: new Float64Array(size) }),
    (parameters, gradient, { squares, means, velocity }, rate) => {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        squares[i] = rho * squares[i]! + (1 - rho) * g * g;
        let spread = squares[i]!;
        if (centered) {
          means[i] = rho * means[i]! + (1 - rho) * g;
          spread -= means[i]! ** 2;
        }
        const size = like === "keras" ? Math.sqrt(spread + epsilon) : Math.sqrt(spread) + epsilon;
        if (like === "keras") {
          velocity[i] = momentum * velocity[i]! + (rate * g) / size;
          parameters[i]! -= velocity[i]!;
        } else {
          velocity[i] = momentum * velocity[i]! + g / size;
          parameters[i]! -= rate * velocity[i]!;
        }
      }
    },
  );
}

interface Moments {
  readonly means: Float64Array;
  readonly squares: Float64Array;
  /** The largest second moment (AMSGrad) or norm (Adamax) so far. */
  readonly largest: Float64Array;
  /** Product of the means' rates of decay so far (Nadam). */
  product: number;
}

const moments = (size: number): Moments => ({
  means: new Float64Array(size),
  squares: new Float64Array(size),
  largest: new Float64Array(size),
  product: 1,
});

interface BetaOptions extends Common {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

interface AdamOptions extends BetaOptions {
  /** The largest second moment so far in place of the present one, Reddi, Kale and Kumar (2018). */
  readonly amsgrad?: boolean;
  /** Decoupled weight decay, Loshchilov and Hutter (2019). */
  readonly weightDecay?: number;
}

/** Kingma and Ba (2015). */
export function adam({
  like = "keras",
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
  amsgrad = false,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer<Taken<readonly Float64Array[]>> {
  checkDecays(beta1, beta2);
  const keras = like === "keras";
  return ruled(weightDecay > 0 ? "adamw" : amsgrad ? "amsgrad" : "adam", learningRate, {
    slots: ["mean", "square", ...(amsgrad ? ["largest"] : [])],
    varies: true,
    numbers(rate, t) {
      const first = 1 - beta1 ** t;
      const second = Math.sqrt(1 - beta2 ** t);
      return [keras ? (rate * second) / first : rate / first, second, 1 - rate * weightDecay];
    },
    step(w, g, [mean, square, largest], [rate, second, decay]) {
      const decayed = weightDecay > 0 ? mul(w, decay!) : w;
      const nextMean = add(mean!, mul(sub(g, mean!), 1 - beta1));
      const nextSquare = add(square!, mul(sub(mul(g, g), square!), 1 - beta2));
      const nextLargest = largest && maximum(largest, nextSquare);
      const root = sqrt(nextLargest ?? nextSquare);
      // Keras adds ε before the correction of the second moment's bias, PyTorch after it.
      const size = add(keras ? root : div(root, second!), epsilon);
      const next = sub(decayed, div(mul(rate!, nextMean), size));
      return [next, nextMean, nextSquare, ...(nextLargest ? [nextLargest] : [])];
    },
  });
}

/** Adam with the largest second moment so far, Reddi, Kale and Kumar (2018). */
export function amsgrad(options: AdamOptions = {}): Optimizer<Taken<readonly Float64Array[]>> {
  return adam({ ...options, amsgrad: true });
}

/** Adam with decoupled weight decay; its default: Keras 0.004, PyTorch 0.01. */
export function adamw(options: AdamOptions = {}): Optimizer<Taken<readonly Float64Array[]>> {
  return adam({ weightDecay: options.like === "torch" ? 0.01 : 0.004, ...options });
}

/** Adam with the maximum norm, Kingma and Ba (2015), section 7. */
export function adamax({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.002,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
}: BetaOptions = {}): Optimizer<Taken<Moments>> {
  checkDecays(beta1, beta2);
  return optimizer("adamax", learningRate, moments, (parameters, gradient, { means, largest }, rate, t) => {
    const first = 1 - beta1 ** t;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      means[i]! += (g - means[i]!) * (1 - beta1);
      const size = like === "keras" ? Math.abs(g) : Math.abs(g) + epsilon;
      largest[i] = Math.max(beta2 * largest[i]!, size);
      parameters[i]! -= ((rate / first) * means[i]!) / (largest[i]! + (like === "keras" ? epsilon : 0));
    }
  });
}

/**
 * Adam with Nesterov's momentum, Dozat (2016): the means' rate of decay grows as β₁ (1 − 0.96^(t·momentumDecay) / 2).
 * Keras has momentumDecay = 1 built in, PyTorch's default is 0.004.
 */
export function nadam({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.002,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
  momentumDecay = like === "keras" ? 1 : 0.004,
}: BetaOptions & { readonly momentumDecay?: number } = {}): Optimizer<Taken<Moments>> {
  checkDecays(beta1, beta2);
  const decayAt = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
  return optimizer("nadam", learningRate, moments, (parameters, gradient, state, rate, t) => {
    const { means, squares } = state;
    const now = decayAt(t);
    const next = decayAt(t + 1);
    state.product *= now;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      means[i]! += (g - means[i]!) * (1 - beta1);
      squares[i]! += (g * g - squares[i]!) * (1 - beta2);
      const ahead = (next * means[i]!) / (1 - state.product * next) + ((1 - now) * g) / (1 - state.product);
      parameters[i]! -= (rate * ahead) / (Math.sqrt(squares[i]! / (1 - beta2 ** t)) + epsilon);
    }
  });
}

/** Adam whose second moment is rectified while few gradients have been seen, Liu et al. (2020); PyTorch's, Keras has none. */
export function radam({
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: Omit<BetaOptions, "like"> = {}): Optimizer<Taken<Moments>> {
  checkDecays(beta1, beta2);
  return optimizer("radam", learningRate, moments, (parameters, gradient, { means, squares }, rate, t) => {
    const second = 1 - beta2 ** t;
    const most = 2 / (1 - beta2) - 1;
    const length = most - (2 * t * beta2 ** t) / second;
    const rectified = Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length));
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]!;
      means[i]! += (g - means[i]!) * (1 - beta1);
      squares[i]! += (g * g - squares[i]!) * (1 - beta2);
      const mean = means[i]! / (1 - beta1 ** t);
      const scale = length > 5 ? (rectified * Math.sqrt(second)) / (Math.sqrt(squares[i]!) + epsilon) : 1;
      parameters[i]! -= rate * mean * scale;
    }
  });
}

/** The sign of a momentum only, Chen et al. (2023); Keras's, PyTorch has none. */
export function lion({
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.99,
  weightDecay = 0,
}: {
  readonly learningRate?: LearningRate;
  readonly beta1?: number;
  readonly beta2?: number;
  /** Decoupled: w ← w − rate · weightDecay · w before the step. */
  readonly weightDecay?: number;
} = {}): Optimizer<Taken<Float64Array>> {
  checkDecays(beta1, beta2);
  return optimizer(
    "lion",
    learningRate,
    (size) => new Float64Array(size),
    (parameters, gradient, means, rate) => {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        parameters[i]! -= rate * weightDecay * parameters[i]!;
        parameters[i]! -= rate * Math.sign(beta1 * means[i]! + (1 - beta1) * g);
        means[i] = beta2 * means[i]! + (1 - beta2) * g;
      }
    },
  );
}
