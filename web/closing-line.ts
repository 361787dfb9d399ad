import type { Reporter, TestModule } from 'vitest/node';

/** Prints `unit: 12 passed, 0 failed` as the last line, so that a caller need not read the whole report. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
    }
    const [name = 'tests'] = modules.map(({ project }) => project.name).sort();
    const skipped = counts.skipped > 0 ? `, ${String(counts.skipped)} skipped` : '';
    process.stdout.write(
      `\n${name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed${skipped}\n`,
    );
  }
}
