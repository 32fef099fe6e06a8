import { expect, test } from 'vitest'
import { shellExec } from './shell-exec.ts'

const context = { jobId: 'test', dryRun: false, workingDir: '/work' }
const empty = { bytes: new Uint8Array(), totalBytes: 0 }

test('the command line is one argument of /bin/sh, whatever it holds', () => {
  const cmd = 'echo "$(id)"; -rf\n`x`'
  expect(shellExec.plan({ cmd }, context)).toEqual({ argv: ['/bin/sh', '-c', cmd], cwd: '/work', env: {} })
})

test('a relative cwd is taken from the working directory', () => {
  expect(shellExec.plan({ cmd: 'x', cwd: '../a' }, context).cwd).toBe('/a')
})

test('a failing command is no success and keeps its exit code', () => {
  const output = shellExec.parse({ exitCode: 3, signal: null, stdout: empty, stderr: empty })
  expect(output).toMatchObject({ success: false, data: { exit_code: 3, signal: null, truncated: false } })
})

test('the cap is reported with the true count, and cuts no character in two', () => {
  const stdout = { bytes: Buffer.from('a€').subarray(0, 3), totalBytes: 12_345 }
  expect(shellExec.parse({ exitCode: 0, signal: null, stdout, stderr: empty })).toMatchObject({
    success: true,
    data: { stdout: 'a', stdout_bytes: 12_345, stdout_truncated: true, truncated: true },
  })
})
