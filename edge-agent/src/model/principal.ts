import { short } from './statistics.ts'

/** The plane of a class: as a model carries it, so already shortened. */
export interface Plane {
  mean: number[]
  loadings: number[][]
  variances: number[]
}

/** Principal components of the rows, so many of them. The library is loaded when it is wanted: a gateway that runs does not. */
export async function fitPlane(rows: readonly (readonly number[])[], components: number): Promise<Plane> {
  const { PCA } = await import('ml-pca')
  const pca = new PCA(
    rows.map((row) => [...row]),
    { center: true, scale: false, method: 'SVD' },
  )
  const { means } = pca.toJSON() as unknown as { means: number[] }
  const vectors = pca.getLoadings().to2DArray()
  const values = pca.getEigenvalues()
  const used = Math.min(components, values.filter((value) => value > 0).length, vectors.length)
  return {
    mean: means.map(short),
    loadings: vectors.slice(0, used).map((vector) => vector.map(short)),
    variances: values.slice(0, used).map((value) => short(Math.max(value, Number.MIN_VALUE))),
  }
}
