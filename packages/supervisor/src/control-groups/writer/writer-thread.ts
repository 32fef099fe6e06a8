import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Order, Reply, Request, TreeWriter } from './tree-writer.ts'

/**
 * A thread of its own, kept warm. Node's thread pool will not do: it has four threads, and four blocked kills would
 * stop every file and every name lookup of the process. One is enough, for the kernel lets one at a time anyway.
 */
export class WriterThread implements TreeWriter {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<Reply>>()
  #last = 0
  #failure: Error | undefined

  constructor() {
    // A URL in a string is not rewritten by the compiler: .ts from sources, .js when built.
    const entry = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
    const { NODE_COMPILE_CACHE } = process.env
    this.#worker = new Worker(entry, {
      name: 'control-groups',
      execArgv: [],
      env: NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE },
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    })
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#fail(new Error('the control groups are closed')))
    this.#worker.unref()
  }

  async make(directories: readonly string[]): Promise<void> {
    await this.#send({ verb: 'make', directories })
  }

  async write(directory: string, file: string, text: string): Promise<void> {
    await this.#send({ verb: 'write', directory, file, text })
  }

  async remove(directories: readonly string[]): Promise<readonly string[]> {
    const { busy } = await this.#send({ verb: 'remove', directories })
    return busy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#waiting.values()].map(({ promise }) => promise))
    await this.#worker.terminate()
  }

  async #send(order: Order): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure
    const request: Request = { id: ++this.#last, order }
    const waiting = Promise.withResolvers<Reply>()
    this.#waiting.set(request.id, waiting)
    this.#worker.ref() // the process does not end before what was asked for is done
    this.#worker.postMessage(request, [])
    const reply = await waiting.promise
    if (reply.error === undefined) return reply
    throw Object.assign(new Error(reply.error.message), { code: reply.error.code })
  }

  #settle(reply: Reply): void {
    this.#waiting.get(reply.id)?.resolve(reply)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
