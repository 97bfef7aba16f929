/** The print options of the run in progress. */
import { type PrintOptions, printDefaults } from "../../../../engine";
import { vm } from "../../runtime/vm";

export function printOptions(): PrintOptions {
  return (vm.state.get("numpy print options") as PrintOptions | undefined) ?? printDefaults;
}

export function setPrintOptions(options: PrintOptions): void {
  vm.state.set("numpy print options", options);
}
