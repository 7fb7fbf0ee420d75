/** Prints what a calibration test measured when MEASURED is set (docs/methods quotes it); for tests only. */
export function measured(what: string, values: Record<string, number>): void {
  if (!process.env.MEASURED) return;
  const shown = Object.entries(values).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  process.stdout.write(`measured: ${what}: ${shown.join(', ')}\n`);
}
