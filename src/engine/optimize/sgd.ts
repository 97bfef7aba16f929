/** Gradient descent at a given rate, with and without momentum, as Keras 3 and PyTorch define SGD. */
import { add, mul, sub } from "../ops";
import { checkDecays, type LearningRate, type Like, type Optimizer, ruled, type Taken } from "./optimizer";

type Ruled = Optimizer<Taken<readonly Float64Array[]>>;

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
}: MomentumOptions = {}): Ruled {
  checkDecays(momentum);
  return ruled(momentum === 0 ? "sgd" : nesterov ? "nesterov" : "momentum", learningRate, {
    slots: momentum === 0 ? [] : ["velocity"],
    numbers: (rate) => [rate],
    varies: false,
    step(w, g, [velocity], [rate]) {
      if (like === "keras") {
        const decayed = weightDecay === 0 ? w : sub(w, mul(mul(rate!, weightDecay), w));
        const move = mul(rate!, g);
        if (!velocity) return [sub(decayed, move)];
        const next = sub(mul(momentum, velocity), move);
        return [add(decayed, nesterov ? sub(mul(momentum, next), move) : next), next];
      }
      // The rate stands outside: a change of it acts at once on what has gathered.
      const decayed = weightDecay === 0 ? g : add(g, mul(weightDecay, w));
      if (!velocity) return [sub(w, mul(rate!, decayed))];
      const next = add(mul(momentum, velocity), decayed);
      return [sub(w, mul(rate!, nesterov ? add(decayed, mul(momentum, next)) : next)), next];
    },
  });
}

/** Momentum that looks ahead, Nesterov (1983), in the form of Sutskever et al. (2013). */
export function nesterov(options: MomentumOptions = {}): Ruled {
  return momentum({ ...options, nesterov: true });
}

/**
 * w ← w − learningRate · g.
 * @throws RangeError for a learning rate that is not a positive finite number.
 */
export function sgd(learningRate: LearningRate, options: Pick<MomentumOptions, "like" | "weightDecay"> = {}): Ruled {
  return momentum({ ...options, learningRate, momentum: 0 });
}
