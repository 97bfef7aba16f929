// For mocha: property tests take the same random cases in every run, unless GRADLENS_SEED names others.
const fc = require("fast-check");

fc.configureGlobal({ seed: Number(process.env.GRADLENS_SEED ?? 1) });
