import ArgumentParser
import ETLCore

/// `etl-job percentile`: what a score would be worth.
struct PercentileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "percentile", abstract: "Show what a score would be worth in an industry.",
        usage: "etl-job percentile <score> --industry <industry> [--as-of <as-of>] [<options>]",
        discussion: """
            EXAMPLES
              etl-job percentile 0.71 --industry cars
              etl-job percentile --industry "hair care" --as-of 7 -- -0.02
            """)

    @Argument(help: "The score. Put -- before a negative one.")
    var score: Double

    @Option(help: "The industry, by any of its labels.")
    var industry: String

    @Option(help: "Use the window as of this batch (default: the newest).")
    var asOf: Int?

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if !score.isFinite { throw ValidationError("The score must be a finite number.") }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let report = try session.percentile(of: score, industry: industry, asOf: asOf)
        if json {
            try JSONOutput.print(report)
            return
        }
        let (industry, asOf) = (printable(report.industry), "as of batch \(report.asOfBatchID)")
        if let percentile = report.percentile {
            StandardOutput.write("\(report.score) in \(industry) \(asOf): percentile \(percentileText(percentile))")
            StandardOutput.write(
                "Of the \(counted(report.inAll, "asset", "assets")) in the window of batches "
                    + "\(report.windowFirstBatchID) to \(report.asOfBatchID), \(grouped(report.below)) score lower and "
                    + "\(grouped(report.equal)) the same (\(report.percentileMethod)).")
        } else {
            StandardOutput.write("\(industry) has no assets in the window \(asOf).")
        }
    }
}
