import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { testStore } from './conformance-fixture.ts'
import { MemoryDisk } from './memory-disk-fixture.ts'
import { MemoryStore } from './memory-store-fixture.ts'
import { RealStore } from './real-store.ts'

testStore('real files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return { store: new RealStore(), directory }
})

testStore('in memory', () => ({ store: new MemoryStore(new MemoryDisk()), directory: '/log' }))
