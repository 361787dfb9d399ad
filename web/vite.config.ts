import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Servers of the example workspace. */
const [server = '', ...more] = (process.env.ROWPORT_URL ?? 'http://127.0.0.1:7878').split(' ');

/** The ends of waiting: only what hangs reaches them, however slow or busy the machine is. */
const FOR_A_FACT = Number(process.env.ROWPORT_PATIENCE ?? 300_000);
const FOR_A_TEST = 1_200_000;

const src = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': src } },
  build: {
    target: 'es2023',
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs comes in few files: each costs its headers, and small ones pack badly.
          groups: [
            {
              name: 'vendor',
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|@floating-ui|clsx|openapi-fetch|use-sync-external-store)\//,
            },
            { name: 'shared', test: /src\/(api|lib|hooks)\// },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server } },
  test: {
    reporters: ['default', './closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          // One document for the files of a worker: making one for each costs most of the time. Tests clean up behind them.
          isolate: false,
          testTimeout: FOR_A_FACT,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['e2e/speed.test.ts'],
          environment: 'node',
          // Each worker has a server of its own, so that nobody meets rows of others.
          maxWorkers: 1 + more.length,
          sequence: { groupOrder: 1 },
          testTimeout: FOR_A_TEST,
          hookTimeout: FOR_A_TEST,
          expect: { poll: { timeout: FOR_A_FACT } },
        },
      },
      {
        extends: true,
        test: {
          // Part of `make bench`: what it finds depends on the machine.
          name: 'speed',
          include: ['e2e/speed.test.ts'],
          environment: 'node',
          maxWorkers: 1,
          testTimeout: FOR_A_TEST,
          hookTimeout: FOR_A_TEST,
        },
      },
    ],
  },
});
