/** Gradient descent at a given rate, with and without momentum, as Keras 3 and PyTorch define SGD. */
import { checkDecays, type LearningRate, type Like, type Optimizer, optimizer, type Taken } from "./optimizer";

interface MomentumOptions {
  readonly learningRate?: LearningRate;
  readonly like?: Like;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Keras: decoupled, w ← w − rate · weightDecay · w before the step; PyTorch: weightDecay · w is added to the gradient. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent with momentum, Sutskever et al. (2013); default rates: Keras 0.01, PyTorch 0.001.
 * @throws RangeError for a learning rate that is not a positive number or a momentum outside [0, 1).
 */
export function momentum({
  like = "keras",
  learningRate = like === "keras" ? 0.01 : 0.001,
  momentum = 0.9,
  nesterov = false,
  weightDecay = 0,
}: MomentumOptions = {}): Optimizer<Taken<Float64Array>> {
  checkDecays(momentum);
  return optimizer(
    momentum === 0 ? "sgd" : nesterov ? "nesterov" : "momentum",
    learningRate,
    (size) => new Float64Array(size),
    (parameters, gradient, velocity, rate) => {
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        if (like === "keras") {
          parameters[i]! -= rate * weightDecay * parameters[i]!;
          velocity[i] = momentum * velocity[i]! - rate * g;
          parameters[i]! += nesterov ? momentum * velocity[i]! - rate * g : velocity[i]!;
        } else {
          // The rate stands outside: a change of it acts at once on what has gathered.
          const decayed = g + weightDecay * parameters[i]!;
          velocity[i] = momentum * velocity[i]! + decayed;
          parameters[i]! -= rate * (nesterov ? decayed + momentum * velocity[i]! : velocity[i]!);
        }
      }
    },
  );
}

/** Momentum that looks ahead, Nesterov (1983), in the form of Sutskever et al. (2013). */
export function nesterov(options: MomentumOptions = {}): Optimizer<Taken<Float64Array>> {
  return momentum({ ...options, nesterov: true });
}

/**
 * w ← w − learningRate · g.
 * @throws RangeError for a learning rate that is not a positive finite number.
 */
export function sgd(
  learningRate: LearningRate,
  options: Pick<MomentumOptions, "like" | "weightDecay"> = {},
): Optimizer<Taken<Float64Array>> {
  return momentum({ ...options, learningRate, momentum: 0 });
}
