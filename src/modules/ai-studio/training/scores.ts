/** A forecast and what came of it. */
export interface Forecast {
  /** Probability that the next bar closes higher. */
  readonly probability: number;
  /** What is said for sure: up (1) or not (0). */
  readonly call: 0 | 1;
  readonly up: 0 | 1;
}

/** How good forecasts were. */
export interface Scores {
  readonly rows: number;
  /** Share of calls that were right. */
  readonly accuracy: number;
  /** Of the calls "up", the share that went up; null when there was no such call. */
  readonly precision: number | null;
  /** Of the bars that went up, the share that was called; null when none went up. */
  readonly recall: number | null;
  /** Mean of -ln(probability given to what happened); ln 2 = 0.693 is a coin. */
  readonly logLoss: number;
  /** Mean squared distance of the probability from the outcome (Brier 1950); 0.25 is a coin. */
  readonly brier: number;
}

/** Probabilities of 0 and 1 would make one mistake an infinite loss. */
const SMALLEST_PROBABILITY = 1e-15;

/** @param forecasts at least one */
export function scoresOf(forecasts: readonly Forecast[]): Scores {
  const calledUp = forecasts.filter(({ call }) => call === 1);
  const wentUp = forecasts.filter(({ up }) => up === 1);
  const hits = calledUp.filter(({ up }) => up === 1).length;
  return {
    rows: forecasts.length,
    accuracy: forecasts.filter(({ call, up }) => call === up).length / forecasts.length,
    precision: calledUp.length === 0 ? null : hits / calledUp.length,
    recall: wentUp.length === 0 ? null : hits / wentUp.length,
    logLoss: mean(forecasts, logLoss),
    brier: mean(forecasts, ({ probability, up }) => (probability - up) ** 2),
  };
}

/** A model's forecast: it calls what it thinks likelier. */
export function forecast(probability: number, up: 0 | 1): Forecast {
  return { probability, call: probability >= 0.5 ? 1 : 0, up };
}

/**
 * What knows nothing but how often bars rose so far: it always calls the class that was the majority of
 * `trained`, with that share as probability. A model that is no better has learnt nothing.
 * @param trained outcomes of the training part, at least one
 */
export function baselineForecasts(
  trained: readonly (0 | 1)[],
  outcomes: readonly (0 | 1)[],
): Forecast[] {
  const share = trained.filter((up) => up === 1).length / trained.length;
  return outcomes.map((up) => forecast(share, up));
}

function logLoss({ probability, up }: Forecast): number {
  const given = up === 1 ? probability : 1 - probability;
  return -Math.log(Math.min(1, Math.max(SMALLEST_PROBABILITY, given)));
}

function mean(forecasts: readonly Forecast[], of: (forecast: Forecast) => number): number {
  return forecasts.reduce((sum, item) => sum + of(item), 0) / forecasts.length;
}
