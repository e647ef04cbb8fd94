import ArgumentParser
import ETLCore

/// `etl-job status`: the ledger.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show which batches have been applied.",
        usage: "etl-job status [<options>]",
        discussion: """
            EXAMPLE
              etl-job status --json | jq '.batches[-1].batch_id'
            """)

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the ledger as JSON.")
    var json = false

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let ledger = try session.ledger()
        if json {
            try JSONOutput.print(["batches": ledger])
            return
        }
        guard let newest = ledger.last else {
            StandardOutput.write("No batch has been applied yet. Load some: etl-job run")
            return
        }
        var table = TextTable([
            ("batch", .right), ("source", .left), ("read", .right), ("accepted", .right), ("rejected", .right),
            ("window", .left), ("snapshots", .right), ("applied at", .left), ("time", .right),
        ])
        for entry in ledger {
            table.append([
                "\(entry.batchID)", entry.source, grouped(entry.readCount), grouped(entry.acceptedCount),
                grouped(entry.rejectedCount),
                entry.windowFirstBatchID.map { "\($0)–\(entry.batchID)" } ?? "not full yet",
                grouped(entry.snapshotCount), entry.appliedAt, durationText(entry.seconds),
            ])
        }
        table.appendRule()
        table.append([
            grouped(ledger.count), "", grouped(ledger.map(\.readCount).reduce(0, +)),
            grouped(ledger.map(\.acceptedCount).reduce(0, +)), grouped(ledger.map(\.rejectedCount).reduce(0, +)), "",
            grouped(ledger.map(\.snapshotCount).reduce(0, +)), "", durationText(ledger.map(\.seconds).reduce(0, +)),
        ])
        StandardOutput.write(table.render(Style(.standardOutput)))
        let window = newest.windowFirstBatchID.map { "batches \($0) to \(newest.batchID)" } ?? "not full yet"
        StandardOutput.write(
            "Window of \(newest.windowSize): \(window). Percentile method: \(newest.percentileMethod).")
    }
}
