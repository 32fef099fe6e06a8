import type { Capability, Json } from '@runtimo/capabilities'
import type { Reply, Request } from '../protocol/messages.ts'
import { execute } from './execute.ts'
import { findFunction } from './function.ts'
import { load } from './load.ts'
import { toManifest } from './manifest.ts'
import { toRefusal } from './refusal.ts'
import { Residue } from './residue.ts'
import type { Validator } from './validate.ts'

/** Whatever carries messages to and from the supervisor. */
export interface Port {
  /** Several go out together. Once it is done, nothing that the job writes itself can overtake them. */
  send(...replies: Reply[]): Promise<void> | void
}

type JobRequest = Exclude<Request, { type: 'warm' }>
type Work = Extract<Request, { type: 'run' | 'serve' }>

/**
 * Jobs inside a worker, one after the other, each on request, each stage answered once.
 * Nothing here defends against the module that it loads: that is the supervisor's work, from outside.
 */
export class Host {
  readonly #port: Port
  #capability: Capability | undefined
  #validator: Validator | undefined
  #residue: Residue | undefined

  constructor(port: Port) {
    this.#port = port
  }

  async handle(request: Request): Promise<void> {
    if (request.type === 'warm') return await this.#warm()
    try {
      await this.#port.send(...(await this.#answer(request)))
    } catch (error) {
      await this.#port.send({ type: 'refused', jobId: request.jobId, refusal: toRefusal(error) })
    }
  }

  /** A job of nothing: what the first one needs is loaded, and compiled by V8. */
  async #warm(): Promise<void> {
    const { sample } = await import('./sample.ts')
    const fitting = await this.#fit(sample, { text: '' })
    toManifest(sample.manifest)
    await execute(sample, fitting, { jobId: '', dryRun: true, workingDir: '/' })
    await this.#port.send({ type: 'ready' })
  }

  /** The last answers to a request; those before have gone out. */
  async #answer(request: JobRequest): Promise<Reply[]> {
    const { jobId } = request
    switch (request.type) {
      case 'load':
        this.#capability = await load(request.source)
        return [{ type: 'loaded', jobId, manifest: toManifest(this.#capability.manifest) }]
      case 'run': {
        const capability = this.#loaded()
        return [await this.#run(capability, await this.#fit(capability, request.args), request)]
      }
      case 'serve': {
        const { capability, fit } = findFunction(request.name)
        // Taken before the first job: foreign code never is in such a worker.
        this.#residue ??= new Residue()
        const returned = await this.#run(capability, fit(request.args), request)
        return [returned, { type: 'inspected', jobId, residue: await this.#residue.find() }]
      }
    }
  }

  async #run(capability: Capability, fitting: Json, { jobId, context, access }: Work): Promise<Reply> {
    await this.#port.send({ type: 'validated', jobId })
    return { type: 'returned', jobId, value: await execute(capability, fitting, context, access) }
  }

  /** The compiler of schemas takes megabytes: a worker that serves only ours needs none. */
  async #fit(capability: Capability, args: Json): Promise<Json> {
    if (this.#validator === undefined) {
      const { Validator } = await import('./validate.ts')
      this.#validator = new Validator()
    }
    return this.#validator.validate(capability, args)
  }

  #loaded(): Capability {
    if (this.#capability === undefined) throw new TypeError('no capability is loaded')
    return this.#capability
  }
}
