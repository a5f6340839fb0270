import { renderCredentialReport } from './credential-report-csv.ts';
import { AwsError } from './query-answer.ts';
import { type Scenario, wireTime } from './scenario.ts';

export interface FinishedReport {
  readonly contentBase64: string;
  readonly generatedTime: string;
}

type Phase = 'present' | 'absent' | 'expired' | 'building';

/**
 * The one credential report of an account over time. AWS builds a new one at most every four hours; in between,
 * Generate answers COMPLETE and Get hands out the old one
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html).
 */
export class ReportLifecycle {
  readonly #scenario: Scenario;
  readonly #startedAt = wireTime(new Date());
  #phase: Phase;
  #pollsLeft: number;
  #wasGenerated = false;
  #finished: FinishedReport | undefined;

  constructor(scenario: Scenario) {
    const state = scenario.report?.state ?? 'present';
    this.#scenario = scenario;
    this.#phase = state === 'in-progress' ? 'building' : state === 'never-ready' ? 'absent' : state;
    const polls = scenario.report?.pollsUntilReady ?? 1;
    this.#pollsLeft = state === 'never-ready' ? Number.POSITIVE_INFINITY : polls;
  }

  generate(): { readonly State: string; readonly Description?: string } {
    if (this.#isStillBuilding()) return { State: 'INPROGRESS' };
    const buildsNew = this.#scenario.report?.generatedAfterGenerate !== undefined && !this.#wasGenerated;
    if (this.#phase === 'present' && !buildsNew) return { State: 'COMPLETE' };
    const isFirst = this.#phase === 'absent';
    this.#phase = 'building';
    this.#wasGenerated = true;
    this.#finished = undefined;
    if (!isFirst) return { State: 'STARTED' };
    return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
  }

  get(): FinishedReport {
    if (this.#isStillBuilding()) throw new AwsError('ReportInProgress');
    if (this.#phase === 'absent') throw new AwsError('ReportNotPresent');
    if (this.#phase === 'expired') throw new AwsError('ReportExpired');
    this.#finished ??= this.#render();
    return this.#finished;
  }

  #isStillBuilding(): boolean {
    if (this.#phase !== 'building') return false;
    if (this.#pollsLeft > 0) {
      this.#pollsLeft -= 1;
      return true;
    }
    this.#phase = 'present';
    return false;
  }

  #render(): FinishedReport {
    const report = this.#scenario.report ?? {};
    const later = this.#wasGenerated ? report.generatedAfterGenerate : undefined;
    const generatedTime = later ?? report.generatedTime;
    const csv = report.content ?? renderCredentialReport(this.#scenario, generatedTime);
    return {
      contentBase64: Buffer.from(csv, 'utf8').toString('base64'),
      generatedTime: wireTime(generatedTime ?? this.#startedAt),
    };
  }
}
