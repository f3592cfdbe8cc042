import type { Elements } from '@tristamp/protocol'
import { check, type Finding } from './check.ts'
import { type FirstLanguage, firstWords, type Lang } from './i18n/index.ts'
import { arriving } from './incomplete.ts'
import type { Memory } from './remembered.ts'
import { pathOf } from './subject-from-path.ts'
import { Page } from './view/page.tsx'
import { sayLanguage } from './view/top.tsx'

export interface Subject {
  subject: string
  elements: Elements
}

/** From here on a page that is looked at again is not what is known now: tabs stay open for weeks. */
const AGAIN_MS = 3_600_000

/** Checks one subject, shows what comes of it, and does what its reader asks for. */
export class App {
  readonly #page: Page
  readonly #subject: Subject
  readonly #memory: Memory
  // One moment for all that is shown of a check.
  #now = new Date()
  #language: FirstLanguage
  #finding: Finding

  constructor(root: HTMLElement, subject: Subject, memory: Memory, language: FirstLanguage) {
    this.#page = new Page(root)
    this.#subject = subject
    this.#memory = memory
    this.#language = language
    this.#finding = { state: 'checking', ...subject }
    document.addEventListener('visibilitychange', () => this.#seenAgain())
  }

  /** Checked anew; of a file, what its age means. */
  #seenAgain(): void {
    const { state, file } = this.#finding
    if (document.hidden || state === 'checking' || Date.now() - this.#now.getTime() < AGAIN_MS) return
    void this.run(file === undefined ? undefined : Promise.resolve(this.#finding))
  }

  /** Checks, or takes a check that was begun before, and says so meanwhile. */
  async run(
    begun: Promise<Finding> = check(this.#subject.subject, this.#subject.elements, this.#memory),
  ): Promise<void> {
    this.#show({ state: 'checking', ...this.#subject })
    await this.tell(begun)
  }

  /** Shows what a check comes to. */
  async tell(begun: Finding | Promise<Finding>): Promise<void> {
    try {
      const finding = await begun
      this.#now = new Date()
      this.#show(finding)
    } catch (error) {
      this.#fault(error)
    }
  }

  /** A fault of ours must not leave an old verdict, or none, on the page: what is left then is that nothing was checked. */
  #fault(error: unknown): void {
    reportError(error)
    if (this.#finding.failure?.code !== 'PAGE_FAULT')
      this.#show({ state: 'unchecked', ...this.#subject, failure: { code: 'PAGE_FAULT' } })
  }

  /** The last language that was asked for; its words may come after those of another. */
  #asked: Lang | undefined

  async #speak(lang: Lang): Promise<void> {
    this.#asked = lang
    // The whole page, or nothing of it: half of it would stay in the language before.
    const words = await arriving('words', Promise.all([firstWords(lang), this.#page.load(lang)]))
    if (words === undefined || this.#asked !== lang) return
    this.#language = words[0]
    this.#show(this.#finding)
    sayLanguage(lang)
  }

  #show(finding: Finding): void {
    this.#finding = finding
    this.#page.show({
      finding,
      language: this.#language,
      now: this.#now,
      onLanguage: (lang) => void this.#speak(lang),
      onAgain: () => {
        // A file stays what it is; the ledger may know more.
        if (finding.file !== undefined) location.assign(pathOf(this.#subject.subject))
        // The button goes away with the old verdict; whoever used it stands before the new one.
        document.getElementById('verdict')?.focus()
        if (finding.file === undefined) void this.run()
      },
      onForget: () => {
        this.#memory.forgetLedgers()
        if (finding.file !== undefined) location.assign('/')
        document.getElementById('verdict')?.focus()
        if (finding.file === undefined) void this.run()
      },
      // Counts that come while it is checked again are heard once the new verdict stands.
      onElsewhere: () => {
        // What is proved stays the word; of a lot that is held or recalled this code may be a copy all the same.
        const state = finding.state === 'consistent' ? 'elsewhere' : finding.state
        if (this.#finding === finding) this.#show({ ...finding, state, counted: true })
      },
      onFault: (error) => this.#fault(error),
      isShown: () => this.#finding === finding,
      onNews: (found) => void this.tell(found),
    })
  }
}
