import ArgumentParser
import ETLCore
import Foundation

/// `etl-job explain`: why an asset's percentile moved.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show why the percentile of an asset moved between two batches.",
        usage: "etl-job explain <id> [--from <from>] [--to <to>] [<options>]",
        discussion: """
            What left the window, what entered it, and the asset's own score add up to the change. --json has the \
            figures to the last digit.

            EXAMPLE
              etl-job explain 01GNNA1J307AY6JA6HE9DDPSWM --from 3 --to 4
            """)

    @Argument(help: "The asset's id, a ULID.")
    var id: String

    @Option(help: "The earlier as-of batch (default: of the snapshot before the later one).")
    var from: Int?

    @Option(help: "The later as-of batch (default: of the asset's newest snapshot).")
    var to: Int?

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if let from, let to, from >= to {
            throw ValidationError("--from is \(from); it must be earlier than --to, which is \(to).")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let report = try session.explain(id, from: from, to: to)
        if json {
            try JSONOutput.print(report)
            return
        }
        if let explanation = report.explanation {
            StandardOutput.write("\(report.id)  \(explanation.sentence)\n")
            StandardOutput.write(sides(explanation).render(Style(.standardOutput)) + "\n")
            StandardOutput.write(parts(explanation).render(Style(.standardOutput)))
            for remark in remarks(explanation) { StandardOutput.write(remark) }
        } else {
            StandardOutput.write("\(printable(report.id)) was never accepted, so it has no percentile.")
        }
        for rejection in report.rejections { StandardOutput.write(rejectionLine(rejection)) }
    }

    private func sides(_ explanation: Explanation) -> TextTable {
        var table = TextTable([
            ("as of batch", .right), ("window", .left), ("scored in batch", .right), ("score", .right),
            ("industry", .left), ("below", .right), ("equal", .right), ("in all", .right), ("percentile", .right),
        ])
        for side in [explanation.before, explanation.after] {
            table.append([
                "\(side.asOfBatchID)", listed(side.batches), "\(side.scoredBatchID)", "\(side.score)", side.industry,
                grouped(side.counts.below), grouped(side.counts.equal), grouped(side.counts.inAll),
                decimal(side.percentile.rounded(2), 2),
            ])
        }
        return table
    }

    private func parts(_ explanation: Explanation) -> TextTable {
        var table = TextTable([
            ("part", .left), ("batches", .left), ("below", .right), ("equal", .right), ("above", .right),
            ("percentile", .right), ("points", .right),
        ])
        for (part, points) in zip(explanation.parts, explanation.shownPoints(2)) {
            let counts = part.counts.map { [grouped($0.below), grouped($0.equal), grouped($0.above)] } ?? ["", "", ""]
            table.append(
                [part.part, part.batches.map(listed) ?? ""] + counts
                    + [decimal(part.percentile.rounded(2), 2), signed(points, 2)])
        }
        table.appendRule()
        table.append(["change", "", "", "", "", "", signed(explanation.change.rounded(2), 2)])
        return table
    }

    /// What a reader of the figures has to know besides.
    private func remarks(_ explanation: Explanation) -> [String] {
        var remarks: [String] = []
        if explanation.hasNewIndustry {
            remarks.append(
                "What left and entered is counted in \(explanation.before.industry), against the score of batch "
                    + "\(explanation.before.scoredBatchID); the change to \(explanation.after.industry) is in the last part."
            )
        }
        if explanation.left.batches?.contains(explanation.before.scoredBatchID) == true {
            remarks.append(
                "Among what left is the asset itself, as batch \(explanation.before.scoredBatchID) scored it.")
        }
        if !explanation.hasNewIndustry, explanation.entered.batches?.contains(explanation.after.scoredBatchID) == true {
            remarks.append(
                "Among what entered is the asset itself, as batch \(explanation.after.scoredBatchID) scored it.")
        }
        if explanation.kept.inAll == 0 {
            remarks.append(
                "No asset of \(explanation.before.industry) stayed in the window: the change is that of what entered.")
        }
        return remarks
    }
}

/// A rejected row of an asset, with its reasons in words.
func rejectionLine(_ rejection: AssetReport.Rejection) -> String {
    "Rejected in batch \(rejection.batchID), row \(grouped(rejection.rowNumber)): \(rejection.inWords) "
        + "(\(rejection.reasons))"
}
