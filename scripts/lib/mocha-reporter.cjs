// Prints one line per top-level suite, every failure in full, and writes the counts to the file GRADLENS_COUNTS.
const { appendFileSync } = require("node:fs");
const { Base } = require("mocha").reporters;

module.exports = class extends Base {
  constructor(runner, options) {
    super(runner, options);
    const groups = new Map();
    const group = (test) => {
      const title = test.titlePath()[0];
      if (!groups.has(title)) groups.set(title, { passed: 0, failed: 0, skipped: 0, duration: 0 });
      return groups.get(title);
    };
    const count = (state) => (test) => {
      group(test)[state]++;
      group(test).duration += test.duration ?? 0;
    };
    runner.on("pass", count("passed"));
    runner.on("fail", count("failed"));
    runner.on("pending", count("skipped"));
    runner.once("end", () => {
      const total = { passed: 0, failed: 0, skipped: 0 };
      for (const [title, { duration, ...counts }] of groups) {
        const text = Object.entries(counts).filter(([, number]) => number > 0);
        const mark = counts.failed > 0 ? "✗" : "✓";
        console.log(
          `  ${mark} ${title}: ${text.map(([state, number]) => `${number} ${state}`).join(", ")} (${duration} ms)`,
        );
        for (const state of Object.keys(total)) total[state] += counts[state];
      }
      if (this.failures.length > 0) Base.list(this.failures);
      if (process.env.GRADLENS_COUNTS) {
        const failedSuites = [...groups].flatMap(([title, { failed }]) => (failed > 0 ? [title] : []));
        appendFileSync(process.env.GRADLENS_COUNTS, `${JSON.stringify({ ...total, failedSuites })}\n`);
      }
    });
  }
};
