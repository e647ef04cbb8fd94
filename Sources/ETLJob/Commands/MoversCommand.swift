import ArgumentParser
import ETLCore

/// `etl-job movers`: the assets whose percentile changed most.
struct MoversCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "movers", abstract: "Show the assets whose percentile changed most at a batch.",
        usage: "etl-job movers [--as-of <as-of>] [--limit <limit>] [<options>]",
        discussion: """
            Compared are the percentiles as of a batch and as of the one before, of the assets that have both. Why \
            one of them moved: etl-job explain ID

            EXAMPLES
              etl-job movers --limit 5
              etl-job movers --as-of 7 --industry cars --min-change 10
            """)

    @Option(help: "The batch whose percentiles are compared with those before (default: the newest).")
    var asOf: Int?

    @Option(help: "Show at most so many that rose, and so many that fell.")
    var limit = 20

    @Option(help: "Only this industry, by any of its labels.")
    var industry: String?

    @Option(name: .customLong("min-change"), help: "Only changes of at least so many percentile points.")
    var minimumChange = 0.0

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more.") }
        if !(0...100).contains(minimumChange) {
            throw ValidationError("--min-change is \(minimumChange); it must be between 0 and 100.")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let report = try session.movers(asOf: asOf, limit: limit, industry: industry, minimumChange: minimumChange)
        if json {
            try JSONOutput.print(report)
            return
        }
        let between = "from batch \(report.beforeBatchID) to batch \(report.asOfBatchID)"
        guard let example = report.up.first ?? report.down.first else {
            StandardOutput.write("No percentile changed so much \(between).")
            return
        }
        StandardOutput.write("Percentiles that changed most \(between):")
        StandardOutput.write(table(report).render(Style(.standardOutput)))
        StandardOutput.write(
            "Why one of them moved: etl-job explain \(example.id) --from \(report.beforeBatchID) --to "
                + "\(report.asOfBatchID)")
    }

    private func table(_ report: MoversReport) -> TextTable {
        var table = TextTable([
            ("", .left), ("id", .left), ("score", .right), ("industry", .left), ("before", .right), ("after", .right),
            ("change", .right),
        ])
        for (direction, movers) in [("up", report.up), ("down", report.down)] {
            if direction == "down", !report.up.isEmpty, !movers.isEmpty { table.appendRule() }
            for mover in movers {
                table.append([
                    direction, mover.id, changed(mover.scoreBefore, mover.score),
                    changed(mover.industryBefore, mover.industry), percentileText(mover.before),
                    percentileText(mover.after), signed(mover.change, 2),
                ])
            }
        }
        return table
    }

    /// A value, or what it was and is.
    private func changed<Value: Equatable>(_ before: Value, _ after: Value) -> String {
        before == after ? "\(after)" : "\(before) → \(after)"
    }
}
