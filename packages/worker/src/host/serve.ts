import type { Capability } from '@runtimo/capabilities'
import type { Reply, Request } from '../protocol/messages.ts'
import { execute } from './execute.ts'
import { load } from './load.ts'
import { toManifest } from './manifest.ts'
import { toRefusal } from './refusal.ts'
import { Residue } from './residue.ts'
import { Validator } from './validate.ts'

/** Whatever carries messages to and from the supervisor. */
export interface Port {
  send(reply: Reply): void
}

/**
 * Jobs inside a worker, one after the other: load, validate, execute, each on request and each answered once.
 * Nothing here defends against the module that it loads: that is the supervisor's work, from outside.
 */
export class Host {
  readonly #port: Port
  #capability: Capability | undefined
  #args: unknown
  readonly #validator = new Validator()
  readonly #residue = new Residue()

  constructor(port: Port) {
    this.#port = port
  }

  async handle(request: Request): Promise<void> {
    try {
      this.#port.send(await this.#answer(request))
    } catch (error) {
      this.#port.send({ type: 'refused', jobId: request.jobId, refusal: toRefusal(error) })
    }
  }

  async #answer(request: Request): Promise<Reply> {
    const { jobId } = request
    switch (request.type) {
      case 'load':
        this.#capability = await load(request.source)
        return { type: 'loaded', jobId, manifest: toManifest(this.#capability.manifest) }
      case 'validate':
        this.#args = this.#validator.validate(this.#loaded(), request.args)
        return { type: 'validated', jobId }
      case 'execute':
        return {
          type: 'returned',
          jobId,
          value: await execute(this.#loaded(), this.#args, request.context, request.access),
        }
      case 'inspect':
        return { type: 'inspected', jobId, residue: this.#residue.find() }
    }
  }

  #loaded(): Capability {
    if (this.#capability === undefined) throw new TypeError('no capability is loaded')
    return this.#capability
  }
}
