/** The modules that there are: importing this registers them. */
import "./math";
import "./typing";
import "./dataclasses";
import "./functional";
import "./small";
import "./system";
import "./numpy";
import "./numpy/series";
import "./numpy/testing";
import "./tensorflow";
import "./keras";
import "./random/python";
import "./re";
import "./random/numpy";
import "./statistics";
import "./drawing";
import "./scipy";
