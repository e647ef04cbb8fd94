public import ArgumentParser
public import ETLCore
import Foundation
import Logging

/// `etl-job run`: loads what is new.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load the raw batches that are new, each in one transaction.",
        discussion: """
            PATH is a folder with batch_<N>.json files (a JSON array of rows) or batch_<N>.ndjson / .jsonl (a row a \
            line), one such file, or - for standard input. Batches are loaded in the order of their numbers; what was \
            loaded before is skipped, so running again changes nothing.

            EXAMPLES
              etl-job run                           load batches/
              etl-job run /data/batches --through 7 up to batch 7
              etl-job run --dry-run --json          what would happen, as JSON
              etl-job run --report scores.html      and then write the page
              zcat b.gz | etl-job run - --batch-id 20
              etl-job run --from-inbox --min-rows 1000
              etl-job run --source-url postgresql://reader@db/ml \\
                --source-query rows.sql --source-batches closed.sql
            """)

    enum InputFormat: String, ExpressibleByArgument, CaseIterable {
        case json
        case ndjson
    }

    @Argument(
        help: "Folder or file of raw batches, or - for standard input (default: batches).", completion: .file())
    var path: String?

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Option(
        name: .customLong("batch-id"),
        help: "The number of the batch, for standard input, a file of another name, or the inbox's very first batch.")
    var batchID: Int?

    @Option(help: "How standard input is written.")
    var inputFormat = InputFormat.json

    @OptionGroup(title: "Rows from SQL") var source: SourceOptions

    @Option(help: "Load no batch after this one.")
    var through: Int?

    @Flag(help: "Do everything for all new batches in one transaction, then roll it back.")
    var dryRun = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(
        help: "When done, also with nothing new, write the page of etl-job report into this file.",
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(help: "Refuse a batch when more than this share of its rows is rejected (0…1).")
    var maxRejectRatio = 0.2

    @Option(help: "How percentiles are computed; fixed by the first batch (default percent_rank).")
    var percentileMethod: PercentileMethod?

    @Option(help: "Batches in a full window; fixed by the first batch (default 3).")
    var windowSize: Int?

    @Option(help: "Give new percentiles to the assets of the window, or to all ever scored.")
    var rescore = Rescore.window

    @Flag(help: "Go on where batch numbers are missing.")
    var allowGap = false

    @Flag(help: "Apply a batch that has no rows.")
    var allowEmpty = false

    @Option(help: "Lowest score that is accepted.")
    var scoreMinimum = -10.0

    @Option(help: "Highest score that is accepted.")
    var scoreMaximum = 10.0

    @Option(help: "How often one of the industries may be flagged as drifted without drift (0…1).")
    var driftAlpha = 0.01

    @Option(help: "Flag no drift below so many standard deviations of the reference.")
    var driftEffect = 0.2

    @Option(
        help: ArgumentHelp(
            "Try a batch again for so long when the database is away: a lost connection, a failover, a restart, a "
                + "deadlock. No statement may take longer than three quarters of it. 0: do not try again.",
            valueName: "seconds"))
    var retryFor = 120

    @Option(
        help: ArgumentHelp(
            "Wait so long for another job, or for a table that others have locked.", valueName: "seconds"))
    var lockWait = 60

    @OptionGroup(title: "Metrics") var metrics: MetricsOptions

    func validate() throws {
        try source.validate(path: path, batchID: batchID, through: through)
        if dryRun && metrics.metricsFile != nil {
            throw ValidationError("--dry-run keeps nothing, so there is nothing to write to a --metrics-file.")
        }
        for (name, seconds) in [("--retry-for", retryFor), ("--lock-wait", lockWait)]
        where !(0...86_400).contains(seconds) {
            throw ValidationError("\(name) is \(seconds); it must be 0 to 86400 seconds.")
        }
        if let windowSize, !(1...1000).contains(windowSize) {
            throw ValidationError("--window-size is \(windowSize); it must be 1 to 1000.")
        }
        if metrics.growthLimit != nil && metrics.metricsFile == nil && report == nil {
            throw ValidationError("--growth-limit is for a --metrics-file or a --report; neither is given.")
        }
        if report != nil && dryRun {
            throw ValidationError("--dry-run keeps nothing that a --report could show; give one of them.")
        }
        if !(0...1).contains(maxRejectRatio) {
            throw ValidationError("--max-reject-ratio is \(maxRejectRatio); it must be between 0 and 1.")
        }
        if !(driftAlpha >= 1e-9 && driftAlpha <= 0.5) {
            throw ValidationError("--drift-alpha is \(driftAlpha); it must be between 1e-9 and 0.5.")
        }
        if !(driftEffect >= 0 && driftEffect.isFinite) {
            throw ValidationError("--drift-effect is \(driftEffect); it must be 0 or more.")
        }
        if let batchID, !(0...BatchFolder.largestBatchID).contains(batchID) {
            throw ValidationError("--batch-id is \(batchID); it must be 0 to \(BatchFolder.largestBatchID).")
        }
        if !(scoreMinimum <= scoreMaximum && scoreMinimum.isFinite && scoreMaximum.isFinite) {
            throw ValidationError(
                "--score-minimum \(scoreMinimum) and --score-maximum \(scoreMaximum) do not make a range.")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let recorder = RunRecorder(
            schema: database.schema, growthLimit: metrics.growthLimit, wantsSummary: LogOptions.isJSON, logger: logger)
        CommandEnd.describe(as: "run_finished") { [dryRun] in JobEvent.fields(recorder.summary, isDryRun: dryRun) }
        let signals = SignalWatch { recorder.finish(exitCode: $0, isHurried: true) }
        defer { signals.stop() }
        let page = RunPage(report, limit: metrics.growthLimit.map(Double.init), logger)
        var session: Session?
        do {
            if let file = metrics.metricsFile { try recorder.writeMetrics(to: file) }
            try await load(logger, recorder, page, &session, signals)
        } catch {
            let code = Failure.code(of: error)
            recorder.finish(exitCode: code, session: error is Interrupted ? nil : session)
            page.write(after: error, error is Interrupted ? nil : session)
            throw error
        }
    }

    /// - Parameter opened: receives the session as soon as there is one.
    private func load(
        _ logger: Logger, _ recorder: RunRecorder, _ page: RunPage, _ opened: inout Session?, _ signals: SignalWatch
    ) async throws {
        let input = try source.input(batchID: batchID) ?? .batches(files(logger))
        // Better said before anything is loaded.
        if let report { try Reporter.requireWritable(report) }
        let interruption = Interruption()
        let display = RunDisplay(
            logger: logger, isPlain: database.log.logFormat == .json, isDryRun: dryRun,
            onPlan: recorder.planned(skipped:)
        ) {
            recorder.batchFinished($0)
            page.add($0)
        }
        let session = try await database.open(
            logger, access: .readWrite,
            limits: TimeLimits(retryFor: .seconds(retryFor), lockWait: .seconds(lockWait)), interruption: interruption
        ) { signals.carry(to: interruption) }
        opened = session
        recorder.opened(session)
        let migrator = try migrations.migrator(session, lockWait: max(lockWait, 1))
        if session.isPrivate { try migrator.prepare() } else { try migrator.requireCurrent() }

        let job = Job(session: session, options: options(), observer: display)
        var result: RunReport
        do {
            result = try job.run(input)
            display.finish()
        } catch {
            display.finish()
            if !json && !dryRun,
                let text = RunTable(RunReport(batches: display.finished), place: place).textBeforeFailure
            {
                StandardOutput.write(text)
            }
            throw error
        }
        recorder.completed(result)
        recorder.finish(exitCode: 0, session: session)
        result.lookAt = findings(result, session)
        if json { try JSONOutput.print(result) } else { StandardOutput.write(RunTable(result, place: place).text) }
        try page.write(session)
    }

    private var place: String { source.place ?? path ?? Self.defaultPath }
    private static let defaultPath = "batches"

    /// The files of the raw batches, or standard input.
    private func files(_ logger: Logger) throws -> [BatchSource] {
        try BatchFolder.sources(
            at: path ?? Self.defaultPath, batchID: batchID, format: inputFormat == .json ? .jsonArray : .jsonLines
        ) { ignored in
            logger.warning(
                "ignored: not called batch_<N>.json, .ndjson or .jsonl", metadata: ["file": "\(printable(ignored))"])
        }
    }

    /// What to look at; where the ledger cannot be read any more, by what the run itself has seen.
    private func findings(_ report: RunReport, _ session: Session) -> [String] {
        guard report.totals.applied > 0 else { return [] }
        return RunFindings(report, ledger: (try? session.ledger()) ?? []).phrases
    }

    private func options() -> RunOptions {
        var options = RunOptions()
        options.through = through
        options.isDryRun = dryRun
        options.maxRejectRatio = maxRejectRatio
        options.percentileMethod = percentileMethod
        options.windowSize = windowSize
        options.rescore = rescore
        options.allowsGap = allowGap
        options.allowsEmpty = allowEmpty
        options.scoreRange = scoreMinimum...scoreMaximum
        options.driftAlpha = driftAlpha
        options.driftEffect = driftEffect
        return options
    }
}

extension PercentileMethod: ExpressibleByArgument {}
extension Rescore: ExpressibleByArgument {}
