/** @jsxImportSource ../dom */
import { type Age, ageOf } from '../age.ts'
import type { Finding } from '../check.ts'
import { type FirstLanguage, type Lang, setLanguage } from '../i18n/index.ts'
import { arriving, incomplete } from '../incomplete.ts'
import { type Journey, journeyOf } from '../journey.ts'
import { type Pack, packOf, packOfCode } from '../product.ts'
import { type Safety, safetyOf } from '../safety.ts'
import { isUnfit, wordOf } from '../say.ts'
import type { Places } from './rest.tsx'
import { Top } from './top.tsx'
import { VerdictPart } from './verdict.tsx'
import { VerdictPlace } from './waiting.tsx'

export interface PageProps {
  finding: Finding
  language: FirstLanguage
  now: Date
  onLanguage: (lang: Lang) => void
  onAgain: () => void
  onForget: () => void
  /** What the server counted is more than one person can bring about. */
  onElsewhere: () => void
  onFault: (error: unknown) => void
  /** Whether this is still what is shown. */
  isShown: () => boolean
  /** What was found since, in place of it. */
  onNews: (found: Finding) => void
}

/** A finding, and what the page tells of it. */
export interface Told {
  finding: Finding
  journey: Journey | undefined
  pack: Pack
  safety: Safety
  age: Age | undefined
}

/** The whole page: 1 leads, the rest follows. Nothing stands below the verdict while it is being made. */
export class Page {
  readonly #root: HTMLElement
  readonly #top = (<div class="whole" />) as HTMLElement
  // What says that it is checking goes on to say the verdict: drawn anew, it would be laid out twice and might not be heard.
  readonly #verdict = document.getElementById('verdict') ?? ((<VerdictPlace />) as HTMLElement)
  readonly #places: Places = {
    lead: (<div class="whole" />) as HTMLElement,
    rest: (<div class="whole" />) as HTMLElement,
    foot: (<div class="whole" />) as HTMLElement,
  }
  /** Counts what was shown: what arrives late for an earlier one is left out. */
  #shown = 0
  #told: Told | undefined

  constructor(root: HTMLElement) {
    this.#root = root
    const { lead, rest, foot } = this.#places
    const main =
      this.#verdict.closest('main') ??
      ((
        <main>
          <div class="lead">{this.#verdict}</div>
        </main>
      ) as HTMLElement)
    for (const other of [...root.children]) if (other !== main) other.remove()
    if (!main.isConnected) root.append(main)
    main.before(this.#top)
    this.#verdict.after(lead)
    main.append(rest)
    main.after(foot)
  }

  show(props: PageProps): void {
    const { finding, language, now, onLanguage, onAgain } = props
    const shown = ++this.#shown
    const checking = finding.state === 'checking'
    const told = this.#told?.finding === finding ? this.#told : tell(finding, now)
    const verdict = <VerdictPart {...told} language={language} onAgain={onAgain} />
    this.#told = told
    const word = wordOf(finding, told.safety)
    this.#root.dataset['state'] = finding.state
    this.#root.toggleAttribute('data-unfit', isUnfit(word))
    document.title = language.t('title', { word: language.t(word).replaceAll('|', '') })
    setLanguage(language.lang)
    const chose = this.#top.contains(document.activeElement)
    this.#top.replaceChildren(<Top language={language} onLanguage={onLanguage} />)
    // Who chose the language with the keyboard goes on from there.
    if (chose) this.#top.querySelector<HTMLElement>('[aria-current]')?.focus()
    this.#verdict.replaceChildren(verdict)
    if (checking) for (const place of Object.values(this.#places)) place.hidden = true
    else this.#showRest(shown, told, props).catch(incomplete)
  }

  /** Brings what is shown in a language: nothing is, until it all can be. */
  async load(lang: Lang): Promise<void> {
    if (!this.#places.rest.hidden) await loadRest(lang)
  }

  /** What stands below the verdict. Asked for only when the verdict stands: until then the line is the proofs'. */
  async #showRest(shown: number, told: Told, props: PageProps): Promise<void> {
    const draw = await arriving('rest', loadRest(props.language.lang))
    if (draw === undefined || shown !== this.#shown) return
    draw(this.#places, { ...props, ...told })
    for (const place of Object.values(this.#places)) place.hidden = false
  }
}

async function loadRest(lang: Lang): ReturnType<typeof import('./rest.tsx').loadRest> {
  return (await import('./rest.tsx')).loadRest(lang)
}

function tell(finding: Finding, now: Date): Told {
  const { verdict, elements, state } = finding
  const journey = verdict !== undefined && verdict.events.length > 0 ? journeyOf(verdict) : undefined
  const pack = verdict === undefined ? packOfCode(elements) : packOf(verdict, elements)
  const age = ageOf(finding, now.getTime())
  return { finding, journey, pack, age, safety: safetyOf(state, journey, pack, now, verdict, age) }
}
