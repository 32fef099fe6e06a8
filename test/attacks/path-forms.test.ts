import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ErrorCode, JobResult } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { control, judge, judgeRefusal, siege } from '../support/attack.ts'
import { attempt, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const level = 'sandbox'

/** Other names of a file. */
const namesOf = (file: string, workingDir: string): readonly string[] => [
  file,
  `${workingDir}/../${basename(dirname(file))}/${basename(file)}`,
  `//${file}`,
  `/./${file}`,
  `/proc/self/root${file}`,
]

async function readAll(): Promise<void> {
  const file = join(temporaryDirectory(), 'outside')
  writeFileSync(file, 'secret')
  const names = namesOf(file, temporaryDirectory())
  const acts = Object.fromEntries(names.map((name) => [name, `grep secret ${name}`]))
  expect(await unconfined(acts)).toEqual(names)
}
const namesAreRead = control('without us, a file is read by each of its names', readAll)

test('paths are taken as they are, once (F07): none of these forms reads more than the plain one', async () => {
  await namesAreRead()
  const supervisor = siege()
  const outside = join(temporaryDirectory(), 'outside')
  const workingDir = temporaryDirectory()
  writeFileSync(outside, 'secret')
  writeFileSync(join(workingDir, 'inside'), 'inside')
  const read = (path: string): Promise<JobResult> =>
    supervisor.run('FileRead', { path }, { level, workingDir })
  const [plain = '', dots = '', slashes = '', dot = '', process = ''] = namesOf(outside, workingDir)
  const forms: readonly (readonly [string, ErrorCode])[] = [
    // In the job's own view there is no such file.
    [plain, 'RT_FILE_NOT_FOUND'],
    [dots, 'RT_FILE_NOT_FOUND'],
    [slashes, 'RT_FILE_NOT_FOUND'],
    [dot, 'RT_FILE_NOT_FOUND'],
    [process, 'RT_FILE_OUTSIDE'],
    [`${outside}/`, 'RT_FILE_NOT_FOUND'],
    [`${outside}\0.txt`, 'RT_FILE_NAME'],
    [`/${'a/'.repeat(2048)}b`, 'RT_INVALID_ARGS'],
    [join(workingDir, 'INSIDE'), 'RT_FILE_NOT_FOUND'],
    ['\ud800', 'RT_FILE_NAME'],
  ]
  for (const [form, code] of forms) {
    const result = await read(form)
    const unharmed = (): void => expect(JSON.stringify(result)).not.toContain('secret')
    await judge(supervisor, result, { outcome: 'failed', code, unharmed, isKept: true })
  }
  for (const form of ['inside', './inside', `${workingDir}//./inside`]) {
    const result = await read(form)
    expect(result).toMatchObject({ outcome: 'completed', posture: { level } })
    expect(JSON.stringify(result.output.data)).toContain('inside')
    await judge(supervisor, result, { outcome: 'completed', isKept: true })
  }
  expect(readFileSync(outside, 'utf8')).toBe('secret')
})

test('directories are given by name, and a name that is none is refused before anything runs (F07)', async () => {
  await namesAreRead()
  const supervisor = siege()
  const workingDir = temporaryDirectory()
  const names: readonly (readonly [string, ErrorCode])[] = [
    ['/', 'RT_INVALID_OPTION'],
    ['/usr', 'RT_POSTURE_UNAVAILABLE'],
    ['/etc', 'RT_POSTURE_UNAVAILABLE'],
    ['/proc/self/root', 'RT_INVALID_OPTION'],
    ['/dev', 'RT_INVALID_OPTION'],
    [`${workingDir}\0/x`, 'RT_INVALID_OPTION'],
    [`${workingDir}/../..//proc`, 'RT_INVALID_OPTION'],
  ]
  const ran = join(workingDir, 'ran')
  for (const [write, code] of names) {
    const job = attempt(supervisor, { ran: `echo x >${ran}` }, { level, workingDir, write: [write] })
    await judgeRefusal(job, code, () =>
      expect({ write, ran: existsSync(ran) }).toEqual({ write, ran: false }),
    )
  }
  const byName = { level, workingDir, write: [`./../${basename(workingDir)}`] } as const
  const twin = await attempt(supervisor, { ran: `echo x >${ran}` }, byName)
  expect(succeeded(twin)).toEqual(['ran'])
  await judge(supervisor, twin, { outcome: 'completed', spawned: ['sh'] })
})
