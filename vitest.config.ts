import process from 'node:process'
import { defaultServerConditions } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { TallyReporter } from './tools/tally-reporter.ts'

const condition = 'runtimo-source'
// Every test process, its worker threads and its forks resolve @runtimo/* to the .ts sources.
const execArgv = [`--conditions=${condition}`]
const resolve = { conditions: [condition, ...defaultServerConditions] }

const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    execArgv,
    isolate: false, // a fresh process per file costs 0.25-0.4 s each here
    restoreMocks: true,
    globalSetup: './test/support/leaks.ts',
    setupFiles: ['./test/support/subreaper.ts'],
    reporters: [process.env['CI'] ? 'dot' : 'default', new TallyReporter()],
    projects: [
      {
        extends: true,
        ssr: { resolve },
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'] },
      },
      {
        extends: true,
        ssr: { resolve },
        test: { name: 'black-box', include: ['test/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
})
export default config
