/** Plotly with the traces that the panel draws. */
import "./plotly-setup";

import bar from "plotly.js/lib/bar";
import contour from "plotly.js/lib/contour";
import Plotly from "plotly.js/lib/core";
import heatmap from "plotly.js/lib/heatmap";
import scatter from "plotly.js/lib/scatter";

Plotly.register([scatter, contour, bar, heatmap]);

export type { Axis, PlotElement } from "plotly.js/lib/core";
export default Plotly;
