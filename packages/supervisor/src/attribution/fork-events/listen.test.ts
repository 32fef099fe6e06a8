import fs, { closeSync, writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import { makePipe } from '../../linux/pipe.ts'
import type { Answers } from './answers.ts'
import { Lineages } from './lineages.ts'
import { listen } from './listen.ts'
import { Tally } from './tally.ts'

test('the listener says that it is at work before an event leaves the queue', () => {
  const { readEnd, writeEnd } = makePipe()
  const { readSync } = fs
  onTestFinished(() => {
    fs.readSync = readSync
    syncBuiltinESMExports()
    for (const end of [readEnd, writeEnd]) closeSync(end)
  })
  const tally = new Tally()
  const busy: boolean[] = []
  fs.readSync = (): number => {
    busy.push(tally.isBusy)
    throw new Error('seen')
  }
  syncBuiltinESMExports()
  writeSync(writeEnd, 'event')
  const answers: Pick<Answers, 'tally' | 'fence' | 'exited'> = {
    tally,
    fence: () => undefined,
    exited: () => undefined,
  }
  expect(() => listen(readEnd, { pid: 1, tid: 1 }, new Lineages(1), answers)).toThrow('seen')
  expect(busy).toEqual([true])
})
