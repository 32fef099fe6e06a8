import { expect, test } from 'vitest'
import { parseMounts } from './mount-info.ts'

test('mounts are read with blanks in their names', () => {
  const line = String.raw`36 35 98:0 /mnt1 /mnt\0402\134 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
  expect(parseMounts(`${line}\n`)).toEqual([
    { shows: '/mnt1', target: String.raw`/mnt 2` + '\\', type: 'ext3', options: ['rw', 'errors=continue'] },
  ])
})
