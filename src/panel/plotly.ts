/** Plotly with the traces that the panel draws. */
import "./plotly-setup";

import contour from "plotly.js/lib/contour";
import Plotly from "plotly.js/lib/core";
import scatter from "plotly.js/lib/scatter";

Plotly.register([scatter, contour]);

export type { Axis, PlotElement } from "plotly.js/lib/core";
export default Plotly;
