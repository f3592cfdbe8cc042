// Attacks on amounts, on where they are from, and on who handed them over.
import { at, lifeOf } from './attack.mjs'
import { blend } from './blend.mjs'
import { pork } from './pork.mjs'
import { rice, split } from './rice.mjs'

/** By what is done. */
export const QUANTITIES = {
  'product of a region, from elsewhere': {
    finds: ['OUTSIDE_REGION'],
    life: lifeOf(
      rice,
      at('birth', (life) => {
        life.at = [44.9 + life.between(-0.3, 0.3), 128.1 + life.between(0, 1)]
      }),
    ),
  },
  'more sold than was milled, by 10 to 60 %': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('sales', (life) => life.between(1.1, 1.6)),
    ),
  },
  'more sold than was milled, by 3 to 10 %': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('sales', (life) => life.between(1.03, 1.1)),
    ),
  },
  'more milled than was harvested': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('mill', (life, { harvested }) => Math.round(harvested * life.between(1.05, 1.5))),
    ),
  },
  'a load received as 3 to 20 % less than was sent': {
    finds: ['HANDOVER_QUANTITY'],
    life: lifeOf(
      rice,
      at('receive', (life) => life.between(0.8, 0.97)),
    ),
  },
  'a load received as 3 to 20 % more than was sent': {
    finds: ['HANDOVER_QUANTITY'],
    life: lifeOf(
      rice,
      at('receive', (life) => life.between(1.03, 1.2)),
    ),
  },
  'a lot sold by one who never signed that it came': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(
      rice,
      at('receive', () => 0),
    ),
  },
  'a lot split into two, which are 1 to 5 % more': {
    finds: ['MASS_BALANCE'],
    life: lifeOf((life) => split(life, life.between(1.01, 1.05))),
  },
  'a mixing told in several records, which gives 3 to 20 % more than all its tanks': {
    finds: ['MASS_BALANCE'],
    life: lifeOf((life) => blend(life, life.between(1.03, 1.2))),
  },
  'foreign rice milled in, up to the weight of the harvest': {
    finds: ['MASS_BALANCE'],
    blind: true,
    life: lifeOf(
      rice,
      at('mill', (life, { harvested }) => Math.round(harvested * life.between(0.8, 1))),
    ),
  },
  'shipped, and never received': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(pork, (name) => (name === 'plant receives' ? 'skip' : undefined)),
  },
  'received, and never shipped': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(pork, (name) => (name === 'farm ships' ? 'skip' : undefined)),
  },
}
