import type { Optimizer } from "./optimizer";

/**
 * Gradient descent as Keras 3 and PyTorch define SGD without momentum: w ← w − learningRate · g.
 * @throws RangeError for a learning rate that is not a positive finite number.
 */
export function sgd(learningRate: number): Optimizer<null> {
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`the learning rate must be a positive number, not ${learningRate}`);
  return {
    name: "sgd",
    start: () => null,
    step(parameters, gradient) {
      for (let i = 0; i < parameters.length; i++) parameters[i]! -= learningRate * gradient[i]!;
    },
  };
}
