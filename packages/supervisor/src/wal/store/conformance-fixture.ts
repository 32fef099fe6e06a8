import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Store, StoreFile } from './store.ts'

/** What the writer of the log relies on, whatever its files are. `open` is called once in each test. */
export function testStore(
  kind: string,
  open: () => { readonly store: Store; readonly directory: string },
): void {
  const fresh = async (): Promise<{ store: Store; path: string; file: StoreFile }> => {
    const { store, directory } = open()
    const path = join(directory, 'log')
    await store.prepare(path)
    return { store, path, file: await store.open(path) }
  }

  test(`${kind}: what is appended is read back, and a read ends where the file does`, async () => {
    const { file } = await fresh()
    await using _ = file
    expect(await file.append(Buffer.from('first'))).toBe(5)
    expect(await file.append(Buffer.from(' second'))).toBe(7)
    expect(file.size()).toBe(12)
    expect((await file.read(6, 100)).toString()).toBe('second')
    expect((await file.read(50, 10)).length).toBe(0)
    await file.sync()
  })

  test(`${kind}: what is cut off is gone, and the next append follows what is left`, async () => {
    const { file } = await fresh()
    await using _ = file
    await file.append(Buffer.from('0123456789'))
    await file.truncate(4)
    await file.append(Buffer.from('x'))
    expect((await file.read(0, 100)).toString()).toBe('0123x')
  })

  test(`${kind}: a file keeps its id under a new name, and what had the name is replaced`, async () => {
    const { store, path, file } = await fresh()
    await using _ = file
    await file.append(Buffer.from('old'))
    await using other = await store.open(`${path}.to`)
    await store.rename(path, `${path}.to`)
    await store.syncDirectory(path)
    expect(store.find(path)).toBeUndefined()
    expect(store.find(`${path}.to`)).toMatchObject({ id: file.id, bytes: 3, modifiedMs: expect.any(Number) })
    expect(other.id).not.toBe(file.id)
    await using anew = await store.open(path)
    expect(anew.id).not.toBe(file.id)
  })

  test(`${kind}: names are listed until they are removed; what is not there is not made by a look`, async () => {
    const { store, path, file } = await fresh()
    await using _ = file
    await using beside = await store.open(`${path}.lock`)
    expect((await store.list(path)).toSorted()).toEqual(['log', 'log.lock'])
    await store.remove(beside.path)
    expect(await store.openExisting(beside.path)).toBeUndefined()
    expect(await store.list(path)).toEqual(['log'])
    expect(await store.list('/nowhere/at/all')).toEqual([])
    await expect(store.remove(beside.path)).rejects.toMatchObject({ code: 'ENOENT' })
    await using existing = await store.openExisting(path)
    expect(existing?.id).toBe(file.id)
  })

  test(`${kind}: space that is taken ahead leaves the size, space that is reserved does not`, async () => {
    const { store, path, file } = await fresh()
    await using _ = file
    await file.append(Buffer.from('x'))
    await file.preallocate(1, 100_000)
    expect(file.size()).toBe(1)
    await file.extend(70_000)
    expect(file.size()).toBe(70_001)
    expect((await file.read(70_000, 10)).equals(Buffer.alloc(1))).toBe(true)
    expect(await store.capacity(path)).toBeGreaterThan(100_000)
  })

  test(`${kind}: one at a time has the lock, in whatever way the file was opened`, async () => {
    const { store, path, file } = await fresh()
    await using _ = file
    await using other = await store.open(path)
    const order: string[] = []
    const lock = await file.lock()
    const waitForIt = async (): Promise<void> => {
      using held = await other.lock()
      order.push(held === undefined ? 'nobody' : 'second')
    }
    const second = waitForIt()
    await new Promise((resolve) => setTimeout(resolve, 10))
    order.push('first')
    lock[Symbol.dispose]()
    await second
    expect(order).toEqual(['first', 'second'])
  })

  test(`${kind}: a place is shared or had alone until its file is closed`, async () => {
    const { store, path, file } = await fresh()
    const other = await store.open(path)
    expect([file.tryLock('shared'), other.tryLock('shared')]).toEqual([true, true])
    await using third = await store.open(path)
    expect(third.tryLock('alone')).toBe(false)
    await file[Symbol.asyncDispose]()
    expect(third.tryLock('alone')).toBe(false)
    await other[Symbol.asyncDispose]()
    expect(third.tryLock('alone')).toBe(true)
    await using fourth = await store.open(path)
    expect(fourth.tryLock('shared')).toBe(false)
  })
}
