public import ArgumentParser
public import ETLCore
import Foundation

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
              zcat b.gz | etl-job run - --batch-id 20
            """)

    enum InputFormat: String, ExpressibleByArgument, CaseIterable {
        case json
        case ndjson
    }

    @Argument(help: "Folder or file of raw batches, or - for standard input.", completion: .file())
    var path = "batches"

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Option(
        name: .customLong("batch-id"), help: "The number of the batch, for standard input or a file of another name.")
    var batchID: Int?

    @Option(help: "How standard input is written.")
    var inputFormat = InputFormat.json

    @Option(help: "Load no batch after this one.")
    var through: Int?

    @Flag(help: "Do everything for all new batches in one transaction, then roll it back.")
    var dryRun = false

    @Flag(help: "Print the report as JSON.")
    var json = false

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

    func validate() throws {
        for (name, seconds) in [("--retry-for", retryFor), ("--lock-wait", lockWait)]
        where !(0...86_400).contains(seconds) {
            throw ValidationError("\(name) is \(seconds); it must be 0 to 86400 seconds.")
        }
        if let windowSize, !(1...1000).contains(windowSize) {
            throw ValidationError("--window-size is \(windowSize); it must be 1 to 1000.")
        }
        if !(0...1).contains(maxRejectRatio) {
            throw ValidationError("--max-reject-ratio is \(maxRejectRatio); it must be between 0 and 1.")
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
        let sources = try BatchFolder.sources(
            at: path, batchID: batchID, format: inputFormat == .json ? .jsonArray : .jsonLines
        ) { ignored in
            logger.warning(
                "ignored: not called batch_<N>.json, .ndjson or .jsonl", metadata: ["file": "\(printable(ignored))"])
        }
        let interruption = Interruption()
        let display = RunDisplay(logger: logger, isPlain: database.log.logFormat == .json)
        // Not before the private server is up, whose programs would inherit that signals are ignored.
        var signals: SignalWatch?
        defer { signals?.stop() }
        let session = try await database.open(
            logger, access: .readWrite,
            limits: TimeLimits(retryFor: .seconds(retryFor), lockWait: .seconds(lockWait)), interruption: interruption
        ) { signals = SignalWatch(interruption) }
        let migrator = try migrations.migrator(session, lockWait: max(lockWait, 1))
        if session.isPrivate { try migrator.prepare() } else { try migrator.requireCurrent() }

        let job = Job(session: session, options: options(), observer: display)
        let report: RunReport
        do {
            report = try job.run(sources)
            display.finish()
        } catch {
            display.finish()
            throw error
        }
        if json { try JSONOutput.print(report) } else { StandardOutput.write(RunTable(report, path: path).text) }
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
        return options
    }
}

extension PercentileMethod: ExpressibleByArgument {}
extension Rescore: ExpressibleByArgument {}
