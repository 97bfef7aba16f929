/** The part of the library that is written in Python: evaluated when it is imported. */

import { registerText } from "../modules/registry";
import classes_ from "./_classes.py";
import files_ from "./_files.py";
import normal_ from "./_normal.py";
import argparse_ from "./argparse.py";
import array_ from "./array.py";
import base64_ from "./base64.py";
import bisect_ from "./bisect.py";
import colorsys_ from "./colorsys.py";
import csv_ from "./csv.py";
import datetime_ from "./datetime.py";
import decimal_ from "./decimal.py";
import doctest_ from "./doctest.py";
import fractions_ from "./fractions.py";
import gc_ from "./gc.py";
import hashlib_ from "./hashlib.py";
import heapq_ from "./heapq.py";
import importlib__metadata_ from "./importlib__metadata.py";
import inspect_ from "./inspect.py";
import io_ from "./io.py";
import json_ from "./json.py";
import logging_ from "./logging.py";
import numbers_ from "./numbers.py";
import numpy___files_ from "./numpy___files.py";
import numpy___matrix_ from "./numpy___matrix.py";
import numpy__typing_ from "./numpy__typing.py";
import pathlib_ from "./pathlib.py";
import platform_ from "./platform.py";
import pprint_ from "./pprint.py";
import queue_ from "./queue.py";
import scipy___incomplete_ from "./scipy___incomplete.py";
import scipy__integrate_ from "./scipy__integrate.py";
import scipy__interpolate_ from "./scipy__interpolate.py";
import scipy__linalg_ from "./scipy__linalg.py";
import scipy__optimize_ from "./scipy__optimize.py";
import scipy__signal_ from "./scipy__signal.py";
import scipy__stats_ from "./scipy__stats.py";
import secrets_ from "./secrets.py";
import struct_ from "./struct.py";
import textwrap_ from "./textwrap.py";
import timeit_ from "./timeit.py";
import tqdm_ from "./tqdm.py";
import traceback_ from "./traceback.py";
import types_ from "./types.py";
import unittest_ from "./unittest.py";

/** By their names, with two underscores for a point. */
const TEXTS = {
  _normal: normal_,
  _classes: classes_,
  _files: files_,
  base64: base64_,
  struct: struct_,
  secrets: secrets_,
  importlib__metadata: importlib__metadata_,
  inspect: inspect_,
  argparse: argparse_,
  array: array_,
  bisect: bisect_,
  colorsys: colorsys_,
  csv: csv_,
  datetime: datetime_,
  decimal: decimal_,
  doctest: doctest_,
  fractions: fractions_,
  gc: gc_,
  hashlib: hashlib_,
  heapq: heapq_,
  io: io_,
  json: json_,
  logging: logging_,
  numbers: numbers_,
  numpy___files: numpy___files_,
  numpy___matrix: numpy___matrix_,
  numpy__typing: numpy__typing_,
  pathlib: pathlib_,
  platform: platform_,
  pprint: pprint_,
  queue: queue_,
  scipy___incomplete: scipy___incomplete_,
  scipy__integrate: scipy__integrate_,
  scipy__interpolate: scipy__interpolate_,
  scipy__linalg: scipy__linalg_,
  scipy__optimize: scipy__optimize_,
  scipy__signal: scipy__signal_,
  scipy__stats: scipy__stats_,
  textwrap: textwrap_,
  timeit: timeit_,
  tqdm: tqdm_,
  traceback: traceback_,
  types: types_,
  unittest: unittest_,
};

for (const [name, text] of Object.entries(TEXTS)) registerText(name.replace("__", "."), text);
