/** Very long series are thinned: more points than a plot has pixels only cost time. */
import type { Series } from "./model";

/** Points of a line or of marks. */
const MOST_POINTS = 20_000;
/** Rows or columns of a grid. */
const MOST_CELLS = 400;

/** Every k-th element. */
const every = <A extends Float64Array | undefined>(values: A, stride: number): A =>
  (values?.length ?? 0) <= 1 || stride === 1 ? values : (values!.filter((_, k) => k % stride === 0) as unknown as A);

/** The series as the figure tells it: a copy, with every k-th point of very many. */
export function thinned(series: Series): Series {
  switch (series.kind) {
    case "line":
    case "scatter": {
      const stride = Math.ceil(series.x.length / MOST_POINTS) || 1;
      const own = {
        ...series,
        x: every(series.x, stride),
        y: every(series.y, stride),
        z: every(series.z, stride),
        ...(stride > 1 ? { stride } : {}),
      };
      if (own.kind === "scatter")
        return {
          ...own,
          sizes: every(own.sizes, stride),
          values: every(own.values, stride),
          colors: own.colors.length > 1 ? own.colors.filter((_, k) => k % stride === 0) : own.colors,
        };
      const pair = (errors: typeof own.xError) =>
        errors && ([every(errors[0], stride), every(errors[1], stride)] as const);
      return { ...own, xError: pair(own.xError), yError: pair(own.yError) };
    }
    case "contour": {
      const [across, down] = [strideOf(series.x.length), strideOf(series.y.length)];
      return {
        ...series,
        x: every(series.x, across),
        y: every(series.y, down),
        z: cells(series.z, series.x.length, across, down, 1),
      };
    }
    case "cells": {
      const columns = series.x.length - 1;
      const rows = series.y.length - 1;
      const [across, down] = [strideOf(columns), strideOf(rows)];
      if (across === 1 && down === 1) return { ...series };
      const edges = (values: Float64Array, stride: number) => {
        const kept = [...values.slice(0, -1).filter((_, k) => k % stride === 0)];
        return Float64Array.from([...kept, values[values.length - 1]]);
      };
      return {
        ...series,
        x: edges(series.x, across),
        y: edges(series.y, down),
        z: cells(series.z, columns, across, down, series.rgb ? 3 : 1),
      };
    }
    case "surface": {
      const [across, down] = [Math.ceil(series.columns / 100), Math.ceil(series.rows / 100)];
      const part = (values: Float64Array) => cells(values, series.columns, across, down, 1);
      return {
        ...series,
        rows: Math.ceil(series.rows / down),
        columns: Math.ceil(series.columns / across),
        x: part(series.x),
        y: part(series.y),
        z: part(series.z),
      };
    }
    default:
      return { ...series };
  }
}

const strideOf = (length: number): number => Math.max(1, Math.ceil(length / MOST_CELLS));

function cells(values: Float64Array, columns: number, across: number, down: number, channels: number): Float64Array {
  if (across === 1 && down === 1) return values;
  const width = columns * channels;
  return values.filter(
    (_, k) => Math.floor((k % width) / channels) % across === 0 && Math.floor(k / width) % down === 0,
  );
}
