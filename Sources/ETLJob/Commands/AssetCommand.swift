import ArgumentParser
import ETLCore

/// `etl-job asset`: the percentiles of one asset.
struct AssetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asset", abstract: "Show every percentile that an asset ever had, or the one as of a batch.",
        usage: "etl-job asset <id> [--as-of <as-of>] [<options>]",
        discussion: """
            EXAMPLE
              etl-job asset 01GNNA1J00ZF3C9VFKE93ZP8QW --as-of 7
            """)

    @Argument(help: "The asset's id, a ULID.")
    var id: String

    @Option(help: "Show only the percentile as of this batch.")
    var asOf: Int?

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let report = try session.asset(id, asOf: asOf)
        if json {
            try JSONOutput.print(report)
            return
        }
        StandardOutput.write(headline(report))
        if !report.snapshots.isEmpty { StandardOutput.write(table(report).render(Style(.standardOutput))) }
        for rejection in report.rejections { StandardOutput.write(rejectionLine(rejection)) }
        if let asOf {
            if let snapshot = report.snapshots.first, snapshot.asOfBatchID < asOf {
                StandardOutput.write("It was in no window after batch \(snapshot.asOfBatchID).")
            }
        } else if report.snapshots.count > 1 {
            StandardOutput.write("Why it moved: etl-job explain \(report.id) [--from A --to B]")
        }
    }

    private func headline(_ report: AssetReport) -> String {
        let id = printable(report.id)
        guard let score = report.score, let industry = report.industry else {
            return "\(id) was never accepted."
        }
        if let asOf, report.snapshots.isEmpty {
            return "\(id) had no percentile as of batch \(asOf): it was scored later, or there was no full window."
        }
        let percentile =
            report.percentile.map { "percentile \(percentileText($0))" }
            ?? "no percentile yet: the first window is not full"
        return "\(id)  \(printable(industry))  latest score \(score)  \(percentile)"
    }

    private func table(_ report: AssetReport) -> TextTable {
        var table = TextTable([
            ("as of batch", .right), ("scored in batch", .right), ("score", .right), ("industry", .left),
            ("percentile", .right), ("change", .right),
        ])
        for snapshot in report.snapshots {
            let change = snapshot.change.map { signed($0, 2) } ?? ""
            table.append([
                "\(snapshot.asOfBatchID)", "\(snapshot.scoredBatchID)", "\(snapshot.score)", snapshot.industry,
                percentileText(snapshot.percentile), change,
            ])
        }
        return table
    }
}
