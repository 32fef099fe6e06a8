import { Buffer } from 'node:buffer'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { Picture } from './picture.ts'

/** What later jobs would meet if one changed it: the global object, and the objects that all code shares. */
const shared: Readonly<Record<string, object>> = {
  globalThis,
  Object,
  'Object.prototype': Object.prototype,
  Array,
  'Array.prototype': Array.prototype,
  'Function.prototype': Function.prototype,
  'String.prototype': String.prototype,
  'Number.prototype': Number.prototype,
  'RegExp.prototype': RegExp.prototype,
  Promise,
  'Promise.prototype': Promise.prototype,
  'Map.prototype': Map.prototype,
  'Set.prototype': Set.prototype,
  Date,
  JSON,
  Math,
  Reflect,
  process,
  'process.env': process.env,
  console,
}

/**
 * Node makes these when they are first looked at, with modules that take milliseconds and megabytes. Code of ours
 * does not use them: gone, they need no look.
 */
const unneeded = `
  FormData Headers Request Response MessageEvent CloseEvent WebSocket ReadableStream
  ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableByteStreamController ReadableStreamDefaultController WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter TransformStream
  TransformStreamDefaultController TextEncoderStream TextDecoderStream CompressionStream
  DecompressionStream ByteLengthQueuingStrategy CountQueuingStrategy BroadcastChannel MessageChannel
  MessagePort Crypto CryptoKey SubtleCrypto Performance PerformanceEntry PerformanceMark
  PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming
  Navigator File crypto navigator performance
`
  .trim()
  .split(/\s+/u)

/** Remembers what a worker of ours was like, and tells afterwards what is different. */
export class Residue {
  readonly #pictures: readonly Picture[]
  readonly #resources: number

  constructor() {
    for (const name of unneeded) Reflect.deleteProperty(globalThis, name)
    this.#pictures = Object.entries(shared).map(([name, object]) => new Picture(name, object))
    this.#resources = countResources()
  }

  /** Names of what was changed, added or left open; empty when nothing was. */
  async find(): Promise<string[]> {
    await setImmediate() // what the job has closed is closed by then
    const names: string[] = []
    for (let index = 0; index < this.#pictures.length; index++) this.#pictures[index]?.addChanges(names)
    // Behind accessors that are there for good.
    if (globalThis.process !== process) names[names.length] = 'globalThis.process'
    if (globalThis.Buffer !== Buffer) names[names.length] = 'globalThis.Buffer'
    if (countResources() > this.#resources) names[names.length] = 'open timers or handles'
    return names
  }
}

function countResources(): number {
  return process.getActiveResourcesInfo().length
}
