import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileRead } from './execute.ts'

const dir = mkdtempSync(join(tmpdir(), 'runtimo-read-'))
afterAll(() => rmSync(dir, { recursive: true }))
const context = { jobId: 'test', dryRun: false, workingDir: dir }

function given(name: string, content: string | Uint8Array): string {
  writeFileSync(join(dir, name), content)
  return name
}

async function read(path: string, max_bytes?: number): Promise<unknown> {
  return await fileRead.execute({ path, ...(max_bytes === undefined ? {} : { max_bytes }) }, context)
}

test('text is returned as text, with a path of any script', async () => {
  const path = given('läs mig — 読んで.txt', 'héllo\n')
  expect(await read(path)).toMatchObject({
    success: true,
    data: { content: 'héllo\n', encoding: 'utf8', size: 7, bytes_read: 7, truncated: false },
  })
})

test('a .json file is also parsed', async () => {
  expect(await read(given('a.json', '{"a":[1]}'))).toMatchObject({ data: { json: { a: [1] } } })
})

test.each([
  ['broken', '{"a":'],
  ['with a prototype key', '{"__proto__":{"x":1}}'],
  ['too deep', '['.repeat(2000) + ']'.repeat(2000)],
])('a .json file that is %s is text', async (_name, content) => {
  expect(await read(given('b.json', content))).toEqual(
    expect.objectContaining({ data: expect.not.objectContaining({ json: expect.anything() }) }),
  )
})

test('bytes that are no UTF-8, or hold NUL, come as base64', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0x80])
  expect(await read(given('c.bin', bytes))).toMatchObject({
    data: { encoding: 'base64', content: bytes.toString('base64'), bytes_read: 3 },
  })
})

test('ten megabytes of control bytes still fit into a reply', async () => {
  const output = await read(given('escapes', Buffer.alloc(10_485_760, 0x1b)))
  expect(output).toMatchObject({ data: { encoding: 'base64', bytes_read: 10_485_760, truncated: false } })
  expect(JSON.stringify(output).length).toBeLessThan(33_000_000)
})

test('the cut never splits a character', async () => {
  const path = given('cut.txt', '€€€')
  for (const [limit, kept] of [
    [3, '€'],
    [4, '€'],
    [5, '€'],
    [6, '€€'],
    [9, '€€€'],
  ] as const) {
    expect(await read(path, limit)).toMatchObject({
      data: { content: kept, truncated: limit < 9, encoding: 'utf8', bytes_read: kept.length * 3, size: 9 },
    })
  }
})

test('files of /proc, whose size is said to be 0, are read to their end', async () => {
  const access = { roots: ['/proc'], deny: [], state: [], backups: '/none', tenant: 'test', sessionId: null }
  expect(await fileRead.execute({ path: '/proc/self/status' }, context, access)).toMatchObject({
    data: { content: expect.stringContaining('VmRSS'), truncated: false },
  })
})

test('what is not there, a directory, and a pipe without a writer are told apart at once', async () => {
  execFileSync('mkfifo', [join(dir, 'pipe')])
  await expect(read('missing')).rejects.toMatchObject({ code: 'RT_FILE_NOT_FOUND' })
  await expect(read('.')).rejects.toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
  await expect(read('pipe')).rejects.toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
  await expect(read('a\0b')).rejects.toMatchObject({ code: 'RT_FILE_NAME' })
})
