/** Variables of Keras: they know their path, and may have attributes. */
import { arrayText, itemText, shapeText, type Tensor } from "../../../../engine";
import { makeType, type PyValue } from "../../runtime/object";
import { printOptions } from "../numpy/print";
import { PyTfTensor, PyTfVariable, variableType } from "../tensorflow/tensor";

const kerasVariableType = makeType("Variable", variableType);
kerasVariableType.module = "keras.src.backend";

export class PyKerasVariable extends PyTfVariable {
  constructor(
    initial: Tensor,
    trainable: boolean,
    name: string,
    readonly path: string,
  ) {
    super(initial, name, trainable, kerasVariableType);
  }
  override twin(): PyKerasVariable {
    const out = new PyKerasVariable(this.now(), this.trainable, this.name, this.path);
    if (this.dict) out.dict = new Map(this.dict);
    return out;
  }
  /** Keras gives the value. */
  override assigned(): PyValue {
    return new PyTfTensor(this.now());
  }
  override pyRepr(): string {
    const now = this.now();
    const value = now.shape.length === 0 ? itemText(now) : arrayText(now, printOptions());
    return `<Variable path=${this.path}, shape=${shapeText(now.shape)}, dtype=${now.dtype}, value=${value}>`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "path") return this.path;
    if (name === "value") return new PyTfTensor(this.engineValue());
    return this.dict?.get(name) ?? super.pyGetAttribute(name);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    if (name === "trainable") return super.pySetAttribute?.(name, value) ?? false;
    this.dict ??= new Map();
    this.dict.set(name, value);
    return true;
  }
}
