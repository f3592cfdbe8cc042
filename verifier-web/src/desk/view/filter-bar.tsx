import type { TargetedEvent, VNode } from 'preact'
import type { EventRow } from '../rows.ts'
import { type Filter, NO_FILTER } from '../table.ts'
import { useWords } from '../words/index.ts'

export interface FilterBarProps {
  rows: readonly EventRow[]
  filter: Filter
  onFilter: (filter: Filter) => void
  placeName: (uri: string | undefined) => string
}

/** Which of the rows: each control works at once, and by itself or with the others. */
export function FilterBar({ rows, filter, onFilter, placeName }: FilterBarProps): VNode {
  const { t } = useWords()
  const places = [...new Set(rows.flatMap(({ place }) => place ?? []))]
    .map((uri) => ({ uri, name: placeName(uri) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const steps = [...new Set(rows.flatMap(({ kind, step }) => (kind === 'event' ? [step] : [])))]
  const set = (name: keyof Filter) => (event: TargetedEvent<HTMLInputElement | HTMLSelectElement>) =>
    onFilter({ ...filter, [name]: event.currentTarget.value })
  const isSet = Object.entries(NO_FILTER).some(([name, empty]) => filter[name as keyof Filter] !== empty)
  return (
    <fieldset class="filter">
      <legend class="vh">{t('events.filter')}</legend>
      <label>
        {t('events.text')}
        <input class="field" type="search" value={filter.text} maxLength={100} onInput={set('text')} />
      </label>
      <label>
        {t('events.place')}
        <select class="field" value={filter.place} onChange={set('place')}>
          <option value="">{t('events.any')}</option>
          {places.map(({ uri, name }) => (
            <option key={uri} value={uri}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('events.step')}
        <select class="field" value={filter.step} onChange={set('step')}>
          <option value="">{t('events.any')}</option>
          {steps.map((step) => (
            <option key={step} value={step}>
              {t(`step.${step}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('events.source')}
        <select class="field" value={filter.source} onChange={set('source')}>
          <option value="">{t('events.any')}</option>
          <option value="device">{t('measured')}</option>
          <option value="operator">{t('stated')}</option>
          <option value="unchecked">{t('events.unchecked')}</option>
        </select>
      </label>
      <label>
        {t('events.from')}
        <input class="field" type="date" value={filter.from} onInput={set('from')} />
      </label>
      <label>
        {t('events.to')}
        <input class="field" type="date" value={filter.to} onInput={set('to')} />
      </label>
      {isSet && (
        <button type="button" class="btn" onClick={() => onFilter(NO_FILTER)}>
          {t('events.clear')}
        </button>
      )}
    </fieldset>
  )
}
