import '../style/rest.css'
import type { Verdict } from '@tristamp/protocol'
import { type ComponentChildren, render, type VNode } from 'preact'
import { useErrorBoundary } from 'preact/hooks'
import { loadLanguage } from '../i18n/all-words.ts'
import type { Lang, Language } from '../i18n/index.ts'
import type { Journey } from '../journey.ts'
import type { Pack } from '../product.ts'
import { keepShell } from '../shell.ts'
import { ChecksPart } from './checks.tsx'
import { placesApart } from './elsewhere.ts'
import { FindingsPart } from './findings.tsx'
import { JourneyPart } from './journey.tsx'
import { Later } from './later.tsx'
import { PackPart } from './pack.tsx'
import type { PageProps, Told as ToldFinding } from './page.tsx'
import { Paper } from './paper.tsx'
import { LanguageProvider, useLanguage } from './parts.tsx'
import { RecallsPart } from './recalls.tsx'
import { ReportPart } from './report.tsx'
import { SafetyPart } from './safety.tsx'
import { TemperaturePart } from './temperature.tsx'
import { TestsPart } from './tests.tsx'
import { TestsRow } from './tests-row.tsx'
import { VouchPart } from './vouch.tsx'

export interface RestProps
  extends ToldFinding,
    Pick<PageProps, 'now' | 'onForget' | 'onElsewhere' | 'onFault' | 'isShown' | 'onNews'> {}

/** Where the parts stand: 2 and 3 with the verdict, the rest below or beside it, the page's end. */
export interface Places {
  lead: HTMLElement
  rest: HTMLElement
  foot: HTMLElement
}

/** Counts what went wrong: a part that failed is made anew with what is shown next. */
let faults = 0

/** 2 to 8: everything below the verdict. Loaded on its own, with its words and styles, so that the verdict does not wait for it. */
export async function loadRest(lang: Lang): Promise<(places: Places, props: RestProps) => void> {
  const language = await loadLanguage(lang)
  void keepShell()
  return ({ lead, rest, foot }, props) => {
    const put = (place: HTMLElement, part: VNode): void =>
      render(
        <Guarded
          key={faults}
          language={language}
          onFault={(error) => {
            faults++
            props.onFault(error)
          }}
        >
          {part}
        </Guarded>,
        place,
      )
    put(lead, <Lead {...props} />)
    put(rest, <Rest {...props} />)
    put(foot, <Foot {...props} />)
  }
}

function Guarded(props: {
  language: Language
  onFault: (error: unknown) => void
  children: ComponentChildren
}): VNode | null {
  const [error] = useErrorBoundary(props.onFault)
  return error === undefined ? <LanguageProvider value={props.language}>{props.children}</LanguageProvider> : null
}

function Lead({ finding, journey, pack, safety, now }: RestProps): VNode {
  const language = useLanguage()
  const { verdict } = finding
  return (
    <>
      <PackPart pack={pack} proven={journey !== undefined} />
      <SafetyPart finding={finding} safety={safety} now={now}>
        {verdict !== undefined && journey !== undefined && verdict.state !== 'mismatch' && (
          <TestsRow journey={journey} naming={{ names: verdict.names, language }} />
        )}
      </SafetyPart>
    </>
  )
}

function Rest({ finding, journey, pack, onForget, onElsewhere }: RestProps): VNode {
  const { verdict, state } = finding
  const language = useLanguage()
  const apart = placesApart(finding)
  const seen = journey !== undefined && finding.elements.has('21') && (
    // It goes on above what it stood below: what it heard of the server, and of the seal, is not asked twice.
    <Later key="seen" load={loadSeen} props={{ finding, journey, onElsewhere }} />
  )
  return (
    <div class="rest">
      {verdict !== undefined && <RecallsPart verdict={verdict} />}
      {verdict !== undefined && verdict.holds.length > 0 && <Later load={loadHolds} props={{ verdict }} />}
      {apart !== undefined && verdict !== undefined && (
        <Later
          load={loadElsewhere}
          props={{ apart, metres: metresOf(verdict), naming: { names: verdict.names, language } }}
        />
      )}
      {state === 'elsewhere' && seen}
      {verdict !== undefined && journey !== undefined && <Told verdict={verdict} journey={journey} pack={pack} />}
      {state !== 'elsewhere' && seen}
      <ChecksPart finding={finding} onForget={onForget} />
      <ReportPart finding={finding} pack={pack} />
    </div>
  )
}

const loadSeen = () => import('../seen/part.tsx').then(({ SeenPart }) => SeenPart)
const loadHolds = () => import('./holds.tsx').then(({ HoldsPart }) => HoldsPart)
const loadElsewhere = () => import('./elsewhere-part.tsx').then(({ ElsewherePart }) => ElsewherePart)
const loadWay = () => import('./way.tsx').then(({ WayPart }) => WayPart)

/** Of this pack: what it was made of may have been in two places, too. */
function metresOf({ findings, subject: asked }: Verdict): number {
  return Number(findings.find(({ code, subject }) => code === 'TWO_PLACES' && subject === asked)?.detail['metres'] ?? 0)
}

function hasWay({ records }: Journey): boolean {
  return records.some(({ event }) => (event['tristamp:geo'] as { route?: string } | undefined)?.route !== undefined)
}

const loadStaying = () => import('./staying.tsx').then(({ Staying }) => Staying)

function Foot(props: RestProps): VNode {
  const { finding } = props
  const { t } = useLanguage()
  const first = [finding.policySinceMs, finding.failure, finding.file].every((told) => told === undefined)
  return (
    <footer class="end">
      <p>
        {t('foot', { host: location.host })} {first && t('foot.first')}
      </p>
      <Paper finding={finding} />
      <Later load={loadStaying} props={props} />
    </footer>
  )
}

function Told({ verdict, journey, pack }: { verdict: Verdict; journey: Journey; pack: Pack }): VNode {
  const naming = { names: verdict.names, language: useLanguage() }
  return (
    <>
      <TemperaturePart verdict={verdict} journey={journey} limits={pack.limits} naming={naming} />
      {hasWay(journey) && <Later load={loadWay} props={{ journey, naming }} />}
      <TestsPart journey={journey} />
      <JourneyPart journey={journey} naming={naming} />
      <VouchPart verdict={verdict} journey={journey} pack={pack} naming={naming} />
      <FindingsPart findings={verdict.findings} journey={journey} />
    </>
  )
}
