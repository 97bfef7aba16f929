/**
 * First-order methods with the definitions and defaults of Keras 3 and of PyTorch (`like`, default "keras"), which
 * differ in where ε stands, in the first accumulator and in how weight decay and the learning rate act on momentum.
 * All throw RangeError for a learning rate that is not a positive number or a rate of decay outside [0, 1).
 */
import type { Optimizer } from "./optimizer";

export type Like = "keras" | "torch";

interface Common {
  readonly learningRate?: number;
  readonly like?: Like;
}

function checked(learningRate: number, ...decays: readonly number[]): number {
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`the learning rate must be a positive number, not ${learningRate}`);
  const wrong = decays.find((decay) => !(decay >= 0 && decay < 1));
  if (wrong !== undefined) throw new RangeError(`a rate of decay must be at least 0 and less than 1, not ${wrong}`);
  return learningRate;
}

/** Gradient descent with momentum, Sutskever et al. (2013); default rates: Keras 0.01, PyTorch 0.001. */
export function momentum({
  like = "keras",
  learningRate = like === "keras" ? 0.01 : 0.001,
  momentum = 0.9,
  nesterov = false,
}: Common & { readonly momentum?: number; readonly nesterov?: boolean } = {}): Optimizer<Float64Array> {
  const rate = checked(learningRate, momentum);
  return {
    name: nesterov ? "nesterov" : "momentum",
    start: (size) => new Float64Array(size),
    step(parameters, gradient, velocity) {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        if (like === "keras") {
          velocity[i] = momentum * velocity[i]! - rate * g;
          parameters[i]! += nesterov ? momentum * velocity[i]! - rate * g : velocity[i]!;
        } else {
          // The rate stands outside: a change of it acts at once on what has gathered.
          velocity[i] = momentum * velocity[i]! + g;
          parameters[i]! -= rate * (nesterov ? g + momentum * velocity[i]! : velocity[i]!);
        }
      }
    },
  };
}

export function nesterov(options: Parameters<typeof momentum>[0] = {}): Optimizer<Float64Array> {
  return momentum({ ...options, nesterov: true });
}

/** Duchi, Hazan and Singer (2011). */
export function adagrad({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.01,
  initialAccumulator = like === "keras" ? 0.1 : 0,
  epsilon = like === "keras" ? 1e-7 : 1e-10,
}: Common & { readonly initialAccumulator?: number; readonly epsilon?: number } = {}): Optimizer<Float64Array> {
  const rate = checked(learningRate);
  return {
    name: "adagrad",
    start: (size) => new Float64Array(size).fill(initialAccumulator),
    step(parameters, gradient, squares) {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        squares[i]! += g * g;
        const size = like === "keras" ? Math.sqrt(squares[i]! + epsilon) : Math.sqrt(squares[i]!) + epsilon;
        parameters[i]! -= (rate * g) / size;
      }
    },
  };
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
} = {}): Optimizer<RmsState> {
  const rate = checked(learningRate, rho, momentum);
  return {
    name: "rmsprop",
    start: (size) => ({
      squares: new Float64Array(size),
      means: new Float64Array(size),
      velocity: new Float64Array(size),
    }),
    step(parameters, gradient, { squares, means, velocity }) {
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
  };
}

interface AdamState {
  steps: number;
  readonly means: Float64Array;
  readonly squares: Float64Array;
  readonly largest: Float64Array;
}

interface AdamOptions extends Common {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** The largest second moment so far in place of the present one, Reddi, Kale and Kumar (2018). */
  readonly amsgrad?: boolean;
  /** Decoupled weight decay, Loshchilov and Hutter (2019). */
  readonly weightDecay?: number;
}

const adamStart = (size: number): AdamState => ({
  steps: 0,
  means: new Float64Array(size),
  squares: new Float64Array(size),
  largest: new Float64Array(size),
});

/** Kingma and Ba (2015). */
export function adam({
  like = "keras",
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
  amsgrad = false,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer<AdamState> {
  const rate = checked(learningRate, beta1, beta2);
  return {
    name: weightDecay > 0 ? "adamw" : amsgrad ? "amsgrad" : "adam",
    start: adamStart,
    step(parameters, gradient, state) {
      const { means, squares, largest } = state;
      state.steps++;
      const first = 1 - beta1 ** state.steps;
      const second = Math.sqrt(1 - beta2 ** state.steps);
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        parameters[i]! *= 1 - rate * weightDecay;
        means[i]! += (g - means[i]!) * (1 - beta1);
        squares[i]! += (g * g - squares[i]!) * (1 - beta2);
        let square = squares[i]!;
        if (amsgrad) {
          largest[i] = Math.max(largest[i]!, square);
          square = largest[i]!;
        }
        // Keras adds ε before the correction of the second moment's bias, PyTorch after it.
        parameters[i]! -=
          like === "keras"
            ? (((rate * second) / first) * means[i]!) / (Math.sqrt(square) + epsilon)
            : ((rate / first) * means[i]!) / (Math.sqrt(square) / second + epsilon);
      }
    },
  };
}

/** Adam with decoupled weight decay; its default: Keras 0.004, PyTorch 0.01. */
export function adamw(options: AdamOptions = {}): Optimizer<AdamState> {
  return adam({ weightDecay: options.like === "torch" ? 0.01 : 0.004, ...options });
}

/** Adam with the maximum norm, Kingma and Ba (2015), section 7. */
export function adamax({
  like = "keras",
  learningRate = like === "keras" ? 0.001 : 0.002,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = like === "keras" ? 1e-7 : 1e-8,
}: Omit<AdamOptions, "amsgrad" | "weightDecay"> = {}): Optimizer<AdamState> {
  const rate = checked(learningRate, beta1, beta2);
  return {
    name: "adamax",
    start: adamStart,
    step(parameters, gradient, state) {
      const { means, largest } = state;
      state.steps++;
      const first = 1 - beta1 ** state.steps;
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        means[i]! += (g - means[i]!) * (1 - beta1);
        const size = like === "keras" ? Math.abs(g) : Math.abs(g) + epsilon;
        largest[i] = Math.max(beta2 * largest[i]!, size);
        parameters[i]! -= ((rate / first) * means[i]!) / (largest[i]! + (like === "keras" ? epsilon : 0));
      }
    },
  };
}
