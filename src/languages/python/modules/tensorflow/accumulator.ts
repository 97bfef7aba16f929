/** `tf.autodiff.ForwardAccumulator`: tangents that go with the operations as they happen. */
import {
  type Application,
  addRecorder,
  cast,
  dialects,
  isFloat,
  pushforward,
  type Recorder,
  removeRecorder,
  sameShape,
  type Value,
  withDialect,
  zeros,
} from "../../../../engine";
import { bindArguments } from "../../runtime/arguments";
import { raiseError } from "../../runtime/errors";
import { makeType, methods, PyObject, type PyValue } from "../../runtime/object";
import { flatten, openTapes, PyTape } from "./tape";
import { PyTensorLike, PyTfTensor, toTensor } from "./tensor";

export const accumulatorType = makeType("ForwardAccumulator");
accumulatorType.module = "tensorflow.python.eager.forwardprop";

class PyAccumulator extends PyObject implements Recorder {
  private readonly tangents = new Map<Value, Value>();
  private listening = false;
  /** Its own products are not followed again. */
  private busy = false;

  constructor(primals: PyValue, tangents: PyValue) {
    super(accumulatorType);
    const along = flatten(tangents).leaves;
    flatten(primals).leaves.forEach((primal, k) => {
      if (!(primal instanceof PyTensorLike) || !isFloat(primal.dtype))
        raiseError("ValueError", "Watched tensors must have a floating point type.");
      const tangent = toTensor(along[k]!, primal.dtype);
      if (!sameShape(tangent.shape, primal.shape))
        raiseError("ValueError", `Shapes (${tangent.shape}) and (${primal.shape}) are incompatible`);
      this.tangents.set(PyTape.key(primal), tangent);
    });
  }

  record({ op, inputs, attributes, out }: Application): void {
    if (this.busy) return;
    const own = inputs.map((input) => this.tangents.get(input) ?? null);
    if (own.every((tangent) => tangent === null)) return;
    this.busy = true;
    try {
      const tangent = withDialect(dialects.tensorflow, () => pushforward(op, inputs, own, attributes, out));
      if (tangent && isFloat(out.dtype)) this.tangents.set(out, cast(tangent, out.dtype));
    } finally {
      this.busy = false;
    }
  }

  override pyEnter(): PyValue {
    if (this.listening) raiseError("ValueError", "Accumulator is already recording.");
    this.listening = true;
    addRecorder(this);
    openTapes().add(this);
    return this;
  }
  override pyExit(): boolean {
    this.release();
    return false;
  }
  accessed(): void {}
  release(): void {
    if (this.listening) removeRecorder(this);
    this.listening = false;
    openTapes().delete(this);
  }

  jvp(of: PyValue, orZero: boolean): PyValue {
    const { leaves, pack } = flatten(of);
    return pack(
      leaves.map((leaf): PyValue => {
        const key = PyTape.key(leaf);
        const tangent = this.tangents.get(key) ?? (orZero ? zeros(key) : undefined);
        return tangent ? new PyTfTensor(tangent) : null;
      }),
    );
  }
}

accumulatorType.construct = (_type, args, kwargs) => {
  const [primals, tangents] = bindArguments("ForwardAccumulator", ["primals", "tangents"], args, kwargs);
  return new PyAccumulator(primals!, tangents!);
};

methods(accumulatorType, {
  jvp: (self: PyAccumulator, args, kwargs) => {
    const [of, unconnected] = bindArguments("jvp", ["primals", "unconnected_gradients?"], args, kwargs);
    return self.jvp(of!, unconnected === "zero");
  },
});
