import { chmodSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { givenHistory, type History } from './history-fixture.ts'

async function diff(history: History, job_id: string, force: string[] = []): Promise<unknown> {
  const before = readdirSync(history.backups, { recursive: true })
  const data = await history.undo({ job_id, force }, { dryRun: true })
  expect(readdirSync(history.backups, { recursive: true })).toEqual(before)
  return data['diff']
}

test('a dry run shows a unified diff, and changes nothing', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), 'one\ntwo\nthree\n')
  const job = await history.write('a', 'one\n2\nthree\n')
  const path = history.at('a')
  expect(await diff(history, job)).toContain(
    `--- ${path}\n+++ ${path}\n@@ -1,3 +1,3 @@\n one\n-2\n+two\n three\n`,
  )
  expect(history.content('a')).toBe('one\n2\nthree\n')
})

test('a file that would go is compared with nothing, and so is one that would come', async () => {
  const history = givenHistory()
  const job = await history.write('a', 'x\n')
  expect(await diff(history, job)).toContain(`--- ${history.at('a')}\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n`)
  const { jobId } = await history.undo({ job_id: job })
  expect(await diff(history, jobId)).toContain(`--- /dev/null\n+++ ${history.at('a')}\n@@ -0,0 +1,1 @@\n+x\n`)
})

test('what is no text, or too long, is only said to differ', async () => {
  const history = givenHistory()
  const path = history.at('a')
  for (const content of ['\0', 'x'.repeat(1_048_577)]) {
    writeFileSync(path, content)
    const job = await history.write('a', 'text')
    expect(await diff(history, job)).toBe(`binary files ${path} and ${path} differ\n`)
  }
})

test('a mode, a directory and a link are said in words', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), '0')
  chmodSync(history.at('a'), 0o600)
  const modes = await history.write('a', '0', { mode: '0644' })
  expect(await diff(history, modes)).toBe(`mode of ${history.at('a')}: 644 to 600\n`)
  const made = await history.write('d/b', '', { create_parents: true })
  expect(await diff(history, made)).toContain(`remove directory ${history.at('d')}\n`)
  rmSync(history.at('d/b'))
  symlinkSync('../a', history.at('d/b'))
  expect(await diff(history, made, ['d/b'])).toContain('-link to ../a\n')
})

test('files that differ everywhere do not take forever', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), lines('a'))
  const job = await history.write('a', lines('b'))
  expect(await diff(history, job)).toContain('differ')
})

function lines(letter: string): string {
  return Array.from({ length: 60_000 }, (_, n) => `${letter}${n}`).join('\n')
}
