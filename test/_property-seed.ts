import fc from 'fast-check'
import { seedFrom } from './_harness/random.ts'

// Properties are tried with the same values in each run; TRISTAMP_PROPERTY_SEED=new looks at others, a number repeats them.
fc.configureGlobal({ seed: seedFrom('TRISTAMP_PROPERTY_SEED') })
