/** Surfaces in 3D axes. */

import { raiseError } from "../../../runtime/errors";
import type { PyValue } from "../../../runtime/object";
import { Artist, type Draft } from "../artists";
import { Call } from "../call";
import { colorMapOf, normOf } from "../colormap-objects";
import { colorOf } from "../colors";
import { dataOf } from "../data";
import type * as model from "../model";
import { labelOf, type Plot } from "./common";

export const surface =
  (wire: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, ["X", "Y", "Z"], args, kwargs);
    if (axes.projection !== "space")
      raiseError("AttributeError", `'Axes' object has no attribute '${name.replace(/.*\./, "")}'`);
    const z = dataOf(call.positional[2]!);
    if (z.shape.length !== 2) raiseError("ValueError", "Argument Z must be 2-dimensional.");
    const [high, wide] = z.shape;
    const along = (which: PyValue, axis: 0 | 1): Float64Array => {
      const { data, shape } = dataOf(which);
      if (shape.length === 2 && String(shape) === String(z.shape)) return data;
      return Float64Array.from(z.data, (_, k) => data[axis === 0 ? k % wide : Math.floor(k / wide)]);
    };
    const given = call.given("color", "colors");
    const cmap = call.take("cmap");
    const norm = normOf(call.take("norm"), call.take("vmin"), call.take("vmax"));
    const series: Draft<model.Surface> = {
      kind: "surface",
      rows: high,
      columns: wide,
      x: along(call.positional[0]!, 0),
      y: along(call.positional[1]!, 1),
      z: z.data,
      wire,
      color: given === undefined ? axes.nextColor("line") : colorOf(given),
      map: cmap === undefined || cmap === null ? undefined : colorMapOf(cmap, norm, z.data),
      alpha: call.number(1, "alpha"),
      label: labelOf(call),
    };
    call.finish("Poly3DCollection", "rcount ccount rstride cstride shade lightsource facecolors axlim_clip");
    axes.add(series);
    return axes.mappable(new Artist("mpl_toolkits.mplot3d.art3d.Poly3DCollection", series));
  };
