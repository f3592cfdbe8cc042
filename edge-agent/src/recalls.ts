import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { matchOf, NOTICE_BYTES, noticeName, openNotice, type RecallNotice, verifyOnNode } from '@tristamp/protocol'
import { AgentError, whyOf } from './error.ts'
import { replaceFile, syncFolder } from './head-file.ts'
import { nodeCrypto } from './key-file.ts'
import { isDrill } from './order-text.ts'

const verify = verifyOnNode(nodeCrypto)

/** Recalls that were lifted, and holds that were released, are kept, or an old notice would bring them back; so many of them, the latest. */
const LIFTED_KEPT = 256

const ENDING = '.cose'

/** A notice, and when it came (ms since 1970, by the system's clock: for display). */
export type Told = RecallNotice & { heardMs: number }

/** What came: the first of its entry, or told again because more, or less, is known of its goods. */
export type Taken = RecallNotice & { isAgain: boolean }

/** What the ledger has told of recalls and holds, in a folder of its own: a file each, as it was signed, so that it counts again after a restart. */
export class Recalls {
  readonly #folder: string
  readonly #ledgerKey: Uint8Array
  /** By id. */
  readonly #notices = new Map<string, Told>()

  constructor(folder: string, ledgerKey: Uint8Array) {
    this.#folder = folder
    this.#ledgerKey = ledgerKey
  }

  /**
   * Reads what was kept. What cannot be read is as if it had not been told until the ledger tells it again, and goods pass meanwhile: somebody must know.
   * @returns NOTICE_DAMAGED for each
   */
  load(): AgentError[] {
    let files: string[]
    try {
      // A file that was being written when the power went has another ending.
      files = readdirSync(this.#folder).filter((file) => file.endsWith(ENDING))
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? [] : [damaged(this.#folder, cause)]
    }
    return files.flatMap((file) => {
      const path = join(this.#folder, file)
      try {
        this.#read(file, path)
        return []
      } catch (cause) {
        return [damaged(path, cause)]
      }
    })
  }

  #read(file: string, path: string): void {
    const { size, mtimeMs } = statSync(path)
    if (size > NOTICE_BYTES) throw new Error(`${size} bytes`)
    const notice = openNotice(new Uint8Array(readFileSync(path)), this.#ledgerKey, verify)
    if (fileOf(notice) !== file) throw new Error(`it is ${fileOf(notice)}`)
    this.#notices.set(notice.recall.id, { ...notice, heardMs: mtimeMs })
  }

  /**
   * What came over the network as a notice.
   * @returns it, or undefined when it says nothing new: a broker may show an old one again @throws AgentError NOTICE_REFUSED, DATA_DENIED
   */
  take(bytes: Uint8Array): Taken | undefined {
    let notice: RecallNotice
    try {
      notice = openNotice(bytes, this.#ledgerKey, verify)
    } catch (cause) {
      throw new AgentError('NOTICE_REFUSED', { why: whyOf(cause) }, { cause })
    }
    const known = this.#notices.get(notice.recall.id)
    if (known !== undefined && !isNewer(notice, known)) return undefined
    const isAgain = known?.entry === notice.entry
    // In force before it is kept: a full disk must not let bad goods pass.
    this.#notices.delete(notice.recall.id)
    this.#notices.set(notice.recall.id, { ...notice, heardMs: isAgain ? known.heardMs : Date.now() })
    this.#keep(notice, bytes)
    this.#tidy()
    return { ...notice, isAgain }
  }

  /** Recalls and holds that stand and name one of these, or of whose goods the ledger knows that one of these is or holds some: recalls first, drills last. */
  about(names: readonly string[]): Told[] {
    const found = this.standing.filter((notice) => matchOf(notice, names) !== undefined)
    return found.sort((a, b) => rank(a) - rank(b))
  }

  get standing(): Told[] {
    return [...this.#notices.values()].filter(({ lifted }) => lifted === undefined)
  }

  #keep(notice: RecallNotice, bytes: Uint8Array): void {
    const path = join(this.#folder, fileOf(notice))
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      replaceFile(path, bytes, true)
      syncFolder(this.#folder)
    } catch (cause) {
      throw new AgentError('DATA_DENIED', { path, why: whyOf(cause) }, { cause })
    }
  }

  #tidy(): void {
    const lifted = [...this.#notices.values()].filter((notice) => notice.lifted !== undefined)
    for (const notice of lifted.sort((a, b) => b.entry - a.entry).slice(LIFTED_KEPT)) {
      this.#notices.delete(notice.recall.id)
      rmSync(join(this.#folder, fileOf(notice)), { force: true })
    }
  }
}

/** Another wording or the end; or of the same wording, what is known of its goods in a larger tree. What does not say takes nothing back. */
function isNewer(notice: RecallNotice, known: RecallNotice): boolean {
  if (notice.entry !== known.entry) return notice.entry > known.entry
  if (notice.also === undefined) return false
  return known.also === undefined ? notice.treeSize >= known.treeSize : notice.treeSize > known.treeSize
}

function rank({ recall }: Told): number {
  return isDrill(recall) ? 2 : recall.op === 'hold' ? 1 : 0
}

function damaged(path: string, cause: unknown): AgentError {
  return new AgentError('NOTICE_DAMAGED', { path, why: whyOf(cause) }, { cause })
}

function fileOf({ recall }: RecallNotice): string {
  return `${noticeName(recall)}${ENDING}`
}
