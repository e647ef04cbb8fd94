import ArgumentParser
import ETLCore

/// `etl-job verify`: whether the tables agree with each other.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute everything and compare it with what is stored.",
        usage: "etl-job verify [--sources <path>] [--limit <limit>] [<options>]",
        discussion: """
            Recomputes the percentile of every snapshot from batch_distributions, and compares snapshots, scores, \
            distributions, rejections and window with each other and with the ledger. Changes nothing; the right to \
            read is enough, also on a standby. Exits 0 where all agree, 1 where something differs.

            EXAMPLES
              etl-job verify
              etl-job verify --sources batches --json | jq '.differences'
            """)

    @Option(help: "Also hash the raw batches under this path.", completion: .file())
    var sources: String?

    @Option(help: "List at most so many differences of each check; all are counted.")
    var limit = 20

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if !(1...1000).contains(limit) { throw ValidationError("--limit is \(limit); it must be 1 to 1000.") }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let start = ContinuousClock.now
        @Sendable func describe(_ differences: Int?) {
            CommandEnd.describe(as: "verify_finished") {
                ["differences": .optional(differences), "seconds": .seconds(start.duration(to: .now).seconds)]
            }
        }
        describe(nil)
        let signals = SignalWatch()
        defer { signals.stop() }
        let files = try sources.map { path in
            try BatchFolder.sources(at: path) { ignored in
                logger.warning("ignored: not called batch_<N>.json, .ndjson or .jsonl: \(printable(ignored))")
            }
        }
        let interruption = Interruption()
        let session = try await database.open(logger, interruption: interruption) {
            signals.carry(to: interruption)
        }
        try migrations.migrator(session).requireCurrent()
        let progress = ProgressLine(isPlain: database.log.logFormat == .json)
        let verifier = Verifier(session: session, limit: limit) { done, total in
            progress.show("\(grouped(done)) of \(grouped(total)) windows checked")
        }
        let verification: Verification
        do {
            defer { progress.clear() }
            verification = try verifier.verify(sources: files)
        }
        describe(verification.checks.map(\.differenceCount).reduce(0, +))
        if json {
            try JSONOutput.print(verification)
        } else {
            StandardOutput.write(VerificationTable(verification).text)
        }
        if !verification.agrees { throw ArgumentParser.ExitCode(1) }
    }
}
