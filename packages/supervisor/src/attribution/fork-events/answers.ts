import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Lineages } from './lineages.ts'
import type { Answer, LineageQuestion, Question } from './question.ts'
import { Tally } from './tally.ts'

/** Takes the supervisor's questions and answers each when all that happened before it has been seen. */
export class Answers {
  readonly #port: MessagePort
  readonly #lineages: Lineages
  #waiting: LineageQuestion[] = []
  #unsettled: LineageQuestion[] = []
  #tally: Tally | undefined

  constructor(port: MessagePort, lineages: Lineages) {
    this.#port = port
    this.#lineages = lineages
  }

  /** Undefined until the supervisor wants to read counts. */
  get tally(): Tally | undefined {
    return this.#tally
  }

  /** Those that a fence found unsettled get one more fence; the supervisor repeats it after a while. */
  fence(id: number): void {
    this.#receive()
    for (const question of this.#unsettled) this.#answer(question, true)
    this.#unsettled = []
    const due = this.#waiting.filter((question) => question.id <= id)
    this.#waiting = this.#waiting.filter((question) => question.id > id)
    this.#unsettled = due.filter((question) => !this.#answer(question, false))
  }

  exited(): void {
    if (this.#unsettled.length === 0) return
    this.#unsettled = this.#unsettled.filter((question) => !this.#answer(question, false))
  }

  #receive(): void {
    for (;;) {
      const received: { message: Question } | undefined = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      const { message } = received
      if (message.ask === 'forget') this.#lineages.forget(message.root)
      else if (message.ask === 'share') this.#tally = new Tally(message.memory)
      else this.#waiting.push(message)
    }
  }

  #share(root: number, slot: number): void {
    this.#tally?.write(slot, undefined) // unless the root is known
    this.#lineages.shareCount(root, (count) => this.#tally?.write(slot, count))
  }

  #answer({ id, root, names, slot }: LineageQuestion, isLast: boolean): boolean {
    if (!this.#lineages.settle(root, isLast) && !isLast) return false
    if (slot !== undefined) this.#share(root, slot)
    const answer: Answer = { id, lineage: this.#lineages.report(root, names) }
    this.#port.postMessage(answer, [])
    return true
  }
}
